// Parts of arrays by readable examples, and what a slice of symbolic sizes says.
#include "convoy/ops/slice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/graph/value.h"
#include "convoy/ops/concat.h"
#include "convoy/ops/pad.h"

namespace convoy {
namespace {

using testing::ElementsAre;

std::vector<double> numbers(const Value& value) {
  const Tensor result = compile({}, {value}, {.backend = "reference"})({})[0];
  std::vector<double> list;
  for (int64_t i = 0; i < result.size(); ++i) list.push_back(result.at(i));
  return list;
}

Value zero_to_five() { return constant(Tensor::of<double>({6}, {0, 1, 2, 3, 4, 5})); }

TEST(Slice, FollowsNumPysBounds) {
  const Value x = zero_to_five();
  EXPECT_THAT(numbers(slice(x, {1}, {4})), ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers(slice(x, {-2}, {slice_end})), ElementsAre(4, 5));
  EXPECT_THAT(numbers(slice(x, {0}, {slice_end}, {0}, {4})), ElementsAre(0, 4));
  EXPECT_THAT(numbers(slice(x, {4}, {1}, {0}, {-1})), ElementsAre(4, 3, 2));
  EXPECT_THAT(numbers(slice(x, {slice_end}, {slice_begin}, {0}, {-2})), ElementsAre(5, 3, 1));
  EXPECT_THAT(numbers(slice(x, {4}, {2})), ElementsAre());
}

TEST(Slice, OfEverythingIsTheValueItself) {
  const Value x = zero_to_five();
  EXPECT_EQ(slice(x, {0}, {slice_end}), x);
}

TEST(Slice, KeepsSymbolicSizesReadable) {
  const Value x = input("x", {DType::float32, {Dim::symbol("N")}});
  EXPECT_EQ(to_string(slice(x, {2}, {slice_end}).shape()), "[max(0, N - 2)]");
  EXPECT_EQ(to_string(slice(x, {0}, {slice_end}, {0}, {2}).shape()), "[((N + 1)//2)]");
  EXPECT_EQ(slice(x, {slice_end}, {slice_begin}, {0}, {-1}).shape(), x.shape());
}

TEST(Split, GivesPartsThatConcatJoins) {
  const std::vector<Value> parts = split(zero_to_five(), Shape{1, 3, 2});
  EXPECT_THAT(numbers(parts[1]), ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers(concat(parts)), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THROW(split(zero_to_five(), Shape{1, 3}), ShapeError);
  EXPECT_THROW(split(zero_to_five(), 4), ShapeError);
}

TEST(Pad, AddsInFourWaysAndCrops) {
  const Value x = constant(Tensor::of<double>({3}, {1, 2, 3}));
  EXPECT_THAT(numbers(pad(x, {1}, {2})), ElementsAre(0, 1, 2, 3, 0, 0));
  EXPECT_THAT(numbers(pad(x, {1}, {2}, PadMode::edge)), ElementsAre(1, 1, 2, 3, 3, 3));
  EXPECT_THAT(numbers(pad(x, {1}, {2}, PadMode::reflect)), ElementsAre(2, 1, 2, 3, 2, 1));
  EXPECT_THAT(numbers(pad(x, {1}, {2}, PadMode::wrap)), ElementsAre(3, 1, 2, 3, 1, 2));
  EXPECT_THAT(numbers(pad(x, {-1}, {1}, PadMode::wrap)), ElementsAre(2, 3, 2));
}

// What files and fuzzers can put into an operator that no builder would.
TEST(Slice, RefusesRawAttributesOfTheWrongLength) {
  EXPECT_THROW(apply(Slice{}, {zero_to_five()}), ValueError);
  EXPECT_THROW(apply(Slice{{0}, {1}, {}}, {zero_to_five()}), ValueError);
  EXPECT_THROW(apply(Slice{{0}, {7}, {1}}, {zero_to_five()}), ValueError);
  EXPECT_THROW(apply(Slice{{0}, {6}, {slice_end}}, {zero_to_five()}), LimitError);
  EXPECT_THROW(apply(SliceInputGrad{{0}, {6}, {1}, {}}, {zero_to_five()}), ValueError);
  EXPECT_THROW(apply(Pad{}, {zero_to_five()}), ValueError);
  EXPECT_THROW(apply(Pad{PadMode::wrap, {slice_end}, {slice_end}}, {zero_to_five()}), LimitError);
}

}  // namespace
}  // namespace convoy
