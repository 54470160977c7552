// ResNet (He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015), with the
// stride of a bottleneck in its 3×3 convolution, as torchvision has it; parameters are called as
// there. 11,689,512 parameters (18 layers) and 25,557,032 (50 layers) with 1000 classes.
#include <array>

#include "convoy/models/network.h"
#include "convoy/nn/linear.h"
#include "convoy/nn/norm.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/max_pool.h"
#include "convoy/ops/reshape.h"

namespace convoy::models {

namespace {

ModulePtr batch_norm(int64_t channels) { return std::make_shared<nn::BatchNorm2d>(channels); }

// What brings x to the size of the branch beside it; none where it has it already.
ModulePtr downsample(int64_t in, int64_t out, int64_t stride, nn::Generator& generator) {
  if (stride == 1 && in == out) return nullptr;
  return sequential({conv2d(in, out, 1, generator, {.stride = {stride}}), batch_norm(out)});
}

// Two 3×3 convolutions beside a shortcut.
class BasicBlock final : public nn::Module {
 public:
  static constexpr int64_t expansion = 1;

  BasicBlock(int64_t in, int64_t width, int64_t stride, nn::Generator& generator) {
    conv1_ = add_module("conv1", conv2d(in, width, 3, generator, {.stride = {stride}}));
    bn1_ = add_module("bn1", batch_norm(width));
    conv2_ = add_module("conv2", conv2d(width, width, 3, generator));
    bn2_ = add_module("bn2", batch_norm(width));
    if (ModulePtr shortcut = downsample(in, width, stride, generator))
      downsample_ = add_module("downsample", std::move(shortcut));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    Value y = relu(bn1_(conv1_(x, mode), mode), path("relu1"));
    y = bn2_(conv2_(y, mode), mode);
    const Value shortcut = downsample_ ? downsample_(x, mode) : x;
    return relu(add(y, shortcut, path("add")), path("relu2"));
  }

 private:
  nn::Layer conv1_, bn1_, conv2_, bn2_, downsample_;
};

// Reduced by 1×1, convolved by 3×3, widened fourfold by 1×1, beside a shortcut.
class Bottleneck final : public nn::Module {
 public:
  static constexpr int64_t expansion = 4;

  Bottleneck(int64_t in, int64_t width, int64_t stride, nn::Generator& generator) {
    const int64_t out = width * expansion;
    conv1_ = add_module("conv1", conv2d(in, width, 1, generator));
    bn1_ = add_module("bn1", batch_norm(width));
    conv2_ = add_module("conv2", conv2d(width, width, 3, generator, {.stride = {stride}}));
    bn2_ = add_module("bn2", batch_norm(width));
    conv3_ = add_module("conv3", conv2d(width, out, 1, generator));
    bn3_ = add_module("bn3", batch_norm(out));
    if (ModulePtr shortcut = downsample(in, out, stride, generator))
      downsample_ = add_module("downsample", std::move(shortcut));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    Value y = relu(bn1_(conv1_(x, mode), mode), path("relu1"));
    y = relu(bn2_(conv2_(y, mode), mode), path("relu2"));
    y = bn3_(conv3_(y, mode), mode);
    const Value shortcut = downsample_ ? downsample_(x, mode) : x;
    return relu(add(y, shortcut, path("add")), path("relu3"));
  }

 private:
  nn::Layer conv1_, bn1_, conv2_, bn2_, conv3_, bn3_, downsample_;
};

// A stem, four stages of blocks, each after the first at half the size and twice the width, and
// a linear classifier on the means of the channels.
template <class Block>
class ResNet final : public Network {
 public:
  ResNet(const std::array<int, 4>& blocks, const Settings& s) {
    conv1_ = add_module("conv1", conv2d(s.channels, 64, 7, s.generator, {.stride = {2}}));
    bn1_ = add_module("bn1", batch_norm(64));
    int64_t in = 64;
    for (size_t stage = 0; stage < blocks.size(); ++stage) {
      const int64_t width = int64_t{64} << stage;
      std::vector<ModulePtr> layers;
      for (int block = 0; block < blocks[stage]; ++block) {
        const int64_t stride = stage > 0 && block == 0 ? 2 : 1;
        layers.push_back(std::make_shared<Block>(in, width, stride, s.generator));
        in = width * Block::expansion;
      }
      layers_[stage] = add_module("layer" + std::to_string(stage + 1), sequential(layers));
    }
    fc_ = add_module("fc",
                     std::make_shared<nn::Linear>(in, s.classes, nn::LinearOptions{}, s.generator));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    Value y = relu(bn1_(conv1_(x, mode), mode), "relu");
    y = max_pool(y, {.kernel = {3}, .stride = {2}, .padding = 1}, "maxpool");
    for (const nn::Layer& layer : layers_) y = layer(y, mode);
    return fc_(flatten(global_avg_pool(y, "avgpool")), mode);
  }

 private:
  nn::Layer conv1_, bn1_, fc_;
  std::array<nn::Layer, 4> layers_;
};

}  // namespace

std::shared_ptr<Network> resnet18(const Settings& settings) {
  return std::make_shared<ResNet<BasicBlock>>(std::array{2, 2, 2, 2}, settings);
}

std::shared_ptr<Network> resnet50(const Settings& settings) {
  return std::make_shared<ResNet<Bottleneck>>(std::array{3, 4, 6, 3}, settings);
}

}  // namespace convoy::models
