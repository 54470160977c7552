// VGG-16 (Simonyan, Zisserman, "Very deep convolutional networks for large-scale image
// recognition", 2014), configuration D, with parameters called as in torchvision. 138,357,544
// parameters with 1000 classes, most of them in the first linear layer.
#include "convoy/models/network.h"
#include "convoy/nn/activation.h"
#include "convoy/nn/linear.h"
#include "convoy/nn/pool.h"
#include "convoy/ops/adaptive_pool.h"
#include "convoy/ops/reshape.h"

namespace convoy::models {

namespace {

constexpr int64_t pool = 0;
// Channels of the 3×3 convolutions in order, and where the size is halved.
constexpr int64_t plan[] = {64,   64,  pool, 128, 128,  pool, 256, 256, 256,
                            pool, 512, 512,  512, pool, 512,  512, 512, pool};

class Vgg16 final : public Network {
 public:
  explicit Vgg16(const Settings& s) {
    std::vector<ModulePtr> features;
    int64_t in = s.channels;
    for (const int64_t channels : plan) {
      if (channels == pool) {
        features.push_back(std::make_shared<nn::MaxPool2d>(Integers{2}));
        continue;
      }
      features.push_back(conv2d_with_bias(in, channels, 3, s.generator));
      features.push_back(std::make_shared<nn::ReLU>());
      in = channels;
    }
    features_ = add_module("features", sequential(features));
    classifier_ = add_module(
        "classifier", sequential({linear(in * 7 * 7, 4096, s), std::make_shared<nn::ReLU>(),
                                  std::make_shared<nn::Dropout>(), linear(4096, 4096, s),
                                  std::make_shared<nn::ReLU>(), std::make_shared<nn::Dropout>(),
                                  linear(4096, s.classes, s)}));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    const Value y = adaptive_avg_pool(features_(x, mode), {.output_size = {7, 7}}, "avgpool");
    return classifier_(flatten(y), mode);
  }

 private:
  static ModulePtr linear(int64_t in, int64_t out, const Settings& s) {
    const nn::LinearOptions options{.weight_init = nn::he_uniform(),
                                    .bias_init = nn::constant_value(0)};
    return std::make_shared<nn::Linear>(in, out, options, s.generator);
  }

  nn::Layer features_, classifier_;
};

}  // namespace

std::shared_ptr<Network> vgg16(const Settings& settings) {
  return std::make_shared<Vgg16>(settings);
}

}  // namespace convoy::models
