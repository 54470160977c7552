// Whether a tensor is one that was seen before.
#pragma once

#include <memory>

#include "convoy/base/tensor.h"

namespace convoy {

/// Remembers a tensor without keeping it alive. Values of parameters never change in place, so the
/// same storage is the same values; storage that went and came back is another.
class TensorIdentity {
 public:
  /// Of none.
  TensorIdentity() = default;
  explicit TensorIdentity(const Tensor& tensor) : owner_(tensor.owner()), data_(tensor.raw()) {}

  bool is_of(const Tensor& tensor) const {
    return data_ == tensor.raw() && !owner_.expired() && owner_.lock() == tensor.owner();
  }

 private:
  std::weak_ptr<const void> owner_ = {};
  const void* data_ = nullptr;
};

}  // namespace convoy
