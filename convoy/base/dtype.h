// Element types of tensors, and the two half-precision storage formats.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace convoy {

enum class DType : uint8_t {
  boolean,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float16,
  bfloat16,
  float32,
  float64,
};

/// IEEE 754 binary16, a storage format: arithmetic happens in float.
class Float16 {
 public:
  Float16() = default;
  explicit Float16(float value);
  explicit operator float() const;
  uint16_t bits = 0;
};

/// The upper half of a binary32, a storage format: arithmetic happens in float.
class BFloat16 {
 public:
  BFloat16() = default;
  explicit BFloat16(float value);
  explicit operator float() const;
  uint16_t bits = 0;
};

/// "float32", "bool", … : NumPy's names.
std::string_view to_string(DType dtype);

/// The dtype of a name as `to_string` prints it; ValueError lists the known names otherwise.
DType parse_dtype(std::string_view name);

/// Bytes of one element.
int64_t size_of(DType dtype);

bool is_floating(DType dtype);
/// Signed and unsigned integers, not bool.
bool is_integer(DType dtype);
bool is_signed(DType dtype);

template <class T>
inline constexpr bool is_half_storage = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

template <class T>
inline constexpr bool is_floating_element = std::is_floating_point_v<T> || is_half_storage<T>;

/// The C++ type that stores elements of `dtype`, handed to `f` as a std::type_identity:
/// `visit_dtype(d, [&]<class T>(std::type_identity<T>) { … })`.
template <class F>
decltype(auto) visit_dtype(DType dtype, F&& f) {
  switch (dtype) {
    case DType::boolean:
      return f(std::type_identity<bool>{});
    case DType::int8:
      return f(std::type_identity<int8_t>{});
    case DType::uint8:
      return f(std::type_identity<uint8_t>{});
    case DType::int16:
      return f(std::type_identity<int16_t>{});
    case DType::uint16:
      return f(std::type_identity<uint16_t>{});
    case DType::int32:
      return f(std::type_identity<int32_t>{});
    case DType::uint32:
      return f(std::type_identity<uint32_t>{});
    case DType::int64:
      return f(std::type_identity<int64_t>{});
    case DType::uint64:
      return f(std::type_identity<uint64_t>{});
    case DType::float16:
      return f(std::type_identity<Float16>{});
    case DType::bfloat16:
      return f(std::type_identity<BFloat16>{});
    case DType::float32:
      return f(std::type_identity<float>{});
    case DType::float64:
      break;
  }
  return f(std::type_identity<double>{});
}

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, bool>) return DType::boolean;
  if constexpr (std::is_same_v<T, int8_t>) return DType::int8;
  if constexpr (std::is_same_v<T, uint8_t>) return DType::uint8;
  if constexpr (std::is_same_v<T, int16_t>) return DType::int16;
  if constexpr (std::is_same_v<T, uint16_t>) return DType::uint16;
  if constexpr (std::is_same_v<T, int32_t>) return DType::int32;
  if constexpr (std::is_same_v<T, uint32_t>) return DType::uint32;
  if constexpr (std::is_same_v<T, int64_t>) return DType::int64;
  if constexpr (std::is_same_v<T, uint64_t>) return DType::uint64;
  if constexpr (std::is_same_v<T, Float16>) return DType::float16;
  if constexpr (std::is_same_v<T, BFloat16>) return DType::bfloat16;
  if constexpr (std::is_same_v<T, float>) return DType::float32;
  if constexpr (std::is_same_v<T, double>) return DType::float64;
}

}  // namespace convoy
