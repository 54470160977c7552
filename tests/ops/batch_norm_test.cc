// Batch normalisation from C++.
#include "convoy/ops/batch_norm.h"

#include <gtest/gtest.h>

#include "convoy/convoy.h"

namespace convoy {
namespace {

Value vector_of(std::initializer_list<double> values) {
  return constant(Tensor::of<double>({static_cast<int64_t>(values.size())}, values));
}

TEST(BatchNorm, NormalisesEachChannel) {
  const Value x = input("x", {DType::float64, {Dim::symbol("N"), 2}});
  const Value y = batch_norm(x, vector_of({1, 2}), vector_of({0, 5}), vector_of({1, 10}),
                             vector_of({4, 1}), {.epsilon = 0});
  const Tensor data = Tensor::of<double>({2, 2}, {1, 10, 5, 11});
  EXPECT_EQ(to_string(compile({x}, {y}, {.backend = "reference"})({data})[0]),
            "float64[2,2] {0, 5, 2, 7}");
}

TEST(BatchNormTraining, MovesTheRunningStatistics) {
  const Value x = input("x", {DType::float64, {2, 1}});
  const Value one = vector_of({1}), zero = vector_of({0});
  const auto outputs =
      batch_norm_training(x, one, zero, zero, one, {.momentum = 0.5, .epsilon = 0});
  const auto run =
      compile({x}, outputs, {.backend = "reference"})({Tensor::of<double>({2, 1}, {0, 2})});
  EXPECT_EQ(to_string(run[0]), "float64[2,1] {-1, 1}");
  EXPECT_EQ(run[1].at(0), 0.5);  // half of the mean 1
  EXPECT_EQ(run[2].at(0), 1.5);  // half of 1 and half of the unbiased variance 2
}

TEST(BatchNormTraining, OneValuePerChannelIsRefusedWhenTheSizeBecomesKnown) {
  const Value x = input("x", {DType::float64, {Dim::symbol("N"), 1}});
  const Value one = vector_of({1});
  const Function train =
      compile({x}, {batch_norm_training(x, one, one, one, one)[0]}, {.backend = "reference"});
  EXPECT_NO_THROW(train({Tensor::zeros(DType::float64, {2, 1})}));
  EXPECT_THROW(train({Tensor::zeros(DType::float64, {1, 1})}), ShapeError);
}

}  // namespace
}  // namespace convoy
