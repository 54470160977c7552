// Layers one after another.
#pragma once

#include "convoy/nn/module.h"

namespace convoy::nn {

/// Applies its children in order. They are called "0", "1", ….
class Sequential final : public Module {
 public:
  Sequential() = default;
  explicit Sequential(const std::vector<std::shared_ptr<Module>>& layers);
  /// Adds a layer at the end.
  void append(std::shared_ptr<Module> layer);
  Value forward(const Value& x, Mode& mode) const override;

 private:
  std::vector<std::shared_ptr<Module>> layers_;
};

}  // namespace convoy::nn
