// The passes that write operators as plainer ones: the same numbers, of none of what was to go.
#include "convoy/passes/plainer.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "convoy/compile/function.h"
#include "convoy/ops/catalog.h"
#include "convoy/passes/passes.h"

namespace convoy {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor drawn(DType dtype, Extents extents, uint64_t seed) {
  Tensor tensor(DType::float64, std::move(extents));
  uint64_t state = seed * 2654435761u + 1;
  for (double& value : tensor.data<double>()) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<double>(state >> 40) / (1 << 23) - 1;
  }
  const Value x = input("x", tensor.type());
  return compile({x}, {cast(x, dtype)}, {.backend = "reference"})({tensor})[0];
}

size_t count(const Graph& graph, std::string_view kind) {
  size_t found = 0;
  for (const NodePtr& node : graph.nodes) found += node->kind() == kind ? 1 : 0;
  return found;
}

void expect_same(const Graph& before, const Graph& after, const std::vector<Tensor>& arrays,
                 double tolerance) {
  verify(after);
  const auto a = compile(before, {.backend = "reference"})(arrays),
             b = compile(after, {.backend = "reference"})(arrays);
  ASSERT_EQ(a.size(), b.size());
  for (size_t k = 0; k < a.size(); ++k) {
    ASSERT_EQ(a[k].type(), b[k].type());
    for (int64_t i = 0; i < a[k].size(); ++i) {
      const double x = a[k].at(i), y = b[k].at(i);
      EXPECT_TRUE(x == y || (std::isnan(x) && std::isnan(y)) ||
                  std::abs(x - y) <= tolerance * std::max(1.0, std::abs(x)))
          << "result " << k << ", element " << i << ": " << x << ", then " << y;
    }
  }
}

TEST(WidenHalves, ComputesInFloat32BetweenCasts) {
  for (const DType half : {DType::float16, DType::bfloat16}) {
    const Value x = input("x", {half, {2, 4, 6}}), w = input("w", {half, {3, 4, 3}});
    const std::vector<Value> pooled = max_pool_with_indices(conv(x, w), {.kernel = {2}});
    const Graph before({x, w}, {softmax(pooled[0]), pooled[1], relu(x), reshape(x, {-1})});
    const Graph after = widen_halves(before);
    for (const NodePtr& node : after.nodes)
      for (const std::string_view kind : {"conv", "max_pool", "softmax"})
        EXPECT_TRUE(node->kind() != kind || node->outputs[0].dtype == DType::float32) << kind;
    EXPECT_EQ(count(after, "cast"), 7);  // two arrays, three results, two taken up again
    EXPECT_EQ(after.outputs[2].value.node()->inputs[0].dtype(), half);
    const double unit = half == DType::float16 ? 0x1p-10 : 0x1p-7;
    expect_same(before, after, {drawn(half, {2, 4, 6}, 1), drawn(half, {3, 4, 3}, 2)}, unit);
  }
}

TEST(WidenHalves, LeavesOtherDtypesAlone) {
  const Value x = input("x", {DType::float64, {2, 4, 6}});
  const Graph graph({x}, {softmax(x)});
  EXPECT_EQ(count(widen_halves(graph), "cast"), 0);
}

TEST(ExpandLines, KeepEdgesOfLogSumExp) {
  const Tensor arrays =
      Tensor::of<double>({4, 3}, {1, 2, 3, -infinity, -infinity, -infinity, 1, infinity, -infinity,
                                  1e300, std::nan(""), infinity});
  const Value x = input("x", arrays.type());
  for (const bool keepdims : {false, true}) {
    const Graph before({x}, {reduce_log_sum_exp(x, {1}, keepdims), reduce_log_sum_exp(x, {0, 1}),
                             softmax(x), log_softmax(x, 0)});
    const Graph after = expand_lines(before);
    EXPECT_EQ(count(after, "softmax"), 0);
    expect_same(before, after, {arrays}, 1e-14);
  }
}

TEST(ExpandLines, OfNothingIsMinusInfinity) {
  const Value x = input("x", {DType::float32, {2, 0}});
  const Graph before({x}, {reduce_log_sum_exp(x, {1}), reduce_log_sum_exp(x, {0})});
  expect_same(before, expand_lines(before), {Tensor(DType::float32, {2, 0})}, 0);
}

TEST(ExpandLines, NormalizationsOfFloat64AreSumsAndProducts) {
  const Value x = input("x", {DType::float64, {2, 4, 3}});
  const Value gamma = input("gamma", {DType::float64, {4, 3}});
  const Value channels = input("channels", {DType::float64, {4}});
  const Graph before({x, gamma, channels},
                     {layer_norm(x, gamma, gamma, {.axis = 1}), layer_norm(x, {}, {}, {.axis = 2}),
                      group_norm(x, channels, channels, {.groups = 2})});
  const Graph after = expand_lines(expand_normalizations(before));
  EXPECT_EQ(count(after, "layer_norm") + count(after, "group_norm"), 0);
  expect_same(before, after,
              {drawn(DType::float64, {2, 4, 3}, 1), drawn(DType::float64, {4, 3}, 2),
               drawn(DType::float64, {4}, 3)},
              1e-12);
}

TEST(JoinAxes, GivesTheSameOfFewerAxes) {
  const Value x = input("x", {DType::float64, {2, 3, 1, 2, 2, 3, 2, 2}});
  const Value y = input("y", {DType::float64, {3, 1, 2, 1, 3, 1, 2}});
  const Graph before({x, y},
                     {x + y, where(less(y, x), y, x), relu(x), x * 2.0, reduce_sum(x, {1, 2}),
                      reduce_mean(x, {0, 3, 5, 7}), reduce_max(x, {0, 3, 5}, true), reduce_l2(x)});
  for (const int64_t most : {2, 4, 6}) {
    const Graph after = join_axes(before, most);
    for (const NodePtr& node : after.nodes)
      if (node->op() && node->kind() != "reshape" && node->kind() != "expand" &&
          node->kind() != "transpose") {
        EXPECT_LE(std::max(node->outputs[0].rank(), node->inputs[0].rank()), most);
      }
    expect_same(before, after,
                {drawn(DType::float64, {2, 3, 1, 2, 2, 3, 2, 2}, 1),
                 drawn(DType::float64, {3, 1, 2, 1, 3, 1, 2}, 2)},
                1e-14);
  }
}

TEST(JoinAxes, OfSizesOneAndNothing) {
  const Value x = input("x", {DType::float32, {1, 1, 1, 1, 1, 1, 1}});
  const Value empty = input("empty", {DType::float32, {2, 1, 0, 3, 1, 1, 2}});
  const Graph before({x, empty}, {reduce_sum(x, {0, 6}, true), -x, empty + x,
                                  reduce_sum(empty, {2, 3}), reduce_sum(empty, {0}, true)});
  expect_same(before, join_axes(before, 6),
              {drawn(DType::float32, {1, 1, 1, 1, 1, 1, 1}, 1),
               Tensor(DType::float32, {2, 1, 0, 3, 1, 1, 2})},
              0);
}

}  // namespace
}  // namespace convoy
