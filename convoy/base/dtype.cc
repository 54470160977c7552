#include "convoy/base/dtype.h"

#include <array>
#include <bit>
#include <cmath>
#include <string>

#include "convoy/base/error.h"

namespace convoy {

namespace {
struct Named {
  DType dtype;
  std::string_view name;
};
constexpr std::array names{
    Named{DType::boolean, "bool"},      Named{DType::int8, "int8"},
    Named{DType::uint8, "uint8"},       Named{DType::int16, "int16"},
    Named{DType::uint16, "uint16"},     Named{DType::int32, "int32"},
    Named{DType::uint32, "uint32"},     Named{DType::int64, "int64"},
    Named{DType::uint64, "uint64"},     Named{DType::float16, "float16"},
    Named{DType::bfloat16, "bfloat16"}, Named{DType::float32, "float32"},
    Named{DType::float64, "float64"},
};
}  // namespace

// Round to nearest even on the 13 dropped bits; subnormals and overflow handled by range.
Float16::Float16(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (word >> 16) & 0x8000u;
  const uint32_t magnitude = word & 0x7fffffffu;
  uint32_t half = 0;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u | ((magnitude >> 13) & 0x1ffu);  // quiet NaN, upper payload kept
  } else if (magnitude >= 0x477ff000u) {
    half = 0x7c00u;  // 65520 and above round to infinity
  } else if (magnitude < 0x38800000u) {
    // Below 2^-14: count units of 2^-24, rounded half to even by the float addition itself.
    const float scaled = std::bit_cast<float>(magnitude) + 0.5f;  // ulp of [0.5, 1) is 2^-24
    half = std::bit_cast<uint32_t>(scaled) - 0x3f000000u;
  } else {
    half = (magnitude + 0xfffu + ((magnitude >> 13) & 1u) - 0x38000000u) >> 13;
  }
  bits = static_cast<uint16_t>(sign | half);
}

Float16::operator float() const {
  const uint32_t sign = (bits & 0x8000u) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1fu;
  const uint32_t mantissa = bits & 0x3ffu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent != 0)
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
  return sign ? -magnitude : magnitude;
}

BFloat16::BFloat16(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  if ((word & 0x7fffffffu) > 0x7f800000u) {
    bits = static_cast<uint16_t>((word >> 16) | 0x40u);  // quiet NaN
  } else {
    bits = static_cast<uint16_t>((word + 0x7fffu + ((word >> 16) & 1u)) >> 16);
  }
}

BFloat16::operator float() const { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

std::string_view to_string(DType dtype) {
  for (const Named& entry : names)
    if (entry.dtype == dtype) return entry.name;
  return "unknown";
}

DType parse_dtype(std::string_view name) {
  std::string known;
  for (const Named& entry : names) {
    if (entry.name == name) return entry.dtype;
    known += known.empty() ? "" : ", ";
    known += entry.name;
  }
  throw ValueError("unknown dtype '" + std::string(name) + "'; known are " + known);
}

int64_t size_of(DType dtype) {
  return visit_dtype(
      dtype, []<class T>(std::type_identity<T>) { return static_cast<int64_t>(sizeof(T)); });
}

bool is_floating(DType dtype) { return dtype >= DType::float16; }

bool is_integer(DType dtype) { return dtype >= DType::int8 && dtype <= DType::uint64; }

bool is_signed(DType dtype) {
  return is_floating(dtype) || dtype == DType::int8 || dtype == DType::int16 ||
         dtype == DType::int32 || dtype == DType::int64;
}

}  // namespace convoy
