#include "convoy/graph/text.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/graph/gradients.h"

namespace convoy {
namespace {

using testing::HasSubstr;

Graph edges() {
  const Value x = input("x", {DType::float32, {Dim::symbol("N"), 1, Dim::symbol("H"), 8}});
  const Value w = parameter("w", Tensor::of<float>({1, 1, 1, 3}, {1, 0, -1}));
  return Graph({x}, {conv(x, w, {.padding = Padding::same}, "stem")}, "edges");
}

constexpr const char* edges_text = R"(graph "edges" {
  %x = input "x" : float32[N,1,H,8]
  %w = parameter "w" : float32[1,1,1,3] = {1, 0, -1}
  %stem = conv(%x, %w) {stride=[1, 1], padding=same_upper, dilation=[1, 1], groups=1, flip=false} "stem" : float32[N,1,H,8]
  return %stem as "output"
}
)";

void expect_same_text_again(const Graph& graph) {
  const std::string text = to_string(graph);
  EXPECT_EQ(to_string(parse_graph(text)), text);
}

void expect_refused(const std::string& text, const std::string& message) {
  try {
    parse_graph(text);
    FAIL() << "read without complaint:\n" << text;
  } catch (const Error& error) {
    EXPECT_THAT(std::string(error.what()), HasSubstr(message)) << text;
  }
}

TEST(GraphText, IsReadable) { EXPECT_EQ(to_string(edges()), edges_text); }

TEST(GraphText, ParsesBackToTheSameText) { expect_same_text_again(edges()); }

TEST(GraphText, KeepsGradientsMetadataAndSharedState) {
  const Value x = input("x", {DType::float64, {Dim::symbol("batch size"), 2}});
  const ParameterPtr state =
      std::make_shared<ParameterState>("a \"name\"\n", Tensor::zeros(DType::float64, {2}), false);
  const Value loss = reduce_sum(exp(x * parameter(state)) / parameter(state));
  Graph graph({x}, {loss, gradients(loss, {x})[0]});
  graph.metadata = {{"author", "\x01 ü \xff"}, {"empty", ""}};
  expect_same_text_again(graph);
  const Graph again = parse_graph(to_string(graph));
  EXPECT_EQ(again.metadata, graph.metadata);
  EXPECT_EQ(again.parameters().size(), 1u);
  EXPECT_FALSE(again.parameters()[0]->trainable());
}

TEST(GraphText, KeepsEveryBitOfData) {
  std::vector<float> many(40);
  for (size_t i = 0; i < many.size(); ++i)
    many[i] = std::ldexp(1.1f, static_cast<int>(i) * 5 - 100);
  const std::vector<Tensor> tensors{
      Tensor::of<float>({40}, many),
      Tensor::of<float>({3}, {std::nanf("7"), -0.0f, INFINITY}),
      Tensor::of<double>({}, {0.1}),
      Tensor::of<bool>({2}, {true, false}),
      Tensor::of<uint64_t>({1}, {~uint64_t{0}}),
      Tensor::of<int64_t>({0, 3}, {}),
      Tensor::full(DType::float16, {17}, 0.1),
      Tensor::full(DType::bfloat16, {2}, -1e-40),
  };
  for (const Tensor& tensor : tensors) {
    const Graph again = parse_graph(to_string(Graph({}, {constant(tensor, "c")})));
    EXPECT_TRUE(again.nodes[0]->constant()->identical(tensor)) << to_string(tensor);
  }
}

TEST(GraphText, CutsDataShortForPeopleAndRefusesToReadIt) {
  const Graph graph({}, {constant(Tensor::zeros(DType::float32, {100}))});
  const std::string text = to_string(graph, {.max_elements = 2});
  EXPECT_THAT(text, HasSubstr("{0, 0, …}"));
  expect_refused(text, "cut short");
}

TEST(GraphText, NamesLineAndColumn) {
  expect_refused("graph {\n  %x = input \"x\" ; float32[2]\n}", "line 2, column 18: expected ':'");
  expect_refused("graph {\n  %y = exp(%x) : float32[2]\n}", "line 2, column 13: %x is used before");
}

TEST(GraphText, RefusesWhatIsWrong) {
  const auto in_graph = [](const std::string& line) {
    return "graph {\n  %x = input \"x\" : float32[2,H]\n  " + line + "\n}";
  };
  expect_refused("", "expected 'graph'");
  expect_refused("graph {", "end of the text");
  expect_refused("graph { } graph", "unexpected text");
  expect_refused(in_graph("%y = frobnicate(%x) : float32[2,H]"), "unknown operator 'frobnicate'");
  expect_refused(in_graph("%y = custom:mine(%x) : float32[2,H]"), "cannot be read back");
  expect_refused(in_graph("%y = exp(%x) : float32[2,W]"), "but exp gives float32[2,H]");
  expect_refused(in_graph("%y = exp(%x) : float32[2,H], float32[2]"), "2 types are stated");
  expect_refused(in_graph("%y, %z = exp(%x) : float32[2,H]"), "gives 1 values, 2 are named");
  expect_refused(in_graph("%x = exp(%x) : float32[2,H]"), "defined twice");
  expect_refused(in_graph("%y = exp(%x, %x) : float32[2,H]"), "takes 1 inputs");
  expect_refused(in_graph("%y = reduce_sum(%x) {axes=[9]} : float32[2]"), "out of range");
  expect_refused(in_graph("%y = reduce_sum(%x) {axis=[0]} : float32[2]"), "no attribute 'axis'");
  expect_refused(in_graph("%y = reduce_sum(%x) {axes=[0], axes=[1]} : float32[2]"), "given twice");
  expect_refused(in_graph("%y = reduce_sum(%x) {axes=[0} : float32[2]"), "line 3");
  expect_refused(in_graph("%c = constant : float32[2] = {1}"), "2 elements are needed, got 1");
  expect_refused(in_graph("%c = constant : float32[2] = {1, x}"), "'x' is not an element");
  expect_refused(in_graph("%c = constant : float32[N] = {1}"), "symbolic");
  expect_refused(in_graph("%c = constant : bool[3] = base64 \"AAEC\""), "neither 0 nor 1");
  expect_refused(in_graph("%c = constant : uint8[1] = base64 \"AB==\""), "bits beyond");
  expect_refused(in_graph("%c = constant : float64[4611686018427387904,4] = base64 \"\""),
                 "64 bits");
  expect_refused(in_graph("%c = constant : float64[1000000000000] = base64 \"AAAA\""),
                 "are needed");
  expect_refused(in_graph("%c = constant : float32[-1] = {}"), "");
  expect_refused(in_graph("%z = input \"x\" : float32[2]"), "two inputs are called 'x'");
  expect_refused(in_graph("%p = parameter \"p\" : float32[2] = %x"), "share its state");
  expect_refused("graph \"\\q\" {}", "unknown escape");
  expect_refused("graph { %x = input \"x\" : float32[" + std::string(100000, '(') + "] }",
                 "line 1");
}

TEST(GraphText, ReadsAGraphOfAHundredThousandNodesInADeepChain) {
  Value y = input("x", {DType::float32, {2}});
  const Value x = y;
  for (int i = 0; i < 100'000; ++i) y = neg(y);
  Graph graph({x}, {y});
  y = {};
  expect_same_text_again(graph);
}

}  // namespace
}  // namespace convoy
