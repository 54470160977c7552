#include "convoy/cpu/peak.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "convoy/cpu/kernels/peak.h"
#include "convoy/cpu/memory.h"
#include "convoy/cpu/threads.h"

namespace convoy::cpu {

namespace {

/// The most of several tries: whatever disturbs makes it less.
template <class Try>
double best_per_second(int tries, const Try& once) {
  double best = 0;
  for (int i = 0; i < tries; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const double done = once();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    best = std::max(best, done / std::max(taken.count(), 1e-9));
  }
  return best;
}

/// Calls work(index, count) on so many threads at once and adds up what they return.
template <class Work>
double sum_over_threads(int threads, const Work& work) {
  struct Job {
    const Work& work;
    std::atomic<int64_t> sum{0};
  } job{work};
  ThreadPool::process().run(
      threads,
      [](void* what, int index, int count) {
        Job& own = *static_cast<Job*>(what);
        own.sum += own.work(index, count);
      },
      &job);
  return static_cast<double>(job.sum);
}

double measure_flops(Tier tier, int threads) {
  const PeakKernel kernel = peak_kernel(tier);
  constexpr int64_t rounds = 2'000'000;  // some 8 ms
  return best_per_second(8, [&] {
    return sum_over_threads(threads, [&](int, int) {
      float scratch = 0;
      Worker worker{.scratch = &scratch};
      return kernel(rounds, worker);
    });
  });
}

double measure_bytes(int threads) {
  constexpr int64_t bytes = int64_t{128} << 20;
  const Memory from(bytes), to(bytes);
  const auto copy = [&](int index, int count) {
    const Range part = share(bytes, index, count);
    std::memcpy(to.data() + part.begin, from.data() + part.begin,
                static_cast<size_t>(part.end - part.begin));
    return 2 * (part.end - part.begin);
  };
  std::memset(from.data(), 1, static_cast<size_t>(bytes));  // no memory is there before
  sum_over_threads(threads, copy);
  return best_per_second(4, [&] { return sum_over_threads(threads, copy); });
}

}  // namespace

MachinePeak measure_peak(Tier tier, int threads) {
  ThreadPool::process().reserve(threads);
  return {.flops = measure_flops(tier, threads), .bytes = measure_bytes(threads)};
}

}  // namespace convoy::cpu
