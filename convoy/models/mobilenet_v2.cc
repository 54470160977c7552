// MobileNetV2 (Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: inverted residuals and linear
// bottlenecks", 2018), with parameters called as in torchvision. 3,504,872 parameters with 1000
// classes.
#include "convoy/models/network.h"
#include "convoy/nn/activation.h"
#include "convoy/nn/linear.h"
#include "convoy/nn/norm.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/reshape.h"

namespace convoy::models {

namespace {

ModulePtr batch_norm(int64_t channels) { return std::make_shared<nn::BatchNorm2d>(channels); }

ModulePtr conv_norm_relu6(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator,
                          nn::ConvOptions options = {}) {
  return sequential({conv2d(in, out, kernel, generator, std::move(options)), batch_norm(out),
                     std::make_shared<nn::ReLU6>()});
}

// Widened by 1×1, convolved channel by channel, narrowed by 1×1 without an activation; with a
// shortcut between the narrow ends where they fit.
class InvertedResidual final : public nn::Module {
 public:
  InvertedResidual(int64_t in, int64_t out, int64_t stride, int64_t expansion,
                   nn::Generator& generator)
      : shortcut_(stride == 1 && in == out) {
    const int64_t wide = in * expansion;
    std::vector<ModulePtr> layers;
    if (expansion != 1) layers.push_back(conv_norm_relu6(in, wide, 1, generator));
    layers.push_back(
        conv_norm_relu6(wide, wide, 3, generator, {.stride = {stride}, .groups = wide}));
    layers.push_back(conv2d(wide, out, 1, generator));
    layers.push_back(batch_norm(out));
    conv_ = add_module("conv", sequential(layers));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    const Value y = conv_(x, mode);
    return shortcut_ ? add(x, y, path("add")) : y;
  }

 private:
  bool shortcut_;
  nn::Layer conv_;
};

// Table 2 of the paper: blocks of the same shape, the first of which has the stride.
struct Stage {
  int64_t expansion, channels, blocks, stride;
};
constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                            {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

class MobileNetV2 final : public Network {
 public:
  explicit MobileNetV2(const Settings& s) {
    nn::Generator& generator = s.generator;
    std::vector<ModulePtr> features{conv_norm_relu6(s.channels, 32, 3, generator, {.stride = {2}})};
    int64_t in = 32;
    for (const Stage& stage : stages)
      for (int64_t block = 0; block < stage.blocks; ++block) {
        const int64_t stride = block == 0 ? stage.stride : 1;
        features.push_back(std::make_shared<InvertedResidual>(in, stage.channels, stride,
                                                              stage.expansion, generator));
        in = stage.channels;
      }
    features.push_back(conv_norm_relu6(in, 1280, 1, generator));
    features_ = add_module("features", sequential(features));
    const nn::LinearOptions linear{.weight_init = nn::normal(0, 0.01),
                                   .bias_init = nn::constant_value(0)};
    classifier_ =
        add_module("classifier",
                   sequential({std::make_shared<nn::Dropout>(0.2),
                               std::make_shared<nn::Linear>(1280, s.classes, linear, generator)}));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    const Value y = global_avg_pool(features_(x, mode), "avgpool");
    return classifier_(flatten(y), mode);
  }

 private:
  nn::Layer features_, classifier_;
};

}  // namespace

std::shared_ptr<Network> mobilenet_v2(const Settings& settings) {
  return std::make_shared<MobileNetV2>(settings);
}

}  // namespace convoy::models
