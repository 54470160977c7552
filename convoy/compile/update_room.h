// Memory for the new values of parameters.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "convoy/base/tensor.h"

namespace convoy {

/// Gives arrays in the memory of values that nobody holds any more: the system hands out fresh
/// memory page by page, which takes longer than to compute what is stored there. One spare array
/// is kept for each parameter; safe to use from several threads.
class UpdateRoom {
 public:
  explicit UpdateRoom(size_t parameters) : spares_(std::make_shared<Spares>(parameters)) {}

  /// An uninitialised array for the next value of a parameter, whose type is always the same.
  Tensor make(size_t parameter, const Type& type);

 private:
  struct Spares {
    explicit Spares(size_t count) : of(count) {}
    std::mutex mutex;
    std::vector<std::shared_ptr<Tensor>> of;  // null where there is none
  };
  class Return;

  std::shared_ptr<Spares> spares_;
};

}  // namespace convoy
