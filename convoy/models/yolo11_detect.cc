#include "convoy/models/yolo11_detect.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "convoy/models/yolo11_blocks.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/concat.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/slice.h"
#include "convoy/ops/softmax.h"
#include "convoy/ops/transpose.h"

namespace convoy::models::yolo11 {

namespace {

ModulePtr predictor(int64_t in, int64_t out, double bias, nn::Generator& generator) {
  const nn::ConvOptions options{.bias_init = nn::constant_value(bias)};
  return std::make_shared<nn::Conv2d>(in, out, Integers{1}, options, generator);
}

ModulePtr separable(int64_t in, int64_t out, nn::Generator& generator) {
  return sequential({cba(in, in, 3, generator, {.groups = in}), cba(in, out, 1, generator)});
}

// The mean of each distribution: a 1×1 convolution of the bins with their numbers.
class Expectation final : public nn::Module {
 public:
  Expectation() {
    Tensor numbers(DType::float32, {1, bins, 1, 1});
    for (int64_t i = 0; i < bins; ++i)
      numbers.data<float>()[static_cast<size_t>(i)] = static_cast<float>(i);
    auto conv = std::make_shared<nn::ModuleGroup>();
    add_module("conv", conv);
    numbers_ = conv->add_parameter("weight", std::move(numbers), false);
  }

  // x[N,4·bins,A] → [N,4,A].
  Value forward(const Value& x, nn::Mode&) const override {
    const Value logits = reshape(x, {x.dim(0), 4, bins, x.dim(2)});
    const Value probabilities = softmax(transpose(logits, {0, 2, 1, 3}), 1, path("softmax"));
    return reshape(conv(probabilities, numbers_, {}, path("conv")), {x.dim(0), 4, x.dim(2)});
  }

 private:
  Value numbers_;
};

// x and y of the centres of all cells of a map [N,C,H,W], in units of its stride: [2,H·W].
Value centres(const Value& map) {
  const Dim &height = map.dim(2), &width = map.dim(3);
  const Value x = expand(reshape(iota(width, map.dtype()) + 0.5, {1, width}), {height, width});
  const Value y = expand(reshape(iota(height, map.dtype()) + 0.5, {height, 1}), {height, width});
  return reshape(stack({x, y}), {2, height * width});
}

}  // namespace

Detect::Detect(const std::array<int64_t, 3>& widths, int64_t classes, nn::Generator& generator)
    : classes_(classes) {
  const int64_t box_width = std::max({bins, widths[0] / 4, 4 * bins});
  const int64_t score_width = std::max(widths[0], std::min<int64_t>(classes, 100));
  auto cv2 = std::make_shared<nn::ModuleGroup>(), cv3 = std::make_shared<nn::ModuleGroup>();
  add_module("cv2", cv2);
  add_module("cv3", cv3);
  for (size_t level = 0; level < strides.size(); ++level) {
    const std::string name = std::to_string(level);
    const int64_t width = widths[level];
    boxes_.push_back(cv2->add_module(
        name,
        sequential({cba(width, box_width, 3, generator), cba(box_width, box_width, 3, generator),
                    predictor(box_width, 4 * bins, 1, generator)})));
    // As if five objects were expected in a 640² image.
    const double cells = std::pow(640.0 / static_cast<double>(strides[level]), 2);
    const double bias = std::log(5 / static_cast<double>(classes) / cells);
    scores_.push_back(
        cv3->add_module(name, sequential({separable(width, score_width, generator),
                                          separable(score_width, score_width, generator),
                                          predictor(score_width, classes, bias, generator)})));
  }
  dfl_ = add_module("dfl", std::make_shared<Expectation>());
}

std::vector<Value> Detect::raw(const std::array<Value, 3>& maps, nn::Mode& mode) const {
  std::vector<Value> result;
  for (size_t level = 0; level < maps.size(); ++level)
    result.push_back(concat({boxes_[level](maps[level], mode), scores_[level](maps[level], mode)},
                            1, path("concat" + std::to_string(level))));
  return result;
}

Value Detect::decoded(const std::vector<Value>& raw, nn::Mode& mode) const {
  const int64_t outputs = 4 * bins + classes_;
  std::vector<Value> cells, positions, scales;
  for (size_t level = 0; level < raw.size(); ++level) {
    const Value& map = raw[level];
    const Dim count = map.dim(2) * map.dim(3);
    cells.push_back(reshape(map, {map.dim(0), outputs, count}));
    positions.push_back(centres(map));
    scales.push_back(full({1, count}, static_cast<double>(strides[level]), map.dtype()));
  }
  const Value all = concat(cells, 2, path("concat")), position = concat(positions, 1);
  const Value scale = concat(scales, 1);

  const Value distances = dfl_(channels(all, 0, 4 * bins), mode);
  const Value top_left = position - channels(distances, 0, 2);
  const Value bottom_right = position + channels(distances, 2, 4);
  const Value centre = (top_left + bottom_right) / 2.0, size = bottom_right - top_left;
  const Value boxes = binary(BinaryKind::mul, concat({centre, size}, 1), scale, path("boxes"));
  const Value scores =
      activation(ActivationKind::sigmoid, channels(all, 4 * bins, outputs), {}, {}, path("scores"));
  return concat({boxes, scores}, 1, path("output"));
}

}  // namespace convoy::models::yolo11
