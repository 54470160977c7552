#include "convoy/graph/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/graph/gradients.h"
#include "convoy/passes/passes.h"

namespace convoy {
namespace {

using testing::HasSubstr;

const Type vector_of_two{DType::float32, {2}};

void expect_fault(const Graph& graph, const std::string& message) {
  try {
    verify(graph);
    FAIL() << "no fault was found; expected: " << message;
  } catch (const Error& error) {
    EXPECT_THAT(std::string(error.what()), HasSubstr(message));
  }
}

TEST(Graph, NamesItsOutputs) {
  const Value x = input("x", vector_of_two);
  EXPECT_EQ(Graph({x}, {exp(x)}).outputs[0].name, "output");
  EXPECT_EQ(Graph({x}, {exp(x), x}).outputs[1].name, "output_1");
}

TEST(Graph, RefusesOutputsThatNeedAnInputThatIsNotListed) {
  const Value x = input("x", vector_of_two), y = input("y", vector_of_two);
  EXPECT_THROW(Graph({x}, {x + y}), ValueError);
  EXPECT_THROW(Graph({exp(x)}, {x}), ValueError);
  EXPECT_THROW(Graph({x, Value()}, {x}), ValueError);
  EXPECT_THROW(Graph({x}, {Value()}), ValueError);
}

TEST(Graph, ListsEachParameterOnceInOrderOfUse) {
  const auto b = std::make_shared<ParameterState>("b", Tensor::zeros(DType::float32, {2}), true);
  const Value a = parameter("a", Tensor::zeros(DType::float32, {2}));
  const Graph graph({}, {parameter(b) + a, parameter(b) * 2.0});
  const std::vector<ParameterPtr> parameters = graph.parameters();
  ASSERT_EQ(parameters.size(), 2u);
  EXPECT_EQ(parameters[0], b);
  EXPECT_EQ(parameters[1]->name(), "a");
}

TEST(Verify, AcceptsWhatBuildersMake) {
  const Value x = input("x", vector_of_two);
  const Value loss = reduce_sum(exp(x) * x);
  EXPECT_NO_THROW(verify(Graph({x}, {loss, gradients(loss, {x})[0]})));
}

TEST(Verify, FindsEveryFault) {
  const Value x = input("x", vector_of_two), y = exp(x);
  const Graph good({x}, {y});
  const auto node = [](auto content, std::string name, std::vector<Value> inputs,
                       std::vector<Type> types) {
    return std::make_shared<Node>(std::move(content), std::move(name), std::move(inputs),
                                  std::move(types));
  };
  Graph graph = good;
  std::swap(graph.nodes[0], graph.nodes[1]);
  expect_fault(graph, "no node before it produces");
  graph = good;
  graph.nodes.push_back(graph.nodes[1]);
  expect_fault(graph, "listed twice");
  graph = good;
  graph.nodes.push_back(nullptr);
  expect_fault(graph, "none");
  graph = good;
  graph.nodes.push_back(node(Op(Unary{UnaryKind::exp}), "e", {x}, {{DType::float32, {3}}}));
  expect_fault(graph, "node exp 'e' states the type float32[3], its content gives float32[2]");
  graph = good;
  graph.nodes.push_back(node(Op(Unary{UnaryKind::exp}), "e", {x, x}, {vector_of_two}));
  expect_fault(graph, "takes 1 inputs");
  graph = good;
  graph.nodes.push_back(node(Constant{Tensor::zeros(DType::int8, {2})}, "", {}, {vector_of_two}));
  expect_fault(graph, "its content gives int8[2]");
  graph = good;
  graph.nodes.push_back(node(Input{}, "z", {}, {vector_of_two}));
  expect_fault(graph, "'z' is not among the inputs");
  graph = good;
  graph.nodes.push_back(node(Input{}, "z", {}, {}));
  expect_fault(graph, "must have one type");
  graph = good;
  graph.nodes.push_back(node(Input{}, "z", {x}, {vector_of_two}));
  expect_fault(graph, "is no operator");
  graph = good;
  graph.nodes.push_back(node(Parameter{}, "p", {}, {vector_of_two}));
  expect_fault(graph, "has no state");
  graph = good;
  graph.inputs.push_back(y);
  expect_fault(graph, "not one of its input nodes");
  expect_fault(Graph({x, input("x", vector_of_two)}, {x}), "two inputs are called 'x'");
  expect_fault(Graph({x}, {Output{"a", x}, Output{"a", y}}), "two outputs are called 'a'");
  graph = good;
  graph.outputs.push_back({"z", exp(y)});
  expect_fault(graph, "output 'z' is not produced");
  graph = good;
  graph.outputs.push_back({"z", Value(y.node(), 1)});
  expect_fault(graph, "output 'z' is not produced");
}

// Deep and wide, to show that nothing here recurses or takes more than linear time.
TEST(Graph, AHundredThousandNodesInAChainTakeNoTimeAndNoStack) {
  const Value x = input("x", vector_of_two);
  Value y = x;
  for (int i = 0; i < 100'000; ++i) y = i % 2 ? neg(y) : abs(y);
  const Graph graph({x}, {y, gradients(reduce_sum(y), {x})[0]});
  verify(graph);
  EXPECT_GT(graph.nodes.size(), 100'000u);
  EXPECT_EQ(eliminate_dead_code(graph).nodes.size(), graph.nodes.size());
  EXPECT_LE(merge_common_subexpressions(graph).nodes.size(), graph.nodes.size());
  EXPECT_LE(simplify(graph).nodes.size(), graph.nodes.size());
}

TEST(Graph, AHundredThousandInputsAndParametersTakeNoTime) {
  std::vector<Value> inputs, outputs;
  for (int i = 0; i < 100'000; ++i) {
    inputs.push_back(input("x" + std::to_string(i), {DType::float32, {}}));
    outputs.push_back(inputs.back() +
                      parameter("p" + std::to_string(i), Tensor::zeros(DType::float32, {})));
  }
  const Graph graph(inputs, outputs);
  verify(graph);
  EXPECT_EQ(graph.parameters().size(), 100'000u);
}

TEST(Rewritten, SharesWhatDoesNotChange) {
  const Value x = input("x", vector_of_two), kept = exp(x), changed = neg(x);
  const Graph graph({x}, {kept, abs(changed)});
  const Graph after = rewritten(graph, [](const Node& node, const std::vector<Value>& inputs) {
    return node.kind() == "neg" ? std::vector{sin(inputs[0])} : std::vector<Value>{};
  });
  verify(after);
  EXPECT_EQ(after.outputs[0].value, kept);
  EXPECT_EQ(after.outputs[1].value.node()->inputs[0].node()->kind(), "sin");
}

TEST(Apply, RefusesResultsOfNegativeSize) {
  const Value x = input("x", vector_of_two);
  EXPECT_THROW(input("y", {DType::float32, {-1}}), ShapeError);
  EXPECT_THROW(apply(Reshape{{-1, -2}}, {x}), ValueError);
}

}  // namespace
}  // namespace convoy
