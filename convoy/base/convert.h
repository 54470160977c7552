// Conversion between element types, the one place that decides how values are rounded.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <limits>

#include "convoy/base/dtype.h"

namespace convoy {

/// The type arithmetic on T is done in: double for every float, T itself for integers.
template <class T>
using Arithmetic = std::conditional_t<is_floating_element<T>, double, T>;

/// `value` as an element of type To. Floats round to nearest even; float to integer truncates,
/// saturates, and takes NaN to 0; integer to integer wraps; anything but zero is true.
template <class To, class From>
To convert(From value) {
  if constexpr (std::same_as<To, From>) {
    return value;
  } else if constexpr (is_half_storage<From>) {
    return convert<To>(static_cast<float>(value));
  } else if constexpr (std::same_as<To, bool>) {
    return value != From(0);
  } else if constexpr (is_half_storage<To> && std::same_as<From, double>) {
    // Rounding twice (double → float → half) can be off by a unit: round to odd in between.
    float narrow = static_cast<float>(value);
    const double back = narrow;
    if (back != value && std::isfinite(narrow)) {
      uint32_t word = std::bit_cast<uint32_t>(narrow);
      if ((word & 1u) == 0) {
        const bool away = std::abs(back) > std::abs(value);
        word = away ? word - 1 : word + 1;
      }
      narrow = std::bit_cast<float>(word);
    }
    return To(narrow);
  } else if constexpr (is_half_storage<To>) {
    if constexpr (std::integral<From> && sizeof(From) == 8) {
      // More digits than a double holds: those beyond become one that only breaks ties.
      constexpr From low = 2047, digits = From(1) << 53;
      const bool wide = value >= digits || (std::is_signed_v<From> && value <= From(0) - digits);
      if (wide) value = static_cast<From>((value & ~low) | ((value & low) != 0 ? low + 1 : 0));
    }
    return convert<To>(static_cast<double>(value));
  } else if constexpr (std::floating_point<From> && std::integral<To>) {
    if (std::isnan(value)) return To(0);
    // 2^digits is exact in every float type, the largest integer often is not.
    const From limit = std::ldexp(From(1), std::numeric_limits<To>::digits);
    if (value >= limit) return std::numeric_limits<To>::max();
    if (std::is_unsigned_v<To> ? value <= From(-1) : value < -limit)
      return std::numeric_limits<To>::min();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace convoy
