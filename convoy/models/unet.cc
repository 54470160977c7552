// U-Net (Ronneberger, Fischer, Brox, "U-Net: convolutional networks for biomedical image
// segmentation", 2015), with padded convolutions and batch normalisation, so that the result has
// the size of the image. Parameters are called as in the implementation that most people use
// (milesial/Pytorch-UNet).
#include <array>

#include "convoy/models/network.h"
#include "convoy/nn/activation.h"
#include "convoy/nn/norm.h"
#include "convoy/nn/pool.h"
#include "convoy/ops/concat.h"

namespace convoy::models {

namespace {

// Two 3×3 convolutions, each normalised and followed by ReLU.
class DoubleConv final : public nn::Module {
 public:
  DoubleConv(int64_t in, int64_t out, nn::Generator& generator) {
    double_conv_ = add_module(
        "double_conv",
        sequential({conv2d(in, out, 3, generator), std::make_shared<nn::BatchNorm2d>(out),
                    std::make_shared<nn::ReLU>(), conv2d(out, out, 3, generator),
                    std::make_shared<nn::BatchNorm2d>(out), std::make_shared<nn::ReLU>()}));
  }
  Value forward(const Value& x, nn::Mode& mode) const override { return double_conv_(x, mode); }

 private:
  nn::Layer double_conv_;
};

// Half the size, twice the channels.
class Down final : public nn::Module {
 public:
  Down(int64_t in, int64_t out, nn::Generator& generator) {
    maxpool_conv_ =
        add_module("maxpool_conv", sequential({std::make_shared<nn::MaxPool2d>(Integers{2}),
                                               std::make_shared<DoubleConv>(in, out, generator)}));
  }
  Value forward(const Value& x, nn::Mode& mode) const override { return maxpool_conv_(x, mode); }

 private:
  nn::Layer maxpool_conv_;
};

// Twice the size, half the channels, joined with what the way down had at this size.
class Up final : public nn::ModuleGroup {
 public:
  Up(int64_t in, int64_t out, nn::Generator& generator) {
    up_ = add_module("up", std::make_shared<nn::ConvTranspose2d>(
                               in, in / 2, Integers{2}, nn::ConvOptions{.stride = {2}}, generator));
    conv_ = add_module("conv", std::make_shared<DoubleConv>(in, out, generator));
  }
  Value join(const Value& x, const Value& skipped, nn::Mode& mode) const {
    return conv_(concat({skipped, up_(x, mode)}, 1, path("concat")), mode);
  }

 private:
  nn::Layer up_, conv_;
};

// The scores of each pixel.
class OutConv final : public nn::Module {
 public:
  OutConv(int64_t in, int64_t classes, nn::Generator& generator) {
    conv_ = add_module("conv", conv2d_with_bias(in, classes, 1, generator));
  }
  Value forward(const Value& x, nn::Mode& mode) const override { return conv_(x, mode); }

 private:
  nn::Layer conv_;
};

class UNet final : public Network {
 public:
  explicit UNet(const Settings& s) {
    inc_ = add_module("inc", std::make_shared<DoubleConv>(s.channels, 64, s.generator));
    int64_t channels = 64;
    for (size_t i = 0; i < down_.size(); ++i, channels *= 2)
      down_[i] = add_module("down" + std::to_string(i + 1),
                            std::make_shared<Down>(channels, 2 * channels, s.generator));
    for (size_t i = 0; i < up_.size(); ++i, channels /= 2) {
      up_[i] = std::make_shared<Up>(channels, channels / 2, s.generator);
      add_module("up" + std::to_string(i + 1), up_[i]);
    }
    outc_ = add_module("outc", std::make_shared<OutConv>(channels, s.classes, s.generator));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    std::vector<Value> skipped{inc_(x, mode)};
    for (const nn::Layer& down : down_) skipped.push_back(down(skipped.back(), mode));
    Value y = skipped.back();
    for (const std::shared_ptr<Up>& up : up_) {
      skipped.pop_back();
      y = up->join(y, skipped.back(), mode);
    }
    return outc_(y, mode);
  }

 private:
  nn::Layer inc_, outc_;
  std::array<nn::Layer, 4> down_;
  std::array<std::shared_ptr<Up>, 4> up_;
};

}  // namespace

std::shared_ptr<Network> unet(const Settings& settings) { return std::make_shared<UNet>(settings); }

}  // namespace convoy::models
