// How the threads of a call share a step out.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Every thread has an even share of a step's pieces, a run of neighbours. Half of it is its own;
/// what is left it takes little by little, and when it has no more, from the others: a thread whose
/// core does something else meanwhile keeps nobody waiting for long.
class Sharing {
 public:
  Sharing() = default;
  explicit Sharing(size_t threads) : taken_(threads) {}

  /// Calls run(range) until nothing is left for thread `index` of `count` to do. At least `grain`
  /// pieces are taken at a time; with 0, all shares stay whole. Steps are numbered from 0, and all
  /// threads have to meet after each.
  template <class Function>
  void each(size_t step, int64_t items, int64_t grain, int index, int count, const Function& run) {
    of(index, step + 1).store(0, std::memory_order_relaxed);
    const Range own = share(items, index, count);
    if (grain == 0 || count == 1) {
      if (own.begin < own.end) run(own);
      return;
    }
    if (const Range kept{own.begin, left(own)}; kept.begin < kept.end) run(kept);
    for (int i = 0; i < count; ++i) {
      const int other = (index + i) % count;
      const Range range = share(items, other, count);
      for (;;) {
        const int64_t taken = of(other, step).fetch_add(grain, std::memory_order_relaxed);
        const int64_t begin = left(range) + taken;
        if (begin >= range.end) break;
        run(Range{begin, std::min(begin + grain, range.end)});
      }
    }
  }

  /// Before a first step.
  void reset() {
    for (Taken& taken : taken_) taken.even = 0;
  }

 private:
  struct Taken {
    alignas(64) std::atomic<int64_t> even{0};  // of the shares of steps 0, 2, …
    std::atomic<int64_t> odd{0};
  };

  /// Where the pieces begin that others may take.
  static int64_t left(Range own) { return own.end - (own.end - own.begin) / 2; }
  std::atomic<int64_t>& of(int index, size_t step) {
    Taken& taken = taken_[static_cast<size_t>(index)];
    return step % 2 == 0 ? taken.even : taken.odd;
  }

  std::vector<Taken> taken_;
};

}  // namespace convoy::cpu
