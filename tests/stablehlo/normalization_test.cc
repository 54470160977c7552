#include <gtest/gtest.h>

#include "convoy/ops/batch_norm.h"
#include "convoy/ops/group_norm.h"
#include "convoy/ops/layer_norm.h"
#include "convoy/ops/softmax.h"
#include "text.h"

namespace convoy::stablehlo {
namespace {

Value vector(const char* name, int64_t size = 3) { return input(name, {DType::float32, {size}}); }

TEST(BatchNorm, ComputesTheScaleOncePerChannel) {
  const Value x = pictures({2, 3, 8, 8});
  const std::vector<Value> v{vector("g"), vector("b"), vector("m"), vector("v")};
  const std::string text =
      text_of({x, v[0], v[1], v[2], v[3]}, {batch_norm(x, v[0], v[1], v[2], v[3])});
  EXPECT_EQ(times(text, "stablehlo.rsqrt"), 1);
  EXPECT_NE(text.find("= stablehlo.rsqrt %6 : tensor<3xf32>"), text.npos) << text;
  EXPECT_EQ(times(text, "stablehlo.transpose"), 0);
}

TEST(BatchNormTraining, ReducesAllAxesButTheChannels) {
  const Value x = pictures({4, 3, 8, 8});
  const std::vector<Value> v{vector("g"), vector("b"), vector("m"), vector("v")};
  const Value y = batch_norm_training(x, v[0], v[1], v[2], v[3])[0];
  const std::vector<Value> inputs{x, v[0], v[1], v[2], v[3]};
  EXPECT_EQ(times(text_of(inputs, {y}), "dimensions = array<i64: 0, 2, 3>"), 2);
  EXPECT_EQ(times(text_of(inputs, {y}, Layout::channels_last), "dimensions = array<i64: 0, 1, 2>"),
            2);
}

TEST(GroupNorm, SplitsChannelsWhereTheyStand) {
  const Value x = pictures({2, 6, 5, 5});
  const Value y = group_norm(x, {}, {}, {.groups = 3});
  EXPECT_GT(times(text_of({x}, {y}), "tensor<2x3x2x5x5xf32>"), 0);
  EXPECT_GT(times(text_of({x}, {y}, Layout::channels_last), "tensor<2x5x5x3x2xf32>"), 0);
}

TEST(Normalization, OfNothingIsNothing) {
  const Value x = pictures({0, 6, 5});
  EXPECT_EQ(
      times(text_of({x}, {group_norm(x, {}, {}, {.groups = 3}), layer_norm(x, {}, {}), softmax(x)}),
            "stablehlo.reduce"),
      0);
}

TEST(Softmax, SubtractsTheLargestFirst) {
  const Value x = input("x", {DType::float32, {4, 10}});
  const std::string text = text_of({x}, {softmax(x)});
  EXPECT_LT(text.find("stablehlo.maximum"), text.find("stablehlo.subtract"));
  EXPECT_LT(text.find("stablehlo.subtract"), text.find("stablehlo.exponential"));
}

}  // namespace
}  // namespace convoy::stablehlo
