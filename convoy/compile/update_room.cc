#include "convoy/compile/update_room.h"

#include <utility>

namespace convoy {

/// What becomes of memory when the last copy of its tensor goes: a spare, if there is none yet.
class UpdateRoom::Return {
 public:
  Return(const std::shared_ptr<Spares>& spares, size_t parameter, std::shared_ptr<Tensor> memory)
      : spares_(spares),
        parameter_(parameter),
        memory_(std::move(memory)) {}

  void operator()(const void*) {
    const std::shared_ptr<Tensor> memory = std::move(memory_);
    const std::shared_ptr<Spares> spares = spares_.lock();
    if (!spares) return;
    const std::lock_guard lock(spares->mutex);
    std::shared_ptr<Tensor>& spare = spares->of[parameter_];
    if (!spare) spare = memory;
  }

 private:
  std::weak_ptr<Spares> spares_;
  size_t parameter_;
  std::shared_ptr<Tensor> memory_;
};

Tensor UpdateRoom::make(size_t parameter, const Type& type) {
  std::shared_ptr<Tensor> memory;
  {
    const std::lock_guard lock(spares_->mutex);
    memory = std::exchange(spares_->of[parameter], nullptr);
  }
  if (!memory) memory = std::make_shared<Tensor>(type.dtype, to_extents(type.shape));
  // An owner of its own each time: whoever remembers the value that was there can tell.
  void* const data = memory->raw();
  std::shared_ptr<const void> owner(data, Return(spares_, parameter, std::move(memory)));
  return {type.dtype, to_extents(type.shape), data, std::move(owner)};
}

}  // namespace convoy
