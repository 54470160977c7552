// LeNet-5 (LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
// recognition", 1998) as it is written today: ReLU and max pooling, every map of the second
// convolution connected. 61,706 parameters with 10 classes of 1×32×32 images.
#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/models/network.h"
#include "convoy/nn/linear.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/max_pool.h"
#include "convoy/ops/reshape.h"

namespace convoy::models {

namespace {

// What is left of an axis after two unpadded 5×5 convolutions, each followed by halving.
int64_t pooled_twice(const Dim& size) {
  const int64_t left = size.is_static() ? ((size.value() - 4) / 2 - 4) / 2 : 0;
  if (left < 1)
    throw ValueError(
        fmt::format("lenet connects every pixel to every class, so it takes images of one size, "
                    "at least 16×16; got a side of {}",
                    size.to_string()));
  return left;
}

class LeNet final : public Network {
 public:
  explicit LeNet(const Settings& s) {
    nn::Generator& generator = s.generator;
    conv1_ = add_module("conv1", conv(s.channels, 6, generator));
    conv2_ = add_module("conv2", conv(6, 16, generator));
    const int64_t features = 16 * pooled_twice(s.height) * pooled_twice(s.width);
    fc1_ = add_module("fc1", std::make_shared<nn::Linear>(features, 120, linear, generator));
    fc2_ = add_module("fc2", std::make_shared<nn::Linear>(120, 84, linear, generator));
    fc3_ = add_module("fc3", std::make_shared<nn::Linear>(84, s.classes, linear, generator));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    Value y = max_pool(relu(conv1_(x, mode), "relu1"), {.kernel = {2}, .stride = {2}}, "pool1");
    y = max_pool(relu(conv2_(y, mode), "relu2"), {.kernel = {2}, .stride = {2}}, "pool2");
    y = relu(fc1_(flatten(y), mode), "relu3");
    y = relu(fc2_(y, mode), "relu4");
    return fc3_(y, mode);
  }

 private:
  static ModulePtr conv(int64_t in, int64_t out, nn::Generator& generator) {
    return std::make_shared<nn::Conv2d>(in, out, Integers{5}, nn::ConvOptions{}, generator);
  }
  inline static const nn::LinearOptions linear = {};

  nn::Layer conv1_, conv2_, fc1_, fc2_, fc3_;
};

}  // namespace

std::shared_ptr<Network> lenet(const Settings& settings) {
  return std::make_shared<LeNet>(settings);
}

}  // namespace convoy::models
