// What the architectures are made from and of: their files' common ground, for models.cc.
#pragma once

#include <memory>
#include <vector>

#include "convoy/graph/graph.h"
#include "convoy/nn/conv.h"
#include "convoy/nn/module.h"

namespace convoy::models {

/// A network of the list: a module that knows what a graph of it gives.
class Network : public nn::Module {
 public:
  /// The named outputs for x: by default one, "logits".
  virtual std::vector<Output> outputs(const Value& x, nn::Mode& mode) const {
    return {{"logits", forward(x, mode)}};
  }
};

/// Options with every default filled in.
struct Settings {
  int64_t classes;
  int64_t channels;
  Dim height, width;
  nn::Generator& generator;
};

std::shared_ptr<Network> lenet(const Settings& settings);
std::shared_ptr<Network> resnet18(const Settings& settings);
std::shared_ptr<Network> resnet50(const Settings& settings);
std::shared_ptr<Network> mobilenet_v2(const Settings& settings);
std::shared_ptr<Network> efficientnet_b0(const Settings& settings);
std::shared_ptr<Network> vgg16(const Settings& settings);
std::shared_ptr<Network> unet(const Settings& settings);
std::shared_ptr<Network> yolo11n(const Settings& settings);
std::shared_ptr<Network> yolo11s(const Settings& settings);
std::shared_ptr<Network> yolo11m(const Settings& settings);

using ModulePtr = std::shared_ptr<nn::Module>;

/// A square convolution padded by half its kernel, so that stride 1 keeps the size. Weights are
/// He-normal (the networks of that time) unless stated; no bias unless stated.
ModulePtr conv2d(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator,
                 nn::ConvOptions options = {});
/// Such a convolution with a bias.
ModulePtr conv2d_with_bias(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator);
/// Layers one after another, called "0", "1", ….
ModulePtr sequential(const std::vector<ModulePtr>& layers);

}  // namespace convoy::models
