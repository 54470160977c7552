#include <gtest/gtest.h>

#include "convoy/graph/gradients.h"
#include "convoy/ops/adaptive_pool.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/max_pool.h"
#include "convoy/ops/max_unpool.h"
#include "text.h"

namespace convoy::stablehlo {
namespace {

TEST(MaxPool, WithoutIndicesIsAMaximumAlongEveryAxisInTurn) {
  const Value x = pictures({2, 3, 8, 8});
  const std::string text = text_of({x}, {max_pool(x, {.kernel = {3}, .padding = 1})});
  EXPECT_EQ(times(text, "stablehlo.reduce_window"), 2);
  EXPECT_EQ(times(text, "stablehlo.maximum"), 2);
  EXPECT_EQ(times(text, "stablehlo.compare"), 0);
  EXPECT_EQ(times(text, "stablehlo.iota"), 0);
}

TEST(MaxPool, WithIndicesComparesValuesAndPlacesOf32Bits) {
  const Value x = pictures({2, 3, 8, 8});
  const std::string text = text_of({x}, max_pool_with_indices(x, {.kernel = {2}}));
  EXPECT_EQ(times(text, "stablehlo.reduce_window"), 2);
  EXPECT_EQ(times(text, "stablehlo.maximum"), 0);
  EXPECT_EQ(times(text, "stablehlo.iota"), 2);
  EXPECT_EQ(times(text, "(tensor<2x3x4x4xi32>) -> tensor<2x3x4x4xi64>"), 1);
}

TEST(MaxPool, LeavesOutAxesWhereWindowsAreSingleElements) {
  const Value x = pictures({2, 3, 8, 8});
  const std::string text =
      text_of({x}, {max_pool(x, {.kernel = {1, 3}, .stride = {1}, .padding = {0, 1}})});
  EXPECT_EQ(times(text, "stablehlo.reduce_window"), 1);
}

TEST(MaxPool, IntegersStartFromTheirLowest) {
  const Value x = pictures({1, 1, 4, 4}, DType::int8);
  EXPECT_EQ(times(text_of({x}, {max_pool(x, {.kernel = {2}})}), "dense<-128> : tensor<i8>"), 1);
}

TEST(MaxPool, TheGradientAddsAtTheIndices) {
  const Value x = pictures({2, 3, 8, 8});
  const Value y = max_pool(x, {.kernel = {3}, .stride = {2}});
  const Value seed = constant(Tensor::full(DType::float32, to_extents(y.shape()), 1));
  const std::string text = text_of({x}, gradients({y}, {x}, {seed}));
  EXPECT_EQ(times(text, "stablehlo.scatter"), 2);  // the operation and its attribute
  EXPECT_EQ(times(text, "stablehlo.gather"), 0);
}

TEST(MaxUnpool, TheLastValueOfAPlaceDoesNotDependOnTheOrderOfScattering) {
  const Value x = pictures({1, 1, 2, 2}), indices = input("i", {DType::int64, {1, 1, 2, 2}});
  const std::string text = text_of({x, indices}, {max_unpool(x, indices, {.output_size = {4, 4}})});
  EXPECT_NE(text.find("stablehlo.maximum %"), text.npos);
  EXPECT_EQ(times(text, "\"stablehlo.gather\""), 1);
}

TEST(MaxUnpool, AnIndexOutOfRangeIsReported) {
  const Value x = pictures({1, 1, 2, 2}), indices = input("i", {DType::int64, {1, 1, 2, 2}});
  const Graph graph({x, indices}, {max_unpool(x, indices, {.output_size = {4, 4}})});
  const Module module = lower(graph, {.checks = true});
  ASSERT_EQ(module.checks.size(), 1u);
  EXPECT_EQ(module.checks[0].violation.constraint, 5);
  EXPECT_EQ(module.checks[0].violation.kind, Violation::Kind::index);
  EXPECT_EQ(lower(graph).checks.size(), 0u);
}

TEST(AvgPool, DividesByATableOnlyWhereWindowsDiffer) {
  const Value x = pictures({2, 3, 8, 8});
  const std::string alike = text_of({x}, {avg_pool(x, {.kernel = {2}})});
  EXPECT_EQ(times(alike, "dense<[0"), 0);
  EXPECT_EQ(times(alike, "dense<0.5>"), 2);
  const std::string different = text_of(
      {x}, {avg_pool(x, {.kernel = {3}, .stride = {1}, .padding = 1, .count_include_pad = false})});
  EXPECT_EQ(times(different, "dense<[0.5, 0.33333334,"), 2);
}

TEST(AdaptivePool, OfEqualPartsIsASumOfThem) {
  const Value x = pictures({2, 3, 8, 6});
  const std::string parts = text_of({x}, {adaptive_avg_pool(x, {.output_size = {4, 3}})});
  EXPECT_EQ(times(parts, "gather"), 0);
  EXPECT_EQ(times(parts, "tensor<2x3x4x2x3xf32>"), 2);
  EXPECT_EQ(times(text_of({x}, {global_avg_pool(x)}), "gather"), 0);
  EXPECT_EQ(times(text_of({x}, {global_max_pool(x)}), "gather"), 0);
  EXPECT_GT(times(text_of({x}, {adaptive_max_pool(x, {.output_size = {5, 4}})}), "gather"), 0);
}

TEST(Pooling, StaysInTheLayoutOfTheProgram) {
  const Value x = pictures({2, 3, 8, 8});
  const Value y = avg_pool(max_pool(x, {.kernel = {2}}), {.kernel = {2}});
  const std::string text = text_of({x}, {y}, Layout::channels_last);
  EXPECT_EQ(times(text, "stablehlo.transpose"), 2);  // one in, one out
  EXPECT_EQ(times(text, "-> (tensor<2x4x4x3xf32>)"), 1);
}

}  // namespace
}  // namespace convoy::stablehlo
