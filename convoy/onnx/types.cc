#include "convoy/onnx/types.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy::onnx {

namespace {

struct Entry {
  std::string_view name;
  std::optional<DType> dtype;
};

// In the order of TensorProto.DataType.
constexpr std::array types{
    Entry{"undefined", {}},
    Entry{"float", DType::float32},
    Entry{"uint8", DType::uint8},
    Entry{"int8", DType::int8},
    Entry{"uint16", DType::uint16},
    Entry{"int16", DType::int16},
    Entry{"int32", DType::int32},
    Entry{"int64", DType::int64},
    Entry{"string", {}},
    Entry{"bool", DType::boolean},
    Entry{"float16", DType::float16},
    Entry{"double", DType::float64},
    Entry{"uint32", DType::uint32},
    Entry{"uint64", DType::uint64},
    Entry{"complex64", {}},
    Entry{"complex128", {}},
    Entry{"bfloat16", DType::bfloat16},
    Entry{"float8e4m3fn", {}},
    Entry{"float8e4m3fnuz", {}},
    Entry{"float8e5m2", {}},
    Entry{"float8e5m2fnuz", {}},
    Entry{"uint4", {}},
    Entry{"int4", {}},
    Entry{"float4e2m1", {}},
    Entry{"float8e8m0", {}},
    Entry{"uint2", {}},
    Entry{"int2", {}},
    Entry{"float6e2m3", {}},
    Entry{"float6e3m2", {}},
};

/// The symbol of a name from a file; names of symbols have no backquotes.
Dim symbol_of(std::string name) {
  std::replace(name.begin(), name.end(), '`', '\'');
  return Dim::symbol(std::move(name));
}

/// The expression that `text` is; a symbol of that name when it is none.
Dim size_of_text(const std::string& text) {
  try {
    return Dim::parse(text);
  } catch (const Error&) {
    return symbol_of(text);
  }
}

}  // namespace

DType from_onnx(int32_t data_type) {
  if (data_type <= 0 || static_cast<size_t>(data_type) >= types.size())
    throw ValueError(fmt::format("{} is not the number of an ONNX type", data_type));
  const Entry& entry = types[static_cast<size_t>(data_type)];
  if (!entry.dtype)
    throw NotSupportedError(fmt::format("elements of ONNX type {} are not supported", entry.name));
  return *entry.dtype;
}

std::string_view type_name(int32_t data_type) {
  const bool known = data_type > 0 && static_cast<size_t>(data_type) < types.size();
  return types[known ? static_cast<size_t>(data_type) : 0].name;
}

int32_t to_onnx(DType dtype) {
  for (size_t i = 0; i < types.size(); ++i)
    if (types[i].dtype == dtype) return static_cast<int32_t>(i);
  throw TypeError(fmt::format("ONNX has no type for {}", to_string(dtype)));
}

Type to_type(const ValueView& value, bool names_are_expressions) {
  if (!value.type.is_tensor)
    throw NotSupportedError(
        "it is not a tensor; sequences, maps and optional values are not "
        "supported");
  if (!value.type.has_shape)
    throw NotSupportedError(
        "its shape is not stated, not even how many axes it has; state it "
        "(names for sizes that vary will do)");
  Type type{from_onnx(value.type.element_type), {}};
  for (size_t axis = 0; axis < value.type.shape.size(); ++axis) {
    const TypeView::Size& size = value.type.shape[axis];
    if (size.value) {
      // A negative size, −1 above all, is what some exporters write for "any".
      if (*size.value < -1)
        throw ValueError(fmt::format("the size {} of its axis {} is negative", *size.value, axis));
    }
    if (size.value && *size.value >= 0) {
      type.shape.emplace_back(*size.value);
    } else if (!size.symbol.empty()) {
      const std::string name(size.symbol);
      type.shape.push_back(names_are_expressions ? size_of_text(name) : symbol_of(name));
    } else {
      type.shape.push_back(symbol_of(fmt::format("{}_dim_{}", value.name, axis)));
    }
  }
  return type;
}

std::string dim_param(const Dim& size) {
  if (size.is_symbol() && size_of_text(size.symbol_name()) == size) return size.symbol_name();
  return size.to_string();
}

std::string_view normalized_domain(std::string_view domain) {
  return domain == "ai.onnx" ? "" : domain;
}

std::string spelled_domain(std::string_view domain) {
  return domain.empty() ? "ai.onnx" : std::string(domain);
}

}  // namespace convoy::onnx
