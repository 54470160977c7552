#include "convoy/ops/unary.h"

#include <algorithm>
#include <array>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

struct Form {
  std::string_view op_type;
  UnaryKind kind;
  int64_t bfloat16_since = 13;  // the first opset that has it for bfloat16
};

constexpr std::array forms{
    Form{"Abs", UnaryKind::abs},         Form{"Atan", UnaryKind::atan, 22},
    Form{"Ceil", UnaryKind::ceil},       Form{"Cos", UnaryKind::cos, 22},
    Form{"Erf", UnaryKind::erf},         Form{"Exp", UnaryKind::exp},
    Form{"Floor", UnaryKind::floor},     Form{"Log", UnaryKind::log},
    Form{"Neg", UnaryKind::neg},         Form{"Not", UnaryKind::logical_not},
    Form{"Round", UnaryKind::round, 22}, Form{"Reciprocal", UnaryKind::reciprocal},
    Form{"Sign", UnaryKind::sign},       Form{"Sin", UnaryKind::sin, 22},
    Form{"Sqrt", UnaryKind::sqrt},       Form{"Tanh", UnaryKind::tanh}};

bool is_rounding(UnaryKind kind) {
  return kind == UnaryKind::floor || kind == UnaryKind::ceil || kind == UnaryKind::round;
}

}  // namespace

std::vector<Value> read_unary(Reading& in) {
  const auto form = std::find_if(forms.begin(), forms.end(),
                                 [&](const Form& f) { return f.op_type == in.op_type(); });
  return {unary(form->kind, in.input(0))};
}

// rsqrt is two nodes, which idioms.cc joins again.
void write(const Unary& op, Writing& out) {
  const DType dtype = out.type().dtype;
  if (op.kind == UnaryKind::rsqrt) return out.result("Reciprocal", {out.add("Sqrt", out.inputs())});
  if (is_rounding(op.kind) && is_integer(dtype)) return out.alias(0, out.input(0));
  const auto form =
      std::find_if(forms.begin(), forms.end(), [&](const Form& f) { return f.kind == op.kind; });
  if (dtype == DType::bfloat16) out.require_opset(form->bfloat16_since);
  out.result(form->op_type, out.inputs());
}

}  // namespace convoy::onnx
