// Stopping a long call cleanly.
#pragma once

#include <atomic>
#include <functional>

#include "convoy/base/error.h"

namespace convoy {

/// Shared between a running call and whoever may stop it. The call looks at it between steps and
/// inside long loops, and throws CancelledError once `cancel` was called or `poll` says so.
class Cancellation {
 public:
  Cancellation() = default;
  /// `poll` is asked by the running thread itself, now and then; true stops the call.
  explicit Cancellation(std::function<bool()> poll) : poll_(std::move(poll)) {}

  /// May be called from any thread, and from a signal handler.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool requested() const {
    return cancelled_.load(std::memory_order_relaxed) || (poll_ && poll_());
  }
  void check() const {
    if (requested()) throw CancelledError("the call was cancelled");
  }

 private:
  std::atomic<bool> cancelled_{false};
  std::function<bool()> poll_;
};

}  // namespace convoy
