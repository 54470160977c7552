#include "convoy/ops/binary.h"

#include <algorithm>
#include <array>

#include "convoy/onnx/casts.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

struct Form {
  std::string_view op_type;
  BinaryKind kind;
};

constexpr std::array forms{
    Form{"Add", BinaryKind::add},         Form{"And", BinaryKind::logical_and},
    Form{"Div", BinaryKind::div},         Form{"Equal", BinaryKind::equal},
    Form{"Greater", BinaryKind::greater}, Form{"GreaterOrEqual", BinaryKind::greater_equal},
    Form{"Less", BinaryKind::less},       Form{"LessOrEqual", BinaryKind::less_equal},
    Form{"Max", BinaryKind::max},         Form{"Min", BinaryKind::min},
    Form{"Mul", BinaryKind::mul},         Form{"Or", BinaryKind::logical_or},
    Form{"Pow", BinaryKind::pow},         Form{"Sub", BinaryKind::sub},
    Form{"Sum", BinaryKind::add},         Form{"Xor", BinaryKind::logical_xor}};

BinaryKind kind_of(std::string_view op_type) {
  return std::find_if(forms.begin(), forms.end(),
                      [&](const Form& f) { return f.op_type == op_type; })
      ->kind;
}

/// The integer dtypes of pow in ONNX are those of 32 and 64 bits with sign. All integers wrap
/// alike.
DType pow_dtype(DType dtype) {
  return is_floating(dtype) || dtype == DType::int32 ? dtype : DType::int64;
}

}  // namespace

std::vector<Value> read_binary(Reading& in) {
  return {binary(kind_of(in.op_type()), in.input(0), in.input(1))};
}

// Max, Min and Sum take any number of inputs.
std::vector<Value> read_variadic(Reading& in) {
  Value result = in.input(0);
  for (size_t i = 1; i < in.input_count(); ++i)
    result = binary(kind_of(in.op_type()), result, in.input(i));
  return {result};
}

std::vector<Value> read_mean(Reading& in) {
  Value sum = in.input(0);
  for (size_t i = 1; i < in.input_count(); ++i) sum = sum + in.input(i);
  return {sum / static_cast<double>(in.input_count())};
}

// The result has the dtype of the base, whatever that of the exponent.
std::vector<Value> read_pow(Reading& in) {
  const Value &x = in.input(0), &y = in.input(1);
  if (x.dtype() == y.dtype()) return {pow(x, y)};
  if (is_floating(x.dtype())) return {pow(x, cast(y, x.dtype()))};
  const DType wide = is_floating(y.dtype()) ? DType::float64 : DType::int64;
  return {cast(pow(cast(x, wide), cast(y, wide)), x.dtype())};
}

void write(const Binary& op, Writing& out) {
  const DType dtype = out.type().dtype;
  if (op.kind == BinaryKind::not_equal)  // joined again by idioms.cc
    return out.result("Not", {out.add("Equal", out.inputs())});
  const auto form =
      std::find_if(forms.begin(), forms.end(), [&](const Form& f) { return f.kind == op.kind; });
  const bool is_arithmetic = op.kind == BinaryKind::add || op.kind == BinaryKind::sub ||
                             op.kind == BinaryKind::mul || op.kind == BinaryKind::div;
  if (is_arithmetic && size_of(dtype) < 4 && is_integer(dtype)) out.require_opset(14);
  const bool or_equal = op.kind == BinaryKind::less_equal || op.kind == BinaryKind::greater_equal;
  if (or_equal && dtype == DType::bfloat16) out.require_opset(16);
  result_in(out, op.kind == BinaryKind::pow ? pow_dtype(dtype) : dtype, form->op_type,
            out.inputs());
}

}  // namespace convoy::onnx
