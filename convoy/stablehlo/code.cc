#include "convoy/stablehlo/code.h"

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/stablehlo/spelling.h"

namespace convoy::stablehlo {

std::string Code::fresh() { return "%" + std::to_string((*next_)++); }

void Code::line(const std::string& text) { text_ += indent_ + text + "\n"; }

void Code::comment(std::string_view text) { line("// " + on_one_line(std::string(text))); }

Operand Code::result(const std::string& right, DType dtype, const Extents& shape) {
  const Operand value{fresh(), dtype, shape};
  line(value.name + " = " + right);
  return value;
}

Operands Code::results(const std::string& right, const Operands& types) {
  const std::string name = fresh();
  Operands values;
  for (size_t i = 0; i < types.size(); ++i)
    values.push_back(
        {types.size() == 1 ? name : fmt::format("{}#{}", name, i), types[i].dtype, types[i].shape});
  line(fmt::format("{}{} = {}", name, types.size() == 1 ? "" : fmt::format(":{}", types.size()),
                   right));
  return values;
}

void Code::give(std::string_view terminator, const Operands& results) {
  if (results.empty())
    line(std::string(terminator));
  else
    line(fmt::format("{} {} : {}", terminator, names_of(results), types_of(results)));
}

Operand Code::parameter(const Type& type) { return {fresh(), type.dtype, to_extents(type.shape)}; }

Operand Code::splat(double value, DType dtype, const Extents& shape) {
  return result(fmt::format("stablehlo.constant dense<{}> : {}",
                            element_count(shape) == 0 ? "" : literal(value, dtype),
                            tensor_type(dtype, shape)),
                dtype, shape);
}

Operand Code::constant(const Tensor& value) {
  return result(
      fmt::format("stablehlo.constant dense<{}> : {}", value.size() == 0 ? "" : elements_of(value),
                  tensor_type(value.dtype(), value.extents())),
      value.dtype(), value.extents());
}

Operand Code::integers(const Integers& values) {
  return constant(Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values));
}

Operand Code::iota(DType dtype, const Extents& shape, int64_t axis) {
  return result(fmt::format("stablehlo.iota dim = {} : {}", axis, tensor_type(dtype, shape)), dtype,
                shape);
}

Operand Code::unary(std::string_view op, const Operand& x) {
  if (op == "is_finite") {
    const Operand flag{"", DType::boolean, x.shape};
    return result(
        fmt::format("stablehlo.is_finite {} : ({}) -> {}", x.name, type_of(x), type_of(flag)),
        DType::boolean, x.shape);
  }
  // A few functions stand in the dialect beside StableHLO that comes with it.
  if (op == "erf" || op == "erfc")
    return result(fmt::format("chlo.{} {} : {} -> {}", op, x.name, type_of(x), type_of(x)), x.dtype,
                  x.shape);
  return result(fmt::format("stablehlo.{} {} : {}", op, x.name, type_of(x)), x.dtype, x.shape);
}

Operand Code::binary(std::string_view op, const Operand& x, const Operand& y) {
  return result(fmt::format("stablehlo.{} {}, {} : {}", op, x.name, y.name, type_of(x)), x.dtype,
                x.shape);
}

Operand Code::compare(std::string_view direction, const Operand& x, const Operand& y) {
  const std::string_view kind = is_floating(x.dtype)                              ? "FLOAT"
                                : is_signed(x.dtype) && x.dtype != DType::boolean ? "SIGNED"
                                                                                  : "UNSIGNED";
  return result(
      fmt::format("stablehlo.compare {}, {}, {}, {} : ({}, {}) -> {}", direction, x.name, y.name,
                  kind, type_of(x), type_of(y), tensor_type(DType::boolean, x.shape)),
      DType::boolean, x.shape);
}

Operand Code::select(const Operand& condition, const Operand& yes, const Operand& no) {
  return result(fmt::format("stablehlo.select {}, {}, {} : {}, {}", condition.name, yes.name,
                            no.name, type_of(condition), type_of(yes)),
                yes.dtype, yes.shape);
}

Operand Code::convert(const Operand& x, DType dtype) {
  if (x.dtype == dtype) return x;
  return result(fmt::format("stablehlo.convert {} : ({}) -> {}", x.name, type_of(x),
                            tensor_type(dtype, x.shape)),
                dtype, x.shape);
}

Operand Code::bitcast(const Operand& x, DType dtype) {
  return result(fmt::format("stablehlo.bitcast_convert {} : ({}) -> {}", x.name, type_of(x),
                            tensor_type(dtype, x.shape)),
                dtype, x.shape);
}

}  // namespace convoy::stablehlo
