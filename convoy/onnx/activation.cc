#include "convoy/ops/activation.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "convoy/composites/prelu.h"
#include "convoy/onnx/casts.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

/// An activation with ONNX's names for alpha and beta and ONNX's defaults, NaN for Convoy's own.
struct Form {
  std::string_view op_type;
  ActivationKind kind;
  int64_t bfloat16_since;  // the first opset that has it for bfloat16
  int64_t since = 7;
  std::string_view alpha = {};
  double default_alpha = 0;
  std::string_view beta = {};
  double default_beta = 0;
};

constexpr std::array forms{
    Form{"Celu", ActivationKind::celu, 28, 12, "alpha", 1},
    Form{"Elu", ActivationKind::elu, 22, 7, "alpha", 1},
    Form{"HardSigmoid", ActivationKind::hard_sigmoid, 22, 7, "alpha", 0.2, "beta", 0.5},
    Form{"HardSwish", ActivationKind::hard_swish, 22, 14},
    Form{"LeakyRelu", ActivationKind::leaky_relu, 16, 7, "alpha", 0.01},
    Form{"Mish", ActivationKind::mish, 22, 18}, Form{"Relu", ActivationKind::relu, 13},
    // The numbers that ONNX's, which are floats, stand for.
    Form{"Selu", ActivationKind::selu, 22, 7, "alpha", 1.6732632423543772, "gamma",
         1.0507009873554805},
    Form{"Sigmoid", ActivationKind::sigmoid, 13}, Form{"Softplus", ActivationKind::softplus, 22},
    Form{"Softsign", ActivationKind::softsign, 22}};

const Form* form_of(ActivationKind kind) {
  const auto found =
      std::find_if(forms.begin(), forms.end(), [&](const Form& f) { return f.kind == kind; });
  return found == forms.end() ? nullptr : &*found;
}

/// In float64, where every step is as exact as the function itself in any dtype.
void write_celu(const Activation& op, Writing& out) {
  if (op.alpha < 0) out.refuse("celu with alpha below 0 has a form in float32 only");
  const DType dtype = out.type().dtype;
  const std::string x = cast_to(out, out.input(0), dtype, DType::float64);
  const std::string zero = out.scalar(0, DType::float64);
  const std::string alpha = out.scalar(op.alpha, DType::float64);
  const std::string below = out.add("Elu", {out.add("Div", {x, alpha})}, {{"alpha", 1.0}});
  const Names branches{out.add("Greater", {x, zero}), x, out.add("Mul", {below, alpha})};
  if (dtype == DType::float64) return out.result("Where", branches);
  result_cast(out, out.add("Where", branches));
}

void write_softplus(const Activation& op, Writing& out) {
  const DType dtype = out.type().dtype;
  const std::string x = cast_to(out, out.input(0), dtype, DType::float64);
  const std::string beta = out.scalar(op.beta, DType::float64);
  const Names quotient{out.add("Softplus", {out.add("Mul", {x, beta})}), beta};
  if (dtype == DType::float64) return out.result("Div", quotient);
  result_cast(out, out.add("Div", quotient));
}

}  // namespace

std::vector<Value> read_activation(Reading& in) {
  const auto form = std::find_if(forms.begin(), forms.end(),
                                 [&](const Form& f) { return f.op_type == in.op_type(); });
  std::optional<double> alpha, beta;
  if (!form->alpha.empty()) alpha = in.number(form->alpha, form->default_alpha);
  if (!form->beta.empty()) beta = in.number(form->beta, form->default_beta);
  return {activation(form->kind, in.input(0), alpha, beta)};
}

std::vector<Value> read_gelu(Reading& in) {
  const std::string approximate = in.string("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    in.refuse(
        fmt::format("attribute approximate is {}, not 'none' or 'tanh'", in_quotes(approximate)));
  return {approximate == "none" ? gelu(in.input(0)) : gelu_tanh(in.input(0))};
}

// Slopes broadcast as NumPy has it, to x.
std::vector<Value> read_prelu(Reading& in) {
  const Value &x = in.input(0), &slope = in.input(1);
  return {where(greater(x, scalar(0, x.dtype())), x, mul(slope, x))};
}

std::vector<Value> read_thresholded_relu(Reading& in) {
  const Value& x = in.input(0);
  const Value alpha = scalar(in.number("alpha", 1), x.dtype());
  return {where(greater(x, alpha), x, scalar(0, x.dtype()))};
}

std::vector<Value> read_shrink(Reading& in) {
  const Value& x = in.input(0);
  const double bias = in.number("bias", 0), lambda = in.number("lambd", 0.5);
  // On integers the bounds are fractions all the same.
  const DType compared = is_integer(x.dtype()) ? DType::float64 : x.dtype();
  const Value y = cast(x, compared);
  const Value shrunk =
      where(less(y, scalar(-lambda, compared)), y + bias,
            where(greater(y, scalar(lambda, compared)), y - bias, scalar(0, compared)));
  return {cast(shrunk, x.dtype())};
}

std::vector<Value> read_swish(Reading& in) {
  const Value& x = in.input(0);
  const double alpha = in.number("alpha", 1);
  return {alpha == 1 ? silu(x) : x * sigmoid(alpha * x)};
}

std::vector<Value> read_swiglu(Reading& in) { return {read_swish(in)[0] * in.input(1)}; }

void write(const Activation& op, Writing& out) {
  const DType dtype = out.type().dtype;
  if (op.kind == ActivationKind::silu)  // joined again by idioms.cc
    return out.result("Mul", {out.input(0), out.add("Sigmoid", out.inputs())});
  if (op.kind == ActivationKind::gelu || op.kind == ActivationKind::gelu_tanh) {
    out.require_opset(20);
    if (op.kind == ActivationKind::gelu) return out.result("Gelu", out.inputs());
    return out.result("Gelu", out.inputs(), {{"approximate", std::string_view("tanh")}});
  }
  if (op.kind == ActivationKind::relu && is_integer(dtype)) {
    if (!is_signed(dtype)) return out.alias(0, out.input(0));
    out.require_opset(14);
  }
  if (op.kind == ActivationKind::celu && dtype != DType::float32) return write_celu(op, out);
  if (op.kind == ActivationKind::softplus && op.beta != 1) return write_softplus(op, out);
  const Form& form = *form_of(op.kind);
  out.require_opset(dtype == DType::bfloat16 ? form.bfloat16_since : form.since);
  Attributes attributes;
  if (!form.alpha.empty() && op.alpha != form.default_alpha)
    attributes.push_back({form.alpha, op.alpha});
  if (!form.beta.empty() && op.beta != form.default_beta)
    attributes.push_back({form.beta, op.beta});
  out.result(form.op_type, out.inputs(), attributes);
}

}  // namespace convoy::onnx
