// An operator of one's own, from its definition to its gradient.
#include "convoy/ops/custom.h"

#include <cmath>

#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/graph/gradients.h"
#include "convoy/graph/text.h"
#include "convoy/ops/backward.h"
#include "convoy/passes/passes.h"

namespace convoy {
namespace {

/// y = x·√|x| on float64.
class PowerOfThreeHalves : public CustomOperator {
 public:
  std::string_view name() const override { return "power_of_three_halves"; }
  std::vector<Type> infer(Types inputs) const override {
    if (inputs.size() != 1 || inputs[0].dtype != DType::float64)
      throw TypeError("power_of_three_halves takes one float64 array");
    return {inputs[0]};
  }
  void run(std::span<const Tensor> inputs, std::span<Tensor> outputs) const override {
    const auto x = inputs[0].data<double>();
    const auto y = outputs[0].data<double>();
    for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] * std::sqrt(std::abs(x[i]));
  }
  Gradients vjp(const Backward& b) const override {
    return {b.grad() * 1.5 * sqrt(abs(b.inputs[0]))};
  }
};

/// Leaves an output of another type than it said.
class Liar : public PowerOfThreeHalves {
 public:
  std::string_view name() const override { return "liar"; }
  void run(std::span<const Tensor>, std::span<Tensor> outputs) const override {
    outputs[0] = Tensor::zeros(DType::float32, {1});
  }
  Gradients vjp(const Backward& b) const override { return CustomOperator::vjp(b); }
};

const Tensor data = Tensor::of<double>({2}, {4, -9});

TEST(Custom, RunsAndHasGradients) {
  const Value x = input("x", {DType::float64, {Dim::symbol("N")}});
  const Value y = custom(std::make_shared<PowerOfThreeHalves>(), {x}, "mine")[0];
  const Value grad = gradients(reduce_sum(y), {x})[0];
  const std::vector<Tensor> results = compile({x}, {y, grad}, {.backend = "reference"})({data});
  EXPECT_EQ(to_string(results[0]), "float64[2] {8, -27}");
  EXPECT_EQ(to_string(results[1]), "float64[2] {3, 4.5}");
}

TEST(Custom, IsTheSameOnlyWhenItIsTheSameObject) {
  const Value x = input("x", {DType::float64, {2}});
  const auto a = std::make_shared<PowerOfThreeHalves>(), b = std::make_shared<PowerOfThreeHalves>();
  const Graph graph({x}, {custom(a, {x})[0], custom(a, {x})[0], custom(b, {x})[0]});
  EXPECT_EQ(merge_common_subexpressions(graph).nodes.size(), 3u);
}

TEST(Custom, PrintsButDoesNotParse) {
  const Value x = input("x", {DType::float64, {2}});
  const Graph graph({x}, {custom(std::make_shared<PowerOfThreeHalves>(), {x})[0]});
  const std::string text = to_string(graph);
  EXPECT_NE(text.find("custom:power_of_three_halves(%x)"), std::string::npos) << text;
  EXPECT_THROW(parse_graph(text), NotSupportedError);
}

template <class E, class F>
void expect_refused(const F& f, const std::string& message) {
  try {
    f();
    FAIL() << "accepted; expected: " << message;
  } catch (const E& error) {
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
  }
}

class Nothing : public Liar {
 public:
  std::string_view name() const override { return "nothing"; }
  std::vector<Type> infer(Types) const override { return {}; }
};

TEST(Custom, MistakesAreErrors) {
  const Value x = input("x", {DType::float64, {2}}), wrong = input("wrong", {DType::int8, {2}});
  expect_refused<ValueError>([&] { custom(nullptr, {x}); }, "custom (C1)");
  expect_refused<ValueError>([&] { custom(std::make_shared<Nothing>(), {x}); }, "nothing (C2)");
  const Value y = custom(std::make_shared<Liar>(), {x}, "node")[0];
  expect_refused<ValueError>([&] { compile({x}, {y}, {.backend = "reference"})({data}); },
                             "liar 'node' (C3)");
  expect_refused<TypeError>([&] { custom(std::make_shared<PowerOfThreeHalves>(), {wrong}); },
                            "takes one float64 array");
  expect_refused<NotSupportedError>([&] { gradients(reduce_sum(y), {x}); },
                                    "'liar' has no gradient");
}

}  // namespace
}  // namespace convoy
