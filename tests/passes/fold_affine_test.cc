#include <gtest/gtest.h>

#include "convoy/compile/function.h"
#include "convoy/passes/passes.h"

namespace convoy {
namespace {

Tensor drawn(Extents extents, uint64_t seed, float low = -1) {
  Tensor tensor(DType::float64, std::move(extents));
  uint64_t state = seed * 2654435761u + 1;
  for (double& value : tensor.data<double>()) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = low + (1 - low) * static_cast<double>(state >> 40) / (1 << 24);
  }
  return tensor;
}

size_t count(const Graph& graph, std::string_view kind) {
  size_t found = 0;
  for (const NodePtr& node : graph.nodes) found += node->kind() == kind ? 1 : 0;
  return found;
}

void expect_same(const Graph& before, const Graph& after, const Tensor& x) {
  verify(after);
  const Tensor a = compile(before, {.backend = "reference"})({x})[0],
               b = compile(after, {.backend = "reference"})({x})[0];
  ASSERT_EQ(a.type(), b.type());
  for (int64_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a.at(i), b.at(i), 1e-12);
}

struct Net {
  Value x = input("x", {DType::float64, {2, 6, 5, 4}});
  Value w = parameter("w", drawn({4, 3, 3, 2}, 1));
  Value bias = parameter("bias", drawn({4}, 2));
  Conv grouped{.groups = 2};
  Value vector(uint64_t seed) const { return parameter("v", drawn({4}, seed, 0.1f)); }
  Value norm(const Value& y) const {
    return batch_norm(y, vector(3), vector(4), vector(5), vector(6), {.epsilon = 1e-3}, "norm");
  }
};

TEST(FoldAffine, PutsBatchNormIntoTheConvolutionBeforeIt) {
  const Net net;
  for (const Value& y :
       {conv(net.x, net.w, net.grouped), conv(net.x, net.w, net.bias, net.grouped, "named")}) {
    const Graph before({net.x}, {net.norm(y)}), after = fold_affine(before);
    EXPECT_EQ(count(after, "batch_norm"), 0);
    EXPECT_EQ(after.outputs[0].value.node()->kind(), "conv");
    EXPECT_EQ(after.outputs[0].value.node()->name, "norm");
    expect_same(before, after, drawn({2, 6, 5, 4}, 7));
  }
}

TEST(FoldAffine, PutsSumsAndProductsByChannelIntoTheConvolution) {
  const Net net;
  const auto per_channel = [&](uint64_t seed) { return reshape(net.vector(seed), {4, 1, 1}); };
  const Value y = conv(net.x, net.w, net.grouped);
  for (const Value& z : {y + per_channel(3), per_channel(3) * y, y - per_channel(3), y * 2.5,
                         (y * per_channel(4) + per_channel(5)) * 0.5 + 1.0}) {
    const Graph before({net.x}, {z}), after = fold_affine(before);
    EXPECT_EQ(after.outputs[0].value.node()->kind(), "conv");
    expect_same(before, after, drawn({2, 6, 5, 4}, 8));
  }
}

TEST(ExpandNormalizations, LeavesAProductAndASumOfBatchNorm) {
  const Net net;
  const Value y = net.norm(relu(conv(net.x, net.w, net.grouped)));
  const Graph before({net.x}, {y}), after = expand_normalizations(before);
  EXPECT_EQ(count(after, "batch_norm"), 0);
  expect_same(before, after, drawn({2, 6, 5, 4}, 9));
}

TEST(ExpandNormalizations, GivesWhatTheOperatorsGive) {
  const Value x = input("x", {DType::float64, {3, 6, 5}});
  const auto vector = [](uint64_t seed) { return parameter("v", drawn({6}, seed, 0.1f)); };
  std::vector<Value> outputs = batch_norm_training(x, vector(1), vector(2), vector(3), vector(4));
  outputs.push_back(group_norm(x, vector(5), vector(6), {.groups = 2}));
  outputs.push_back(group_norm(x, {}, vector(6), {.groups = 3}));
  outputs.push_back(group_norm(x, {}, {}, {.groups = 6}));
  const Graph before({x}, outputs), after = expand_normalizations(before);
  verify(after);
  EXPECT_EQ(count(after, "batch_norm_training") + count(after, "group_norm"), 0);
  const Tensor data = drawn({3, 6, 5}, 7);
  const std::vector<Tensor> a = compile(before, {.backend = "reference"})({data}),
                            b = compile(after, {.backend = "reference"})({data});
  for (size_t k = 0; k < a.size(); ++k)
    for (int64_t i = 0; i < a[k].size(); ++i) EXPECT_NEAR(a[k].at(i), b[k].at(i), 1e-12);
}

TEST(FoldAffine, LeavesAloneWhatItMayNotTouch) {
  const Net net;
  const Value y = conv(net.x, net.w, net.grouped);
  const Value row = parameter("row", drawn({3}, 3));  // along the width, not by channel
  const Value other = input("other", {DType::float64, {4, 1, 1}});
  for (const Value& z : {y + row, reshape(net.vector(3), {4, 1, 1}) - y, relu(y) * 2.0})
    EXPECT_NE(fold_affine(Graph({net.x}, {z})).outputs[0].value.node()->kind(), "conv");
  // Read twice, and by a result of its own; beside an input.
  EXPECT_EQ(count(fold_affine(Graph({net.x}, {y * 2.0, y})), "mul"), 1);
  EXPECT_EQ(count(fold_affine(Graph({net.x}, {y * 2.0 + exp(y)})), "mul"), 1);
  EXPECT_EQ(count(fold_affine(Graph({net.x, other}, {y * other})), "mul"), 1);
}

}  // namespace
}  // namespace convoy
