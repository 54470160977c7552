#include "convoy/passes/batch_axis.h"

#include <gtest/gtest.h>

#include "convoy/convoy.h"

namespace convoy {
namespace {

const Dim n = Dim::symbol("N");

Value pictures(const Dim& batch = n) {
  return input("x", {DType::float32, {batch, 3, Dim::symbol("H"), 8}});
}

bool apart(const Value& x, const Value& y) { return keeps_batch_apart(Graph({x}, {y}), {true}); }

TEST(BatchAxis, ANetworkForInferenceKeepsPicturesApart) {
  const Value x = pictures();
  const Value w = parameter("w", Tensor::full(DType::float32, {4, 3, 3, 3}, 1));
  const Value table = parameter("t", Tensor::full(DType::float32, {4, 5}, 1));
  const Value features = max_pool(relu(conv(x, w, {.padding = 1})), {.kernel = {2}});
  const Value flat = reshape(global_avg_pool(features), {n, 4});
  EXPECT_TRUE(apart(x, softmax(matmul(flat, table), 1)));
  EXPECT_TRUE(apart(x, concat({features, features * 2.0}, 1)));
}

TEST(BatchAxis, WhatGoesAcrossTheBatchDoesNot) {
  const Value x = pictures();
  EXPECT_FALSE(apart(x, reduce_mean(x)));
  EXPECT_FALSE(apart(x, x - reduce_mean(x, {0}, true)));
  EXPECT_FALSE(apart(x, concat({x, x}, 0)));
  EXPECT_FALSE(apart(x, softmax(x, 0)));
  EXPECT_FALSE(apart(x, flip(x, {0})));
  EXPECT_FALSE(apart(x, transpose(x, {1, 0, 2, 3})));
  EXPECT_FALSE(apart(x, reshape(x, {n * 3, Dim::symbol("H"), 8})));
}

TEST(BatchAxis, NeitherDoesWhatKnowsItsSize) {
  const Value x = pictures();
  EXPECT_FALSE(apart(x, x / cast(slice(shape_of(x), {0}, {1}), DType::float32)));
  const Value row = input("row", {DType::float32, {n}});
  EXPECT_FALSE(apart(row, reshape(row, {1, n})));
}

TEST(BatchAxis, AKnownSizeCannotBecomeAnother) {
  const Value x = pictures(2);
  EXPECT_FALSE(apart(x, relu(x)));
}

TEST(BatchAxis, TheBatchOfOneInputMayMeetNoOtherBatch) {
  const Value x = input("x", {DType::float32, {n, 3}}), y = input("y", {DType::float32, {n, 3}});
  const Graph sum({x, y}, {x + y});
  EXPECT_TRUE(keeps_batch_apart(sum, {true, true}));
  EXPECT_FALSE(keeps_batch_apart(sum, {true, false}));
  const Value z = input("z", {DType::float32, {3}});
  EXPECT_TRUE(keeps_batch_apart(Graph({x, z}, {x * z}), {true, false}));
  EXPECT_FALSE(keeps_batch_apart(Graph({x, z}, {x * z, z}), {true, false}));
}

}  // namespace
}  // namespace convoy
