#include "convoy/models/network.h"

#include "convoy/nn/sequential.h"

namespace convoy::models {

ModulePtr conv2d(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator,
                 nn::ConvOptions options) {
  options.padding = Padding::half;
  options.bias = false;
  if (!options.weight_init) options.weight_init = nn::he_normal();
  return std::make_shared<nn::Conv2d>(in, out, Integers{kernel}, std::move(options), generator);
}

ModulePtr conv2d_with_bias(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator) {
  const nn::ConvOptions options{
      .padding = Padding::half, .weight_init = nn::he_normal(), .bias_init = nn::constant_value(0)};
  return std::make_shared<nn::Conv2d>(in, out, Integers{kernel}, options, generator);
}

ModulePtr sequential(const std::vector<ModulePtr>& layers) {
  return std::make_shared<nn::Sequential>(layers);
}

}  // namespace convoy::models
