#include "convoy/base/convert.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace convoy {
namespace {

// The value of a 16-bit float by its definition: sign, `exponent_bits`, the rest mantissa.
double defined_value(uint32_t bits, int exponent_bits) {
  const int mantissa_bits = 15 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = static_cast<int>(bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const double mantissa = bits & ((1u << mantissa_bits) - 1);
  const double sign = bits & 0x8000u ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1) return mantissa == 0 ? sign * INFINITY : std::nan("");
  const double significand = std::ldexp(mantissa, -mantissa_bits) + (exponent == 0 ? 0 : 1);
  return sign * std::ldexp(significand, (exponent == 0 ? 1 : exponent) - bias);
}

template <class Half>
constexpr int exponent_bits = std::is_same_v<Half, Float16> ? 5 : 8;

template <class Half>
Half of_bits(uint32_t bits) {
  Half half;
  half.bits = static_cast<uint16_t>(bits);
  return half;
}

template <class Half>
class HalfFormats : public testing::Test {};
using BothFormats = testing::Types<Float16, BFloat16>;
TYPED_TEST_SUITE(HalfFormats, BothFormats);

TYPED_TEST(HalfFormats, EveryPatternHasTheValueOfItsDefinition) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const double wanted = defined_value(bits, exponent_bits<TypeParam>);
    const double got = convert<double>(of_bits<TypeParam>(bits));
    if (std::isnan(wanted)) {
      ASSERT_TRUE(std::isnan(got)) << bits;
    } else {
      ASSERT_EQ(got, wanted) << bits;
      ASSERT_EQ(std::signbit(got), std::signbit(wanted)) << bits;
    }
  }
}

TYPED_TEST(HalfFormats, EveryPatternComesBackFromDoubleAndFloat) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = of_bits<TypeParam>(bits);
    const auto by_double = convert<TypeParam>(convert<double>(half));
    const auto by_float = convert<TypeParam>(convert<float>(half));
    if (std::isnan(convert<double>(half))) {
      ASSERT_TRUE(std::isnan(convert<double>(by_double)) && std::isnan(convert<double>(by_float)));
    } else {
      ASSERT_EQ(by_double.bits, bits);
      ASSERT_EQ(by_float.bits, bits);
    }
  }
}

// Between each neighbouring pair: the middle goes to the even one, anything else to the nearer.
TYPED_TEST(HalfFormats, RoundsToNearestEvenFromDouble) {
  const uint32_t infinity = std::is_same_v<TypeParam, Float16> ? 0x7c00 : 0x7f80;
  for (uint32_t bits = 0; bits < infinity; ++bits) {
    const double low = defined_value(bits, exponent_bits<TypeParam>);
    // Beyond the largest finite value the next step of the grid stands for infinity.
    const double high = bits + 1 < infinity
                            ? defined_value(bits + 1, exponent_bits<TypeParam>)
                            : 2 * low - defined_value(bits - 1, exponent_bits<TypeParam>);
    const double middle = (low + high) / 2;
    const uint32_t even = bits % 2 == 0 ? bits : bits + 1;
    ASSERT_EQ(convert<TypeParam>(middle).bits, even) << bits;
    ASSERT_EQ(convert<TypeParam>(std::nextafter(middle, low)).bits, bits) << bits;
    ASSERT_EQ(convert<TypeParam>(std::nextafter(middle, high)).bits, bits + 1) << bits;
    ASSERT_EQ(convert<TypeParam>(-middle).bits, even | 0x8000u) << bits;
    ASSERT_EQ(convert<TypeParam>(-std::nextafter(middle, high)).bits, (bits + 1) | 0x8000u);
  }
}

TYPED_TEST(HalfFormats, RoundsWideIntegersOnce) {
  if (std::is_same_v<TypeParam, Float16>) {
    EXPECT_EQ(convert<TypeParam>(int64_t{65520}).bits, 0x7c00);  // half way: to infinity
    EXPECT_EQ(convert<TypeParam>(int64_t{65519}).bits, 0x7bff);
  } else {
    const int64_t tie = (int64_t{1} << 62) + (int64_t{1} << 54);
    const auto exact = [](int64_t v) { return convert<double>(convert<TypeParam>(v)); };
    EXPECT_EQ(exact(tie), std::ldexp(1, 62));
    EXPECT_EQ(exact(tie + 1), std::ldexp(1, 62) + std::ldexp(1, 55));
    EXPECT_EQ(exact(-tie), -std::ldexp(1, 62));
    EXPECT_EQ(exact(-tie - 1), -std::ldexp(1, 62) - std::ldexp(1, 55));
    EXPECT_EQ(exact(tie - 1), std::ldexp(1, 62));
  }
}

TEST(Convert, FloatToIntegerTruncatesAndSaturates) {
  EXPECT_EQ(convert<int8_t>(127.9), 127);
  EXPECT_EQ(convert<int8_t>(-128.9), -128);
  EXPECT_EQ(convert<int8_t>(1e30), 127);
  EXPECT_EQ(convert<int8_t>(-INFINITY), -128);
  EXPECT_EQ(convert<int32_t>(std::nanf("")), 0);
  EXPECT_EQ(convert<uint8_t>(-0.9), 0);
  EXPECT_EQ(convert<uint8_t>(-1.0), 0);
  EXPECT_EQ(convert<uint64_t>(std::ldexp(1.0, 64)), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(convert<uint64_t>(std::ldexp(1.0f, 63)), uint64_t{1} << 63);
  EXPECT_EQ(convert<int64_t>(std::ldexp(1.0f, 63)), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(convert<int64_t>(-std::ldexp(1.0, 63)), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(convert<int32_t>(Float16(-INFINITY)), std::numeric_limits<int32_t>::min());
}

TEST(Convert, IntegersWrapAndAnythingButZeroIsTrue) {
  EXPECT_EQ(convert<int8_t>(int32_t{200}), -56);
  EXPECT_EQ(convert<uint8_t>(int64_t{-1}), 255);
  EXPECT_TRUE(convert<bool>(0.1));
  EXPECT_TRUE(convert<bool>(std::nan("")));
  EXPECT_FALSE(convert<bool>(-0.0));
  EXPECT_TRUE(convert<bool>(BFloat16(1e-40f)));
  EXPECT_EQ(convert<Float16>(true).bits, 0x3c00);
}

TEST(Convert, RandomDoublesRoundLikeTheNearestOfTheNeighbours) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    uint64_t word = random();
    double value = 0;
    std::memcpy(&value, &word, sizeof value);
    if (std::isnan(value)) continue;
    const auto half = convert<BFloat16>(value);
    const double got = convert<double>(half);
    if (std::isinf(got) || half.bits % 0x8000 == 0) continue;
    const double up = convert<double>(of_bits<BFloat16>(half.bits + 1u));
    const double down = convert<double>(of_bits<BFloat16>(half.bits - 1u));
    ASSERT_LE(std::abs(value - got), std::abs(value - up)) << value;
    ASSERT_LE(std::abs(value - got), std::abs(value - down)) << value;
  }
}

}  // namespace
}  // namespace convoy
