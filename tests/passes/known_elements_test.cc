#include "convoy/passes/known_elements.h"

#include <gtest/gtest.h>

#include "convoy/reference/reference.h"

namespace convoy {
namespace {

const Dim n = Dim::symbol("N"), h = Dim::symbol("H");

Value numbers(std::vector<int64_t> values) {
  const auto size = static_cast<int64_t>(values.size());
  return constant(Tensor::of<int64_t>({size}, values));
}

Value image() { return input("x", {DType::float32, {n, 3, h, 32}}); }

std::optional<Shape> known(const Value& value) {
  return KnownElements(reference::apply).sizes(value);
}

Value as_float(const Value& x) { return cast(x, DType::float32); }
Value as_int(const Value& x) { return cast(x, DType::int64); }

TEST(KnownElements, ShapesAreKnownAndWhatIsPickedFromThem) {
  const Value shape = shape_of(image());
  EXPECT_EQ(known(shape), (Shape{n, 3, h, 32}));
  EXPECT_EQ(known(gather(shape, numbers({2, 0}))), (Shape{h, n}));
  EXPECT_EQ(known(slice(shape, {-2}, {slice_end})), (Shape{h, 32}));
  EXPECT_EQ(known(concat({slice(shape, {0}, {1}), numbers({-1})})), (Shape{n, -1}));
  EXPECT_EQ(known(reduce_prod(shape)), (Shape{n * h * 96}));
}

TEST(KnownElements, WhatOnlyTheRunTellsIsNotKnown) {
  const Value x = input("x", {DType::int64, {2}});
  EXPECT_EQ(known(x), std::nullopt);
  EXPECT_EQ(known(add(x, numbers({1, 2}))), std::nullopt);
  EXPECT_EQ(known(concat({x, numbers({1})})), std::nullopt);
}

TEST(KnownElements, ArithmeticOfSizesIsSymbolic) {
  const Value height = gather(shape_of(image()), constant(Tensor::of<int64_t>({}, {2})));
  EXPECT_EQ(known(height * 2.0 + 1.0), (Shape{h * 2 + 1}));
  EXPECT_EQ(known(div(height, constant(Tensor::of<int64_t>({}, {2})))), (Shape{floor_div(h, 2)}));
  EXPECT_EQ(known(-height), (Shape{Dim(0) - h}));
  const Value remainder =
      sub(height, mul(div(height, scalar(4, DType::int64)), scalar(4, DType::int64)));
  EXPECT_EQ(known(remainder), (Shape{h - floor_div(h, 4) * 4}));
  EXPECT_EQ(known(div(height * 6.0, height)), (Shape{6}));
}

// (5 − H)/2 is −1 for H = 8, where the floor is −2.
TEST(KnownElements, IntegersDivideTowardZero) {
  const Value height = gather(shape_of(image()), constant(Tensor::of<int64_t>({}, {2})));
  const auto half_of = [&](const Value& x) {
    return known(div(x, constant(Tensor::of<int64_t>({}, {2}))));
  };
  const std::optional<Shape> half = half_of(5.0 - height);
  ASSERT_TRUE(half);
  for (int64_t size = 0; size < 10; ++size)
    EXPECT_EQ((*half)[0].substitute({{"H", size}}), Dim((5 - size) / 2)) << size;
  EXPECT_EQ(half_of(6.0 - height * 2.0), (Shape{Dim(3) - h}));
  EXPECT_EQ(half_of(height + 3.0), (Shape{floor_div(h + 3, 2)}));
}

// The way of interpolate(scale_factor=…) in exporters.
TEST(KnownElements, ScaledSizesAreKnownOnceRounded) {
  const Value size = slice(shape_of(image()), {2}, {4});
  const Value half = scalar(0.5, DType::float32), twice = scalar(2, DType::float32);
  EXPECT_EQ(known(as_int(floor(mul(as_float(size), twice)))), (Shape{h * 2, 64}));
  EXPECT_EQ(known(as_int(floor(mul(as_float(size), half)))), (Shape{floor_div(h, 2), 16}));
  EXPECT_EQ(known(as_int(mul(half, as_float(size)))), (Shape{floor_div(h, 2), 16}));
  EXPECT_EQ(known(ceil(mul(as_float(size), half))), (Shape{ceil_div(h, 2), 16}));
  EXPECT_EQ(known(as_int(div(as_float(size), twice))), (Shape{floor_div(h, 2), 16}));
  const Value quarter = mul(mul(as_float(size), half), half);
  EXPECT_EQ(known(as_int(quarter)), (Shape{floor_div(h, 4), 8}));
  EXPECT_EQ(known(as_int(mul(mul(as_float(size), half), twice))), (Shape{h, 32}));
  EXPECT_EQ(known(mul(as_float(size), half)), std::nullopt) << "a fraction is no size";
  EXPECT_EQ(known(as_int(round(mul(as_float(size), half)))), std::nullopt);
  const Value third = scalar(1.0 / 3, DType::float32);
  EXPECT_EQ(known(as_int(mul(as_float(size), third))), std::nullopt);
}

// expand(−1, …) in exporters: −1 is replaced by the size that is there.
TEST(KnownElements, ConditionsOnSizesAreKnownWhereTheyHoldForAll) {
  const Value shape = shape_of(image());
  const Value target = concat({numbers({-1, 3}), slice(shape, {2}, {4})});
  const Value kept = where(equal(target, numbers({-1, -1, -1, -1})), shape, target);
  EXPECT_EQ(known(kept), (Shape{n, 3, h, 32}));
  const Value next = shape + 1.0;
  const Value zero = numbers({0, 0, 0, 0});
  EXPECT_EQ(known(cast(greater(next, zero), DType::int64)), (Shape{1, 1, 1, 1}));
  EXPECT_EQ(known(cast(less(shape, zero), DType::int64)), (Shape{0, 0, 0, 0}));
  EXPECT_EQ(known(cast(greater_equal(shape, next), DType::int64)), (Shape{0, 0, 0, 0}));
  EXPECT_EQ(known(cast(less_equal(shape, shape), DType::int64)), (Shape{1, 1, 1, 1}));
  EXPECT_EQ(known(cast(not_equal(next, zero), DType::int64)), (Shape{1, 1, 1, 1}));
  EXPECT_EQ(known(cast(greater(shape, zero), DType::int64)), std::nullopt) << "N may be 0";
}

TEST(KnownElements, ConstantsAreWorkedOutHoweverLongTheChain) {
  Value value = numbers({1, 2});
  for (int i = 0; i < 20000; ++i) value = value + 1.0;
  EXPECT_EQ(known(value), (Shape{20001, 20002}));
}

TEST(KnownElements, LargeArraysAreNotLookedInto) {
  EXPECT_EQ(known(iota(5000)), std::nullopt);
  EXPECT_EQ(known(iota(3)), (Shape{0, 1, 2}));
}

}  // namespace
}  // namespace convoy
