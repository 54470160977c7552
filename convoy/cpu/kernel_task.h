// Steps that are one kernel and its plan.
#pragma once

#include <array>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "convoy/cpu/plan/plan.h"

namespace convoy::cpu {

/// An array of a call, as what the kernel takes it for.
class Address {
 public:
  explicit Address(std::byte* at) : at_(at) {}
  template <class T>
  operator T*() const {  // NOLINT: its only use is to become an argument
    return reinterpret_cast<T*>(at_);
  }

 private:
  std::byte* at_;
};

/// How many pieces there are, and the bytes that each thread needs meanwhile.
struct Work {
  int64_t items = 0, scratch_bytes = 0;
};

template <class Plan, class Arrays>
using Kernel = void (*)(const Plan&, const Arrays&, Range, Worker&);

template <class Plan, class Arrays, size_t count>
class KernelTask : public Task {
 public:
  KernelTask(Kernel<Plan, Arrays> kernel, Plan plan, Work work, std::array<Array, count> arrays)
      : kernel_(kernel),
        plan_(std::move(plan)),
        work_(work),
        arrays_(std::move(arrays)) {}
  int64_t items() const override { return work_.items; }
  int64_t scratch_bytes() const override { return work_.scratch_bytes; }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    [&]<size_t... I>(std::index_sequence<I...>) {
      kernel_(plan_, Arrays{Address(bases.bytes(arrays_[I]))...}, range, worker);
    }(std::make_index_sequence<count>());
  }

 private:
  Kernel<Plan, Arrays> kernel_;
  Plan plan_;
  Work work_;
  std::array<Array, count> arrays_;
};

/// The kernel on `arrays`, which are the members of its `Arrays` in order.
template <class Plan, class Arrays, std::same_as<Array>... A>
std::unique_ptr<Task> kernel_task(Kernel<Plan, Arrays> kernel, std::type_identity_t<Plan> plan,
                                  Work work, A... arrays) {
  return std::make_unique<KernelTask<Plan, Arrays, sizeof...(A)>>(
      kernel, std::move(plan), work, std::array<Array, sizeof...(A)>{std::move(arrays)...});
}

/// The same where the plan tells how much there is to do, by items and scratch_bytes.
template <class Plan, class Arrays, std::same_as<Array>... A>
std::unique_ptr<Task> kernel_task(Kernel<Plan, Arrays> kernel, std::type_identity_t<Plan> plan,
                                  A... arrays) {
  Work work{.items = items(plan)};
  if constexpr (requires { scratch_bytes(plan); })
    if (work.items > 0) work.scratch_bytes = scratch_bytes(plan);
  return kernel_task(kernel, std::move(plan), work, std::move(arrays)...);
}

}  // namespace convoy::cpu
