// Elementwise functions of float64, integers and bool against the operators of C++.
#include "convoy/cpu/kernels/typed.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "convoy/ops/rules.h"

namespace convoy::cpu {
namespace {

template <class T>
constexpr DType dtype_of = std::same_as<T, double>    ? DType::float64
                           : std::same_as<T, int64_t> ? DType::int64
                           : std::same_as<T, int8_t>  ? DType::int8
                           : std::same_as<T, uint8_t> ? DType::boolean
                                                      : DType::float32;
constexpr Space along = {0, 0, 0, 0, 0, 1};

void run(const Typed& plan, const TypedArrays& at) {
  Worker worker;
  for (int64_t part = 0; part < 3; ++part) run_typed(plan, at, share(items(plan), part, 3), worker);
}

template <class Z, class T>
std::vector<Z> apply(PointwiseOp op, const std::vector<T>& x, const std::vector<T>& y = {}) {
  std::vector<Z> z(x.size());
  const Space size = {1, 1, 1, 1, 1, static_cast<int64_t>(x.size())};
  const Access access{dtype_of<T>, along};
  const auto plan = plan_typed(op, size, {access, access}, {dtype_of<Z>, along});
  run(plan.value(), {{x.data(), y.data()}, z.data()});
  return z;
}

TEST(Typed, IntegersWrapAndDivideTowardsZero) {
  constexpr int64_t least = std::numeric_limits<int64_t>::min(), most = -(least + 1);
  const std::vector<int64_t> x{7, -7, most, least, 3}, y{2, 2, 1, 2, 40};
  using V = std::vector<int64_t>;
  EXPECT_EQ((apply<int64_t>(BinaryKind::add, x, y)), (V{9, -5, least, least + 2, 43}));
  EXPECT_EQ((apply<int64_t>(BinaryKind::sub, y, x)), (V{-5, 9, least + 2, least + 2, 37}));
  EXPECT_EQ((apply<int64_t>(BinaryKind::mul, x, y)), (V{14, -14, most, 0, 120}));
  EXPECT_EQ((apply<int64_t>(BinaryKind::div, x, y)), (V{3, -3, most, least / 2, 0}));
  EXPECT_EQ((apply<int64_t>(BinaryKind::pow, x, y)), (V{49, 49, most, 0, -6289078614652622815}));
  EXPECT_EQ((apply<int64_t>(BinaryKind::max, x, y)), (V{7, 2, most, 2, 40}));
  EXPECT_EQ((apply<int64_t>(UnaryKind::abs, x)), (V{7, 7, most, least, 3}));
  EXPECT_EQ((apply<int8_t>(Fused::copy, x)), (std::vector<int8_t>{7, -7, -1, 0, 3}));
  EXPECT_EQ((apply<uint8_t>(BinaryKind::less, x, y)), (std::vector<uint8_t>{0, 1, 0, 1, 1}));
  EXPECT_EQ(
      (apply<int8_t>(BinaryKind::mul, std::vector<int8_t>{100, -128}, std::vector<int8_t>{2, -1})),
      (std::vector<int8_t>{-56, -128}));
}

TEST(Typed, WhatIntegersCannotDoThrowsAsTheReferenceDoes) {
  constexpr int64_t least = std::numeric_limits<int64_t>::min();
  using V = std::vector<int64_t>;
  EXPECT_THROW(apply<int64_t>(BinaryKind::div, V{1}, V{0}), Violation);
  EXPECT_THROW(apply<int64_t>(BinaryKind::div, V{least}, V{-1}), Violation);
  EXPECT_THROW(apply<int64_t>(BinaryKind::pow, V{2}, V{-1}), Violation);
}

TEST(Typed, Float64KeepsItsDigitsAndItsNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> x{0.1, -2.5, nan, 1e300, -0.0}, y{0.2, nan, 1, -3, 0.0};
  const auto product = apply<double>(BinaryKind::mul, x, y);
  const auto exponential = apply<double>(UnaryKind::exp, x);
  const auto smaller = apply<double>(BinaryKind::min, x, y);
  for (size_t i = 0; i < x.size(); ++i) {
    const double want = std::isnan(y[i]) || y[i] < x[i] ? y[i] : x[i];
    EXPECT_TRUE(product[i] == x[i] * y[i] || std::isnan(x[i] * y[i]));
    EXPECT_TRUE(exponential[i] == std::exp(x[i]) || std::isnan(x[i]));
    EXPECT_EQ(std::isnan(smaller[i]), std::isnan(want));
    if (!std::isnan(want)) {
      EXPECT_EQ(smaller[i], want);
    }
  }
}

TEST(Typed, OperandsMayBeBroadcastTransposedAndOfLongRows) {
  const int64_t rows = 3, columns = 9000;
  std::vector<double> x(rows * columns), y(rows), z(rows * columns);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  y = {10, 20, 30};
  const Access column_major{DType::float64, {0, 0, 0, 0, 1, rows}};
  const Access row_major{DType::float64, {0, 0, 0, 0, columns, 1}};
  const auto plan =
      plan_typed(BinaryKind::add, {1, 1, 1, 1, rows, columns},
                 {column_major, Access{DType::float64, {0, 0, 0, 0, 1, 0}}}, row_major);
  run(plan.value(), {{x.data(), y.data()}, z.data()});
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      ASSERT_EQ(z[static_cast<size_t>(r * columns + c)],
                static_cast<double>(c * rows + r) + y[static_cast<size_t>(r)]);
}

TEST(Typed, FunctionsWithoutAKernelAreRefused) {
  const Access x{DType::boolean, along};
  EXPECT_FALSE(plan_typed(BinaryKind::add, {1, 1, 1, 1, 1, 4}, {x, x}, x));
  EXPECT_FALSE(plan_typed(ActivationKind::gelu, {1, 1, 1, 1, 1, 4}, {x}, x));
}

}  // namespace
}  // namespace convoy::cpu
