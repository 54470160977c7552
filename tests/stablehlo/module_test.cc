#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "text.h"

namespace convoy::stablehlo {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Graph small() {
  const Value x = pictures({1, 2, 8, 8});
  const Value w = parameter("stem.weight", Tensor::full(DType::float32, {4, 2, 3, 3}, 0.5));
  const Value table = constant(Tensor::full(DType::float32, {4, 5, 6}, 2), "table");
  const Value y = max_pool(relu(conv(x, w, {}, "stem")), {.kernel = {2}, .stride = {1, 1}});
  return Graph({x}, {reduce_sum(y, {3}) + reduce_sum(table, {2}) + 1.5});
}

TEST(Module, IsTheSameFromRunToRun) {
  const Graph a = small(), b = small();
  EXPECT_EQ(lower(a).text, lower(b).text);
}

TEST(Module, CanBeRead) {
  const std::string text = lower(small()).text;
  EXPECT_THAT(text, StartsWith("module @convoy {\n  func.func public @main(\n    %0: "
                               "tensor<1x2x8x8xf32>,  // input x\n"));
  EXPECT_THAT(text, HasSubstr("%1: tensor<4x2x3x3xf32>,  // parameter stem.weight\n"));
  EXPECT_THAT(text, HasSubstr("    // conv 'stem'\n"));
  EXPECT_THAT(text, HasSubstr("    // max_pool\n"));
}

TEST(Module, WeightsAndLargeConstantsAreArguments) {
  const Module module = lower(small());
  ASSERT_EQ(module.arguments.size(), 3u);
  EXPECT_EQ(to_string(module.arguments[1]), "float32[4,2,3,3]");
  ASSERT_EQ(module.constants.size(), 1u);
  EXPECT_EQ(module.constants[0].size(), 120);
  EXPECT_THAT(module.text, HasSubstr("dense<1.5>"));
}

TEST(Module, ArraysAreTransposedAtTheBordersOfANetworkOnly) {
  // Six pooled and convolved layers; the classifier needs the channels second once more.
  const Value x = pictures({1, 3, 32, 32});
  Value y = x;
  for (int64_t channels = 3; channels < 6; ++channels) {
    const Value w = parameter("w" + std::to_string(channels),
                              Tensor::full(DType::float32, {channels + 1, channels, 3, 3}, 0.5));
    y = max_pool(silu(conv(y, w, {.padding = 1})), {.kernel = {2}});
  }
  EXPECT_EQ(times(text_of({x}, {global_avg_pool(y)}, Layout::channels_last), "stablehlo.transpose"),
            2);
}

class Own : public CustomOperator {
 public:
  std::string_view name() const override { return "own"; }
  std::vector<Type> infer(Types inputs) const override { return {inputs[0]}; }
  void run(std::span<const Tensor>, std::span<Tensor>) const override {}
};

TEST(Module, WhatCannotBeSaidIsToldAtOnce) {
  const Value x = pictures({1, 2, 4, 4});
  const Value a = custom(std::make_shared<Own>(), {x}, "first")[0];
  const Value b = custom(std::make_shared<Own>(), {relu(a)}, "second")[0];
  try {
    lower(Graph({x}, {b}));
    ADD_FAILURE() << "was said";
  } catch (const NotSupportedError& error) {
    EXPECT_THAT(error.what(), HasSubstr("own, 2 nodes: 'first', 'second': "));
  }
  EXPECT_FALSE(supports(Custom{}));
  EXPECT_TRUE(supports(Conv{}));
}

TEST(Module, RulesAboutDataAreAResultOfTheirOwnWhenAskedFor) {
  const Value x = input("x", {DType::float32, {5}}), i = input("i", {DType::int64, {2}});
  const Graph graph({x, i}, {gather(x, i, 0, "pick")});
  EXPECT_EQ(lower(graph).results.size(), 1u);
  const Module checked = lower(graph, {.checks = true});
  ASSERT_EQ(checked.checks.size(), 1u);
  EXPECT_EQ(checked.checks[0].node->name, "pick");
  EXPECT_EQ(checked.checks[0].violation.constraint, 3);
  EXPECT_EQ(to_string(checked.results.back()), "bool[1]");
}

TEST(Module, SymbolicSizesAreRefused) {
  const Value x = input("x", {DType::float32, {Dim::symbol("N"), 4}});
  EXPECT_THROW(lower(Graph({x}, {relu(x)})), ShapeError);
}

}  // namespace
}  // namespace convoy::stablehlo
