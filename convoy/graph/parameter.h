// State that a graph reads: a named tensor that a Function may replace after a call.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "convoy/base/tensor.h"

namespace convoy {

/// The state behind a parameter of a graph. Its dtype and shape never change; its value is
/// replaced as a whole, so that a reader sees the old tensor or the new one, never a mixture.
class ParameterState {
 public:
  ParameterState(std::string name, Tensor value, bool trainable)
      : name_(std::move(name)),
        type_(value.type()),
        trainable_(trainable),
        value_(std::make_shared<const Tensor>(std::move(value))) {}

  const std::string& name() const { return name_; }
  /// For whoever owns the parameter, before graphs use it.
  void rename(std::string name) { name_ = std::move(name); }
  const Type& type() const { return type_; }
  /// False for statistics and other state that no optimiser touches.
  bool trainable() const { return trainable_; }

  /// Safe to call while other threads read or replace the value.
  std::shared_ptr<const Tensor> value() const { return value_.load(); }
  /// Changes whenever the value does: whoever keeps a value need not ask for it again as long as
  /// this is what it was before it asked. Takes no lock.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// Replaces the value; ShapeError or TypeError when the type is another.
  void set_value(Tensor value);
  /// The same for a value that has the parameter's type, without a way to fail.
  void replace(std::shared_ptr<const Tensor> value) noexcept {
    value_.store(std::move(value));
    version_.fetch_add(1, std::memory_order_release);
  }

 private:
  std::string name_;
  Type type_;
  bool trainable_;
  std::atomic<std::shared_ptr<const Tensor>> value_;
  std::atomic<uint64_t> version_{0};
};

using ParameterPtr = std::shared_ptr<ParameterState>;

}  // namespace convoy
