#include "convoy/stablehlo/spelling.h"

#include <limits>

#include <gtest/gtest.h>

namespace convoy::stablehlo {
namespace {

TEST(Literal, IsAsShortAsItReadsBack) {
  EXPECT_EQ(literal(0.1, DType::float64), "0.1");
  EXPECT_EQ(literal(0.1, DType::float32), "0.1");
  EXPECT_EQ(literal(-2, DType::float32), "-2.0");
  EXPECT_EQ(literal(1e-5, DType::float64), "1.0e-05");
  EXPECT_EQ(literal(1e300, DType::float64), "1.0e+300");
}

TEST(Literal, TheSmallestNumbersAreNumbers) {
  EXPECT_EQ(literal(2.225073858507203e-309, DType::float64), "2.225073858507203e-309");
  EXPECT_EQ(literal(5e-324, DType::float64), "5.0e-324");
  EXPECT_EQ(literal(1e-300, DType::float32), "0.0");
  EXPECT_EQ(literal(1e-45, DType::float32), "1.0e-45");
}

TEST(Literal, WhatIsNotFiniteInItsDtypeIsBits) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(literal(infinity, DType::float32), "0x7F800000");
  EXPECT_EQ(literal(-infinity, DType::float64), "0xFFF0000000000000");
  EXPECT_EQ(literal(1e300, DType::float32), "0x7F800000");
  EXPECT_EQ(literal(70000, DType::float16), "0x7C00");
  EXPECT_EQ(literal(3.4e38, DType::bfloat16), "0x7F80");
  EXPECT_EQ(literal(std::numeric_limits<double>::quiet_NaN(), DType::float16), "0x7E00");
}

TEST(Literal, IntegersSaturate) {
  EXPECT_EQ(literal(-std::numeric_limits<double>::infinity(), DType::int8), "-128");
  EXPECT_EQ(literal(1e30, DType::uint64), "18446744073709551615");
  EXPECT_EQ(literal(2, DType::boolean), "true");
}

}  // namespace
}  // namespace convoy::stablehlo
