#include "convoy/ops/resize.h"

#include <gtest/gtest.h>

#include "convoy/ops/fold.h"
#include "convoy/ops/non_max_suppression.h"
#include "convoy/ops/unfold.h"
#include "text.h"

namespace convoy::stablehlo {
namespace {

TEST(Resize, RepetitionNeitherGathersNorMultiplies) {
  const Value x = pictures({1, 3, 4, 4});
  const std::string text = text_of({x}, {resize(x, {.size = {8, 12}})});
  EXPECT_EQ(times(text, "gather"), 0);
  EXPECT_EQ(times(text, "stablehlo.multiply"), 0);
  EXPECT_EQ(times(text, "stablehlo.broadcast_in_dim"), 2);
}

TEST(Resize, LinearSumsTwoNeighboursAlongEachAxis) {
  const Value x = pictures({1, 3, 4, 4});
  const std::string text = text_of({x}, {resize(x, {.size = {8, 8}, .mode = ResizeMode::linear})});
  EXPECT_EQ(times(text, "\"stablehlo.gather\""), 4);
  EXPECT_EQ(times(text, "stablehlo.add"), 2);
  EXPECT_EQ(times(text, "stablehlo.multiply"), 4);
}

TEST(Resize, AnAxisThatKeepsItsSizeCostsNothing) {
  const Value x = pictures({1, 3, 4, 4});
  const std::string text = text_of({x}, {resize(x, {.size = {4, 4}, .mode = ResizeMode::linear})});
  EXPECT_EQ(times(text, "= stablehlo"), 0);
}

TEST(Resize, TheAdjointOfRepetitionIsASumOfParts) {
  const Value grad = pictures({1, 3, 8, 8});
  const std::string text = text_of({grad}, {resize_input_grad(grad, {.input_size = {4, 4}})});
  EXPECT_EQ(times(text, "gather"), 0);
  EXPECT_EQ(times(text, "\"stablehlo.reduce\""), 2);
}

TEST(Unfold, TakesTheTapsOfEachAxisOnce) {
  const Value x = pictures({2, 3, 8, 8});
  const std::string text = text_of({x}, {unfold(x, {.kernel = {3, 3}})});
  EXPECT_EQ(times(text, "stablehlo.slice"), 6);
  EXPECT_EQ(times(text, "stablehlo.transpose"), 1);
}

TEST(Fold, AddsTheTapsOfEachAxisOnce) {
  const Value x = pictures({2, 27, 36});
  const std::string text = text_of({x}, {fold(x, {.output_size = {8, 8}, .kernel = {3, 3}})});
  EXPECT_EQ(times(text, "stablehlo.pad"), 6);
  EXPECT_EQ(times(text, "stablehlo.add"), 4);
}

TEST(NonMaxSuppression, GoesRoundByRoundAndThenBringsWhatItFoundToTheFront) {
  const Value boxes = input("boxes", {DType::float32, {2, 50, 4}});
  const Value scores = input("scores", {DType::float32, {2, 3, 50}});
  const auto [rows, count] =
      non_max_suppression(boxes, scores, {.max_output_boxes_per_class = 5, .iou_threshold = 0.5});
  const std::string text = text_of({boxes, scores}, {rows, count});
  EXPECT_EQ(times(text, "\"stablehlo.while\""), 1);
  EXPECT_EQ(times(text, "\"stablehlo.sort\""), 1);
  EXPECT_GT(times(text, "tensor<2x3x5xi64>"), 0);
  EXPECT_EQ(times(text, "-> (tensor<30x3xi64>, tensor<i64>)"), 1);
}

}  // namespace
}  // namespace convoy::stablehlo
