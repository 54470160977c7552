#include "convoy/models/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/models/models.h"
#include "convoy/models/randomize.h"

namespace convoy::models {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Tensor run(const Model& model) {
  const Extents extents = to_extents(model.graph.inputs[0].shape());
  Tensor image(DType::float32, extents);
  for (size_t i = 0; i < static_cast<size_t>(image.size()); ++i)
    image.data<float>()[i] = static_cast<float>(i * 37 % 101) / 101;
  return compile(model.graph)({image})[0];
}

std::string refusal(const Model& model, const NamedTensors& given) {
  try {
    load_weights(*model.network, given);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Weights, OfOneNetworkMakeAnotherTheSame) {
  const Model source = build("lenet", {.seed = 1}), target = build("lenet", {.seed = 2});
  EXPECT_FALSE(run(source).identical(run(target)));
  load_weights(*target.network, weights(*source.network));
  EXPECT_TRUE(run(source).identical(run(target)));
}

TEST(Weights, NamesThatAreWrongAreReportedTogetherAndNothingChanges) {
  const Model model = build("lenet");
  const Tensor before = run(model);
  NamedTensors given = weights(*build("lenet", {.seed = 5}).network);
  given.erase("fc1.weight");
  given.insert_or_assign("fc2.bias", Tensor::zeros(DType::float32, {85}));
  given.insert_or_assign("fc3.bias", Tensor::zeros(DType::float64, {10}));
  given.emplace("head.weight", Tensor::zeros(DType::float32, {1}));
  EXPECT_THAT(refusal(model, given),
              AllOf(HasSubstr("1 missing: fc1.weight"), HasSubstr("1 unexpected: head.weight"),
                    HasSubstr("fc2.bias (is float32[85], must be float32[84])"),
                    HasSubstr("fc3.bias (is float64[10], must be float32[10])")));
  EXPECT_TRUE(run(model).identical(before));
}

TEST(Weights, OfHalfPrecisionAreWidenedAndCountersArePassedOver) {
  const Model model = build("lenet");
  NamedTensors given = weights(*model.network);
  const Tensor half = given.at("fc1.weight").cast(DType::float16);
  given.insert_or_assign("fc1.weight", half);
  given.emplace("bn1.num_batches_tracked", Tensor::zeros(DType::int64, {}));
  load_weights(*model.network, given);
  EXPECT_TRUE(weights(*model.network).at("fc1.weight").identical(half.cast(DType::float32)));
}

TEST(RandomizeStatistics, MakesScoresSpanTheirRange) {
  const Model model = build("yolo11n", {.classes = 20, .height = 64, .width = 64});
  randomize_statistics(model, 3);
  const Tensor y = run(model);  // [1,24,84]
  double low = 1, high = 0, widest = 0;
  for (int64_t i = 4 * 84; i < y.size(); ++i) {
    low = std::min(low, y.at(i));
    high = std::max(high, y.at(i));
  }
  for (int64_t i = 2 * 84; i < 4 * 84; ++i) widest = std::max(widest, y.at(i));
  EXPECT_LT(low, 0.02);
  EXPECT_GT(high, 0.98);
  EXPECT_GT(widest, 16);    // boxes are wider than two small cells
  EXPECT_LT(widest, 1000);  // and of the order of the bins
}

TEST(RandomizeStatistics, MakesResultsDependOnEveryLayer) {
  const Model model = build("yolo11n", {.classes = 4, .height = 64, .width = 64});
  randomize_statistics(model, 3);
  const Tensor before = run(model);
  NamedTensors given = weights(*model.network);
  given.insert_or_assign("model.2.cv1.conv.weight", given.at("model.2.cv1.conv.weight").clone());
  float& weight = given.at("model.2.cv1.conv.weight").data<float>()[0];
  weight += 0.05f;
  load_weights(*model.network, given);
  const Tensor after = run(model);
  double moved = 0;
  for (int64_t i = 4 * 84; i < after.size(); ++i)
    moved = std::max(moved, std::abs(after.at(i) - before.at(i)));
  EXPECT_GT(moved, 1e-4);
}

TEST(RandomizeStatistics, IsTheSameFromTheSameSeed) {
  const Options small{.classes = 4, .height = 32, .width = 32};
  const Model one = build("mobilenet_v2", small), two = build("mobilenet_v2", small);
  randomize_statistics(one, 1);
  randomize_statistics(two, 1);
  EXPECT_TRUE(run(one).identical(run(two)));
  randomize_statistics(two, 2);
  EXPECT_FALSE(run(one).identical(run(two)));
}

}  // namespace
}  // namespace convoy::models
