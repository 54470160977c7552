#include "convoy/passes/passes.h"

#include <cmath>

#include <gtest/gtest.h>

#include "convoy/compile/function.h"

namespace convoy {
namespace {

constexpr float infinity = INFINITY;

Tensor tricky(DType dtype) {
  return Tensor::of<float>({2, 3}, {-0.0f, 0.0f, std::nanf(""), infinity, -infinity, -2.5f})
      .cast(dtype);
}

size_t operators_in(const Graph& graph) {
  size_t count = 0;
  for (const NodePtr& node : graph.nodes) count += node->op() ? 1 : 0;
  return count;
}

std::vector<Tensor> run(const Graph& graph, const Tensor& x) {
  return compile(graph, {.backend = "reference", .optimize = false})({x});
}

// Results before and after are the same in every bit, and so many operators are left.
void expect_simplified(const Value& x, const Value& y, size_t operators) {
  const Graph before({x}, {y}), after = eliminate_dead_code(simplify(before));
  verify(after);
  EXPECT_EQ(operators_in(after), operators);
  EXPECT_EQ(after.outputs[0].value.type(), y.type());
  const Tensor data = tricky(x.dtype());
  EXPECT_TRUE(run(before, data)[0].identical(run(after, data)[0]));
}

TEST(Simplify, LeavesOutWhatChangesNothing) {
  for (const DType dtype : {DType::float32, DType::float64, DType::float16, DType::bfloat16}) {
    const Value x = input("x", {dtype, {2, 3}});
    expect_simplified(x, x * 1.0, 0);
    expect_simplified(x, 1.0 * x, 0);
    expect_simplified(x, x / 1.0, 0);
    expect_simplified(x, x - 0.0, 0);
    expect_simplified(x, x + -0.0, 0);
    expect_simplified(x, x + constant(Tensor::full(dtype, {3}, -0.0)), 0);
    expect_simplified(x, -(-x), 0);
    expect_simplified(x, floor(floor(x)), 1);
    expect_simplified(x, apply(Cast{dtype}, {x}), 0);
    expect_simplified(x, reshape(reshape(x, {6}), {3, 2}), 1);
    expect_simplified(x, reshape(reshape(x, {6}), {2, 3}), 0);
    expect_simplified(x, transpose(transpose(x, {1, 0}), {1, 0}), 0);
    expect_simplified(x, expand(expand(x, {4, 2, 3}), {5, 4, 2, 3}), 1);
  }
  const Value n = input("n", {DType::int32, {2, 3}});
  expect_simplified(n, n + 0.0, 0);
}

TEST(Simplify, KeepsWhatChangesTheSignOfZeroOrTheShape) {
  const Value x = input("x", {DType::float32, {2, 3}});
  expect_simplified(x, x + 0.0, 1);
  expect_simplified(x, x - -0.0, 1);
  expect_simplified(x, x * 0.0, 1);
  expect_simplified(x, x * constant(Tensor::full(DType::float32, {4, 2, 3}, 1)), 1);
  expect_simplified(x, 1.0 / x, 1);
  expect_simplified(x, 0.0 - x, 1);
  expect_simplified(x, exp(exp(x)), 2);
}

TEST(MergeCommonSubexpressions, MergesEqualApplicationsConstantsAndParameters) {
  const Value x = input("x", {DType::float32, {2, 3}});
  const ParameterPtr p =
      std::make_shared<ParameterState>("p", Tensor::full(DType::float32, {3}, 2), true);
  const Value a = exp(x * parameter(p)) + scalar(3, DType::float32);
  const Value b = exp(x * parameter(p)) + scalar(3, DType::float32);
  const Graph before({x}, {a * b}), after = merge_common_subexpressions(before);
  verify(after);
  EXPECT_EQ(operators_in(before), 7u);
  EXPECT_EQ(operators_in(after), 4u);
  EXPECT_EQ(after.nodes.size(), 7u);
  const Tensor data = tricky(DType::float32);
  EXPECT_TRUE(run(before, data)[0].identical(run(after, data)[0]));
}

TEST(MergeCommonSubexpressions, TellsApartZerosDtypesAndAttributes) {
  const Value x = input("x", {DType::float32, {2, 3}});
  const Value zeros = x / 0.0 + x / -0.0;
  EXPECT_EQ(operators_in(merge_common_subexpressions(Graph({x}, {zeros}))), 3u);
  const Value sums = reduce_sum(x, {0}, true) + reduce_sum(x, {1}, true) + reduce_sum(x, {0, 1});
  EXPECT_EQ(operators_in(merge_common_subexpressions(Graph({x}, {sums}))), 5u);
}

TEST(MergeCommonSubexpressions, ManyDistinctConstantsTakeNoTime) {
  const Value x = input("x", {DType::float32, {}});
  Value sum = x;
  for (int i = 0; i < 50'000; ++i) sum = sum + static_cast<double>(i);
  EXPECT_EQ(merge_common_subexpressions(Graph({x}, {sum})).nodes.size(), 100'001u);
}

TEST(EliminateDeadCode, KeepsInputsThatNobodyReads) {
  const Value x = input("x", {DType::float32, {2, 3}}), y = input("y", {DType::float32, {}});
  Graph graph({x, y}, {exp(x)});
  graph.nodes.push_back(neg(x).node());
  graph.metadata["a"] = "b";
  const Graph after = eliminate_dead_code(graph);
  verify(after);
  EXPECT_EQ(operators_in(after), 1u);
  EXPECT_EQ(after.inputs.size(), 2u);
  EXPECT_EQ(after.metadata.at("a"), "b");
}

TEST(FoldConstants, ComputesWhatIsKnownUnlessItGrowsTooLarge) {
  const Value x = input("x", {DType::float32, {2, 3}});
  const Value known = exp(constant(Tensor::full(DType::float32, {3}, 1)));
  const Value large = expand(scalar(1, DType::float32), {1000, 2, 3});
  const Graph before({x}, {x * known, x + large});
  size_t evaluated = 0;
  const auto evaluate = [&](const Node& node, std::span<const Tensor> inputs) {
    ++evaluated;
    EXPECT_EQ(node.kind(), "exp");
    return std::vector{inputs[0].clone()};
  };
  const Graph after = fold_constants(before, evaluate, 100);
  verify(after);
  EXPECT_EQ(evaluated, 1u);
  EXPECT_EQ(operators_in(eliminate_dead_code(after)), 3u);
}

TEST(FoldConstants, GivesTheSameResultsAsRunning) {
  const Value x = input("x", {DType::float32, {2, 3}});
  const Value c = constant(tricky(DType::float32));
  const Graph graph({x}, {x * (c * c - exp(c)), reduce_sum(c, {0})});
  const Tensor data = tricky(DType::float32);
  const auto plain = compile(graph, {.backend = "reference", .optimize = false})({data});
  const auto folded = compile(graph, {.backend = "reference", .optimize = true})({data});
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(plain[i].identical(folded[i])) << i;
}

}  // namespace
}  // namespace convoy
