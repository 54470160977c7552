// Parameters, and what calls do to them: all of it or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/graph/gradients.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/unary.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;

ParameterPtr state(const std::string& name, std::initializer_list<double> values) {
  return std::make_shared<ParameterState>(
      name, Tensor::of<double>({static_cast<int64_t>(values.size())}, values), true);
}

double value_of(const ParameterPtr& parameter) { return parameter->value()->at(0); }

TEST(Updates, ATrainingStepIsOneFunction) {
  // Fits w of y = w ⋆ x by gradient descent on the mean square.
  const Value x = input("x", {DType::float64, {Dim::symbol("N"), 1, 6}});
  const Value y = input("y", {DType::float64, {Dim::symbol("N"), 1, 4}});
  const auto w =
      std::make_shared<ParameterState>("w", Tensor::zeros(DType::float64, {1, 1, 3}), true);
  const Value weight = parameter(w);
  const Value error = sub(conv(x, weight), y);
  const Value loss = reduce_mean(mul(error, error));
  const Value step = mul(scalar(0.2, DType::float64), gradients(loss, {weight})[0]);
  const Function train = compile({x, y}, {loss}, {.updates = {{w, sub(weight, step)}}});

  const Tensor data = Tensor::of<double>({2, 1, 6}, {1, -1, 2, 0, 1, 3, 0, 2, -1, 1, 1, -2});
  const Tensor truth = Tensor::of<double>({1, 1, 3}, {1, 2, -3});
  const Tensor target = compile({x}, {conv(x, constant(truth))})({data})[0];
  double last = 1e9;
  for (int i = 0; i < 300; ++i) {
    const double now = train({data, target})[0].at(0);
    ASSERT_LT(now, last * 1.0000001);
    last = now;
  }
  for (int64_t i = 0; i < 3; ++i) EXPECT_NEAR(w->value()->at(i), truth.at(i), 1e-6);
}

TEST(Updates, AreComputedFromTheOldValuesAndStoredTogether) {
  const ParameterPtr a = state("a", {1}), b = state("b", {2});
  const Function swap = compile({}, std::vector<Value>{parameter(a)},
                                {.updates = {{a, parameter(b)}, {b, parameter(a)}}});
  EXPECT_EQ(swap({})[0].at(0), 1);
  EXPECT_EQ(value_of(a), 2);
  EXPECT_EQ(value_of(b), 1);
}

TEST(Updates, DoNotShareStorageWithWhatTheCallerGets) {
  const ParameterPtr a = state("a", {1});
  const Value next = add(parameter(a), scalar(1, DType::float64));
  const Function f = compile({}, std::vector<Value>{next}, {.updates = {{a, next}}});
  std::vector<Tensor> results = f({});
  results[0].data<double>()[0] = 100;
  EXPECT_EQ(value_of(a), 2);
}

TEST(Updates, ACallThatFailsChangesNoParameter) {
  // Integer division by zero is found while running, after `a`'s new value was computed.
  const ParameterPtr a = state("a", {1});
  const auto n = std::make_shared<ParameterState>("n", Tensor::of<int64_t>({1}, {6}), false);
  const Value divisor = input("divisor", {DType::int64, {1}});
  const Function f =
      compile({divisor}, std::vector<Value>{},
              {.updates = {{a, neg(parameter(a))}, {n, div(parameter(n), divisor)}}});
  EXPECT_THROW(f({Tensor::of<int64_t>({1}, {0})}), Error);
  EXPECT_EQ(value_of(a), 1);
  EXPECT_EQ(value_of(n), 6);
  f({Tensor::of<int64_t>({1}, {2})});
  EXPECT_EQ(value_of(a), -1);
  EXPECT_EQ(value_of(n), 3);
}

TEST(Updates, ACancelledCallChangesNoParameter) {
  const ParameterPtr a = state("a", {1});
  const Function f = compile({}, std::vector<Value>{}, {.updates = {{a, neg(parameter(a))}}});
  Cancellation cancellation;
  cancellation.cancel();
  EXPECT_THROW(f(std::span<const Tensor>{}, {.cancellation = &cancellation}), CancelledError);
  EXPECT_EQ(value_of(a), 1);
  // Also when it is cancelled at the very end: the poll says no until all was computed.
  for (int allowed = 0; allowed < 6; ++allowed) {
    int asked = 0;
    const Cancellation late([&] { return asked++ >= allowed; });
    const double before = value_of(a);
    try {
      f(std::span<const Tensor>{}, {.cancellation = &late});
      EXPECT_EQ(value_of(a), -before);
    } catch (const CancelledError&) {
      EXPECT_EQ(value_of(a), before);
    }
  }
}

TEST(Updates, MustHaveTheTypeOfTheirParameterAndAppearOnce) {
  const ParameterPtr a = state("a", {1, 2});
  const Value x = input("x", {DType::float64, {Dim::symbol("N")}});
  EXPECT_THROW(compile({}, std::vector<Value>{}, {.updates = {{a, scalar(1, DType::float64)}}}),
               ShapeError);
  EXPECT_THROW(compile({}, std::vector<Value>{},
                       {.updates = {{a, constant(Tensor::zeros(DType::float32, {2}))}}}),
               TypeError);
  EXPECT_THROW(
      compile({}, std::vector<Value>{}, {.updates = {{a, parameter(a)}, {a, neg(parameter(a))}}}),
      ValueError);
  EXPECT_THROW(compile({}, std::vector<Value>{}, {.updates = {{nullptr, parameter(a)}}}),
               ValueError);
  // A symbolic size is held against the parameter's when it becomes known, before anything runs.
  const Function f = compile({x}, std::vector<Value>{}, {.updates = {{a, neg(x)}}});
  EXPECT_THROW(f({Tensor::zeros(DType::float64, {3})}), ShapeError);
  EXPECT_EQ(value_of(a), 1);
  f({Tensor::of<double>({2}, {5, 6})});
  EXPECT_THAT(a->value()->data<double>(), ElementsAre(-5, -6));
}

TEST(Parameters, FunctionsReadTheirLatestValue) {
  const ParameterPtr a = state("a", {1});
  const Function f = compile({}, std::vector<Value>{exp(parameter(a))});
  a->set_value(Tensor::of<double>({1}, {0}));
  EXPECT_EQ(f({})[0].at(0), 1);
  EXPECT_THROW(a->set_value(Tensor::zeros(DType::float64, {2})), ShapeError);
  EXPECT_THROW(a->set_value(Tensor::zeros(DType::float32, {1})), TypeError);
}

}  // namespace
}  // namespace convoy
