#include "convoy/ops/reduce.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "convoy/onnx/casts.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/iota.h"

namespace convoy::onnx {

namespace {

struct Form {
  std::string_view op_type;
  ReduceKind kind;
};

constexpr std::array forms{Form{"ReduceL1", ReduceKind::l1},
                           Form{"ReduceL2", ReduceKind::l2},
                           Form{"ReduceLogSumExp", ReduceKind::log_sum_exp},
                           Form{"ReduceMax", ReduceKind::max},
                           Form{"ReduceMean", ReduceKind::mean},
                           Form{"ReduceMin", ReduceKind::min},
                           Form{"ReduceProd", ReduceKind::prod},
                           Form{"ReduceSum", ReduceKind::sum}};

/// ReduceLogSum and ReduceSumSquare are sums with something after or before.
ReduceKind kind_of(std::string_view op_type) {
  const auto form =
      std::find_if(forms.begin(), forms.end(), [&](const Form& f) { return f.op_type == op_type; });
  return form == forms.end() ? ReduceKind::sum : form->kind;
}

/// The first opset in which axes are an input.
int64_t axes_input_since(std::string_view op_type) { return op_type == "ReduceSum" ? 13 : 18; }

/// None named stands for all axes, or for none at all where the node says so.
Integers axes_of(Reading& in) {
  const Value& x = in.input(0);
  const bool as_input = in.opset() >= axes_input_since(in.op_type());
  Integers axes = !as_input ? in.integers("axes") : in.has(1) ? in.static_sizes(1) : Integers();
  const bool none_is_none = as_input && in.flag("noop_with_empty_axes", false);
  if (axes.empty() && !none_is_none)
    for (int64_t a = 0; a < x.rank(); ++a) axes.push_back(a);
  std::vector<bool> taken(static_cast<size_t>(x.rank()), false);
  for (int64_t& axis : axes) {
    if (axis < -x.rank() || axis >= x.rank())
      in.refuse(fmt::format("axes hold {}, for an input of {} axes", axis, x.rank()));
    if (axis < 0) axis += x.rank();
    if (taken[static_cast<size_t>(axis)]) in.refuse(fmt::format("axes hold {} twice", axis));
    taken[static_cast<size_t>(axis)] = true;
  }
  std::sort(axes.begin(), axes.end());
  return axes;
}

/// What the largest (smallest) of nothing is: the neutral element.
Value of_nothing(const Reduce& op, const Value& x) {
  Shape shape;
  for (int64_t a = 0; a < x.rank(); ++a) {
    const bool gone = std::binary_search(op.axes.begin(), op.axes.end(), a);
    if (!gone || op.keepdims) shape.push_back(gone ? Dim(1) : x.dim(a));
  }
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return full(shape, op.kind == ReduceKind::max ? -infinity : infinity, x.dtype());
}

bool is_empty(const Integers& axes, const Value& x) {
  return std::any_of(axes.begin(), axes.end(), [&](int64_t a) { return x.dim(a) == Dim(0); });
}

/// The dtype in which Convoy reduces: fractions of integers in float64, truths as numbers.
DType working_dtype(ReduceKind kind, DType dtype) {
  if (dtype == DType::boolean) return DType::uint8;
  const bool gives_fractions =
      kind == ReduceKind::mean || kind == ReduceKind::l2 || kind == ReduceKind::log_sum_exp;
  return gives_fractions && is_integer(dtype) ? DType::float64 : dtype;
}

}  // namespace

std::vector<Value> read_reduce(Reading& in) {
  const DType dtype = in.input(0).dtype();
  const Reduce op{kind_of(in.op_type()), axes_of(in), in.flag("keepdims", true)};
  const bool logarithm = in.op_type() == "ReduceLogSum";
  Value x = cast(in.input(0), working_dtype(logarithm ? ReduceKind::log_sum_exp : op.kind, dtype));
  if (in.op_type() == "ReduceSumSquare") x = x * x;
  const bool extreme = op.kind == ReduceKind::max || op.kind == ReduceKind::min;
  Value y = extreme && is_empty(op.axes, x) ? of_nothing(op, x) : apply(op, {x});
  if (logarithm) y = log(y);
  return {cast(y, dtype)};
}

// Reducing no axis leaves elements as they are, or their magnitude.
void write(const Reduce& op, Writing& out) {
  if (op.axes.empty()) {
    if (op.kind != ReduceKind::l1 && op.kind != ReduceKind::l2) return out.alias(0, out.input(0));
    return out.result("Abs", out.inputs());
  }
  const std::string_view op_type = std::find_if(forms.begin(), forms.end(), [&](const Form& f) {
                                     return f.kind == op.kind;
                                   })->op_type;
  const bool extreme = op.kind == ReduceKind::max || op.kind == ReduceKind::min;
  DType dtype = out.type().dtype;
  if (!extreme || size_of(dtype) > 1) dtype = without_short_integers(dtype);
  Attributes attributes{{"keepdims", int64_t{op.keepdims}}};
  Names inputs = out.inputs();
  if (out.opset() < axes_input_since(op_type)) {
    attributes.push_back({"axes", op.axes});
    return result_in(out, dtype, op_type, inputs, attributes);
  }
  inputs[0] = cast_to(out, inputs[0], out.type().dtype, dtype);
  inputs.push_back(out.integers(op.axes));
  if (dtype == out.type().dtype) return out.result(op_type, inputs, attributes);
  result_cast(out, out.add(op_type, inputs, attributes));
}

}  // namespace convoy::onnx
