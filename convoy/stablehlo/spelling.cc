#include "convoy/stablehlo/spelling.h"

#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/convert.h"

namespace convoy::stablehlo {

namespace {

std::string_view element_type(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return "i1";
    case DType::int8:
      return "i8";
    case DType::uint8:
      return "ui8";
    case DType::int16:
      return "i16";
    case DType::uint16:
      return "ui16";
    case DType::int32:
      return "i32";
    case DType::uint32:
      return "ui32";
    case DType::int64:
      return "i64";
    case DType::uint64:
      return "ui64";
    case DType::float16:
      return "f16";
    case DType::bfloat16:
      return "bf16";
    case DType::float32:
      return "f32";
    case DType::float64:
      break;
  }
  return "f64";
}

/// The bits of a float, as MLIR takes those that decimals do not say: NaN and infinities.
std::string bits_of(double value, DType dtype) {
  return visit_dtype(dtype, [&]<class T>(std::type_identity<T>) -> std::string {
    if constexpr (is_floating_element<T>) {
      const T element = convert<T>(value);
      uint64_t bits = 0;
      std::memcpy(&bits, &element, sizeof element);
      return fmt::format("0x{:0{}X}", bits, 2 * sizeof element);
    } else {
      return {};
    }
  });
}

}  // namespace

std::string tensor_type(DType dtype, const Extents& shape) {
  std::string text = "tensor<";
  for (const int64_t size : shape) text += fmt::format("{}x", size);
  return text + std::string(element_type(dtype)) + ">";
}

std::string literal(double value, DType dtype) {
  if (dtype == DType::boolean) return value != 0 ? "true" : "false";
  if (!is_floating(dtype))  // saturates, as elsewhere
    return visit_dtype(dtype, [&]<class T>(std::type_identity<T>) -> std::string {
      if constexpr (is_floating_element<T>)
        return {};
      else
        return fmt::format("{}", convert<T>(value));
    });
  const bool is_finite = visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    return std::isfinite(convert<double>(convert<T>(value)));
  });
  if (!is_finite) return bits_of(value, dtype);
  // As short as the number reads back in its dtype; MLIR wants a point.
  std::string text = dtype == DType::float64 ? fmt::format("{}", value)
                                             : fmt::format("{}", static_cast<float>(value));
  const size_t exponent = text.find('e');
  if (text.find('.') == std::string::npos)
    text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  return text;
}

std::string type_of(const Operand& x) { return tensor_type(x.dtype, x.shape); }

std::string types_of(const Operands& operands) {
  std::string text;
  for (const Operand& x : operands) text += (text.empty() ? "" : ", ") + type_of(x);
  return text;
}

std::string names_of(const Operands& operands) {
  std::string text;
  for (const Operand& x : operands) text += (text.empty() ? "" : ", ") + x.name;
  return text;
}

std::string list(const Extents& values) { return fmt::format("[{}]", fmt::join(values, ", ")); }

std::string i64_array(const Extents& values) {
  return values.empty() ? "array<i64>" : fmt::format("array<i64: {}>", fmt::join(values, ", "));
}

std::string pairs(const std::vector<std::pair<int64_t, int64_t>>& values) {
  std::string text;
  for (const auto& [a, b] : values)
    text += fmt::format("{}[{}, {}]", text.empty() ? "" : ", ", a, b);
  return "[" + text + "]";
}

std::string on_one_line(std::string name) {
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return name;
}

std::string elements_of(const Tensor& value) {
  constexpr int64_t readable = 64;
  if (value.size() > readable && value.dtype() != DType::boolean) {
    std::string digits = "\"0x";
    const auto* bytes = static_cast<const unsigned char*>(value.raw());
    for (int64_t i = 0; i < value.bytes(); ++i) digits += fmt::format("{:02X}", bytes[i]);
    return digits + "\"";
  }
  int64_t next = 0;
  const auto nested = [&](const auto& self, size_t axis) -> std::string {
    if (axis == value.extents().size()) {
      std::string text;
      visit_dtype(value.dtype(), [&]<class T>(std::type_identity<T>) {
        if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
          text = fmt::format("{}", value.data<T>()[static_cast<size_t>(next)]);
        else
          text = literal(value.at(next), value.dtype());
      });
      ++next;
      return text;
    }
    std::string text = "[";
    for (int64_t i = 0; i < value.extents()[axis]; ++i)
      text += (i == 0 ? "" : ", ") + self(self, axis + 1);
    return text + "]";
  };
  return nested(nested, 0);
}

}  // namespace convoy::stablehlo
