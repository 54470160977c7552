#include "convoy/cpu/threads.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace convoy::cpu {

namespace {

/// One turn of a loop that waits awake: it lets the core's other thread run.
inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Some 50 µs awake, more than two steps of a call lie apart; then the core goes to others.
constexpr int turns_awake = 2000;
/// How many times a thread gives way before it sleeps.
constexpr int turns_giving_way = 50;

/// Waits until `value` is not `old`: awake, giving way, asleep.
template <class T>
void wait_for_change(const std::atomic<T>& value, T old) {
  for (int i = 0; i < turns_awake; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  for (int i = 0; i < turns_giving_way; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    std::this_thread::yield();
  }
  value.wait(old, std::memory_order_acquire);
}

/// The processors' worth of time that the cgroup may take; infinite without a quota.
double cgroup_quota() {
  std::ifstream unified("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (unified >> quota >> period && quota != "max" && period > 0)
    return std::atof(quota.c_str()) / period;
  std::ifstream old_quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
      old_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  double granted = 0;
  if (old_quota >> granted && old_period >> period && granted > 0 && period > 0)
    return granted / period;
  return HUGE_VAL;
}

int affinity() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
#endif
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

}  // namespace

int usable_threads() {
  const double quota = std::ceil(cgroup_quota());
  return std::max(1, static_cast<int>(std::min<double>(affinity(), quota)));
}

struct ThreadPool::Worker {
  std::thread thread;
  alignas(64) std::atomic<bool> taken{false};
  alignas(64) std::atomic<uint32_t> calls{0};  // how many it was given
  alignas(64) std::atomic<uint32_t> done{0};   // how many it has returned from
  Job job = nullptr;
  void* what = nullptr;
  int index = 0, count = 0;
};

ThreadPool& ThreadPool::process() {
  // Never destroyed: threads of the program may call networks until its very end.
  static ThreadPool* const pool = [] {
    static auto* made = new ThreadPool;
#if defined(__linux__)
    // Threads do not live on in a forked process: it makes its own when it first needs them. Nor
    // does it find the mutex held by a thread that is not there.
    pthread_atfork([] { made->mutex_.lock(); }, [] { made->mutex_.unlock(); },
                   [] {
                     made->forget_after_fork();
                     made->mutex_.unlock();
                   });
#endif
    return made;
  }();
  return *pool;
}

ThreadPool::ThreadPool() = default;

void ThreadPool::forget_after_fork() {
  for (int i = 0; i < count_.load(); ++i) (void)workers_[static_cast<size_t>(i)].release();
  lost_ = std::max(lost_.load(), count_.exchange(0));
  running_ = 0;
}

void ThreadPool::reserve(int count) {
  const std::lock_guard lock(mutex_);
  for (int i = count_.load(); i < std::min(count - 1, most); ++i) {
    auto& worker = workers_[static_cast<size_t>(i)];
    worker = std::make_unique<Worker>();
    worker->thread = std::thread([own = worker.get()] { serve(*own); });
    worker->thread.detach();
    count_.store(i + 1, std::memory_order_release);
  }
}

void ThreadPool::serve(Worker& worker) {
  for (uint32_t call = 0;;) {
    wait_for_change(worker.calls, call);
    ++call;
    worker.job(worker.what, worker.index, worker.count);
    worker.done.store(call, std::memory_order_release);
    worker.done.notify_one();
  }
}

int ThreadPool::run(int wanted, Job job, void* what) {
  if (wanted <= 1) {
    job(what, 0, 1);
    return 1;
  }
  if (lost_.load(std::memory_order_relaxed) > 0) reserve(lost_.exchange(0) + 1);
  static const int cores = usable_threads();
  // Of the threads wanted, as many as the calls that are running leave of the cores; more than
  // there are cores only if this call alone asked for that.
  const int others = running_.fetch_add(1, std::memory_order_relaxed);
  const int room = others == 0 ? wanted : std::min(wanted, cores - others);
  std::array<Worker*, most> team;
  int size = 0;
  const int threads = count_.load(std::memory_order_acquire);
  for (int i = 0; i < threads && size + 1 < room && size < static_cast<int>(team.size()); ++i) {
    Worker& worker = *workers_[static_cast<size_t>(i)];
    if (!worker.taken.exchange(true, std::memory_order_acquire))
      team[static_cast<size_t>(size++)] = &worker;
  }
  running_.fetch_add(size, std::memory_order_relaxed);
  for (int i = 0; i < size; ++i) {
    Worker& worker = *team[static_cast<size_t>(i)];
    worker.job = job;
    worker.what = what;
    worker.index = i + 1;
    worker.count = size + 1;
    worker.calls.fetch_add(1, std::memory_order_release);
    worker.calls.notify_one();
  }
  job(what, 0, size + 1);
  for (int i = 0; i < size; ++i) {
    Worker& worker = *team[static_cast<size_t>(i)];
    const uint32_t given = worker.calls.load(std::memory_order_relaxed);
    for (uint32_t done = worker.done.load(std::memory_order_acquire); done != given;
         done = worker.done.load(std::memory_order_acquire))
      wait_for_change(worker.done, done);
    worker.taken.store(false, std::memory_order_release);
  }
  running_.fetch_sub(size + 1, std::memory_order_relaxed);
  return size + 1;
}

void Barrier::wait(int count) {
  if (count == 1) return;
  const uint32_t generation = generation_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == count - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    generation_.store(generation + 1, std::memory_order_release);
    generation_.notify_all();
    return;
  }
  wait_for_change(generation_, generation);
}

}  // namespace convoy::cpu
