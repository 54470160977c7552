// EfficientNet-B0 (Tan, Le, "EfficientNet: rethinking model scaling for convolutional neural
// networks", 2019), with parameters called as in torchvision. 5,288,548 parameters with 1000
// classes.
#include "convoy/models/network.h"
#include "convoy/nn/activation.h"
#include "convoy/nn/linear.h"
#include "convoy/nn/norm.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/reshape.h"

namespace convoy::models {

namespace {

ModulePtr conv_norm(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator,
                    nn::ConvOptions options = {}) {
  return sequential({conv2d(in, out, kernel, generator, std::move(options)),
                     std::make_shared<nn::BatchNorm2d>(out)});
}

ModulePtr conv_norm_silu(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator,
                         nn::ConvOptions options = {}) {
  return sequential({conv2d(in, out, kernel, generator, std::move(options)),
                     std::make_shared<nn::BatchNorm2d>(out), std::make_shared<nn::SiLU>()});
}

// Scales each channel by a gate computed from the means of all (Hu et al. 2017).
class SqueezeExcitation final : public nn::Module {
 public:
  SqueezeExcitation(int64_t channels, int64_t squeezed, nn::Generator& generator) {
    fc1_ = add_module("fc1", conv2d_with_bias(channels, squeezed, 1, generator));
    fc2_ = add_module("fc2", conv2d_with_bias(squeezed, channels, 1, generator));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    Value gate = fc1_(global_avg_pool(x, path("avgpool")), mode);
    gate = fc2_(activation(ActivationKind::silu, gate, {}, {}, path("silu")), mode);
    gate = activation(ActivationKind::sigmoid, gate, {}, {}, path("sigmoid"));
    return binary(BinaryKind::mul, x, gate, path("mul"));
  }

 private:
  nn::Layer fc1_, fc2_;
};

// In training, leaves a branch out for some images of the batch (Huang et al. 2016).
class StochasticDepth final : public nn::Module {
 public:
  explicit StochasticDepth(double probability) {
    dropout_ = add_module("dropout", std::make_shared<nn::Dropout>(probability));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    if (!mode.training) return x;
    return x * dropout_(full({x.dim(0), 1, 1, 1}, 1, x.dtype()), mode);
  }

 private:
  nn::Layer dropout_;
};

// Blocks of the same shape, the first of which has the stride (table 1 of the paper).
struct Stage {
  int64_t expansion, kernel, stride, channels, blocks;
};
constexpr Stage stages[] = {{1, 3, 1, 16, 1}, {6, 3, 2, 24, 2},  {6, 5, 2, 40, 2},
                            {6, 3, 2, 80, 3}, {6, 5, 1, 112, 3}, {6, 5, 2, 192, 4},
                            {6, 3, 1, 320, 1}};
constexpr double all_blocks = 16, deepest_drop = 0.2;

// MobileNetV2's inverted residual with a gate before it is narrowed.
class MBConv final : public nn::Module {
 public:
  MBConv(int64_t in, const Stage& stage, int64_t stride, double drop, nn::Generator& generator)
      : shortcut_(stride == 1 && in == stage.channels) {
    const int64_t wide = in * stage.expansion;
    std::vector<ModulePtr> layers;
    if (stage.expansion != 1) layers.push_back(conv_norm_silu(in, wide, 1, generator));
    layers.push_back(
        conv_norm_silu(wide, wide, stage.kernel, generator, {.stride = {stride}, .groups = wide}));
    layers.push_back(std::make_shared<SqueezeExcitation>(wide, in / 4, generator));
    layers.push_back(conv_norm(wide, stage.channels, 1, generator));
    block_ = add_module("block", sequential(layers));
    stochastic_depth_ = add_module("stochastic_depth", std::make_shared<StochasticDepth>(drop));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    const Value y = block_(x, mode);
    return shortcut_ ? add(stochastic_depth_(y, mode), x, path("add")) : y;
  }

 private:
  bool shortcut_;
  nn::Layer block_, stochastic_depth_;
};

class EfficientNetB0 final : public Network {
 public:
  explicit EfficientNetB0(const Settings& s) {
    nn::Generator& generator = s.generator;
    std::vector<ModulePtr> features{conv_norm_silu(s.channels, 32, 3, generator, {.stride = {2}})};
    int64_t in = 32;
    double done = 0;
    for (const Stage& stage : stages) {
      std::vector<ModulePtr> blocks;
      for (int64_t block = 0; block < stage.blocks; ++block) {
        const int64_t stride = block == 0 ? stage.stride : 1;
        const double drop = deepest_drop * done++ / all_blocks;
        blocks.push_back(std::make_shared<MBConv>(in, stage, stride, drop, generator));
        in = stage.channels;
      }
      features.push_back(sequential(blocks));
    }
    features.push_back(conv_norm_silu(in, 1280, 1, generator));
    features_ = add_module("features", sequential(features));
    const nn::LinearOptions linear{.bias_init = nn::constant_value(0)};
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

std::shared_ptr<Network> efficientnet_b0(const Settings& settings) {
  return std::make_shared<EfficientNetB0>(settings);
}

}  // namespace convoy::models
