#include "convoy/nn/sequential.h"

namespace convoy::nn {

Sequential::Sequential(const std::vector<std::shared_ptr<Module>>& layers) {
  for (const auto& layer : layers) append(layer);
}

void Sequential::append(std::shared_ptr<Module> layer) {
  add_module(std::to_string(layers_.size()), layer);
  layers_.push_back(std::move(layer));
}

Value Sequential::forward(const Value& x, Mode& mode) const {
  Value value = x;
  for (const auto& layer : layers_) value = layer->forward(value, mode);
  return value;
}

}  // namespace convoy::nn
