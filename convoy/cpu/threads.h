// The threads of the process that calls share.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "convoy/cpu/cpu.h"

namespace convoy::cpu {

/// How many threads can run at once: the process's affinity mask cut to its cgroup's quota;
/// at least 1.
int usable_threads();

/// Threads that wait for work: for a short while awake, then asleep. One pool serves all calls of
/// the process. A call gets those that are free, so calls at the same time never wait for each
/// other and together keep to the cores that there are.
class ThreadPool {
 public:
  /// Work of thread `index` of `count`. Must not throw.
  using Job = void (*)(void* what, int index, int count);

  static ThreadPool& process();

  /// Makes threads so that a call may run on `count`. For compile time: it allocates.
  void reserve(int count);
  /// Calls job(what, i, n) for i = 0 … n − 1 at once, n at most `wanted`, and returns n when all
  /// have returned. The calling thread is number 0. Allocates nothing and takes no lock, but for
  /// the first call after a fork, which makes threads anew.
  int run(int wanted, Job job, void* what);

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

 private:
  struct Worker;
  ThreadPool();
  static void serve(Worker& worker);
  void forget_after_fork();

  static constexpr int most = most_threads - 1;        // besides those that call
  std::mutex mutex_;                                   // of making threads
  std::array<std::unique_ptr<Worker>, most> workers_;  // the first `count_` are there
  std::atomic<int> count_{0};
  std::atomic<int> lost_{0};     // threads that this process had before it was forked
  std::atomic<int> running_{0};  // threads that run jobs, callers included
};

/// Where the threads of one call wait for each other, many thousand times a second.
class Barrier {
 public:
  /// Returns when `count` threads are here.
  void wait(int count);

 private:
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<uint32_t> generation_{0};
};

}  // namespace convoy::cpu
