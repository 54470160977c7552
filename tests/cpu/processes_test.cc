// The pool of threads when several Functions, threads and processes use it.
#include <atomic>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "convoy/compile/function.h"
#include "convoy/cpu/threads.h"
#include "convoy/models/models.h"

namespace convoy {
namespace {

struct Network {
  models::Model model;
  Function f;
  Tensor x, y;

  explicit Network(std::string_view name, int64_t size, int threads)
      : model(models::build(name, {.height = size, .width = size})),
        f(compile(model.graph, {.backend = "cpu", .cpu = {.threads = threads}})),
        x(Tensor::full(DType::float32, to_extents(model.graph.inputs[0].shape()), .5)),
        y(f({x})[0]) {}

  /// Whether a call gives what the first one gave, bit for bit.
  bool agrees() const { return f({x})[0].identical(y); }
  bool agrees(Context& context) const {
    std::vector<Tensor> outputs{Tensor::full(y.dtype(), y.extents(), -1)};
    f.run_into(context, std::span(&x, 1), outputs);
    return outputs[0].identical(y);
  }
};

TEST(Processes, TwoFunctionsAgreeFromFourThreadsAtOnce) {
  const Network first("lenet", 28, 2), second("lenet", 32, 3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const Network& own = t % 2 == 0 ? first : second;
      Context context = own.f.new_context();
      for (int i = 0; i < 200; ++i)
        if (!(t < 2 ? own.agrees(context) : own.agrees())) ++wrong;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

/// Whether a forked process that calls `work` ends within half a minute, and well.
template <class Work>
bool succeeds_in_a_fork(const Work& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(30);  // a thread that waits for one that is not there waits for ever
    bool well = false;
    try {
      well = work();
    } catch (...) {
    }
    _exit(well ? 0 : 1);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

TEST(Processes, AForkedProcessMakesThreadsOfItsOwn) {
  const Network network("lenet", 28, 2);
  const auto threads_at_work = [] {
    std::atomic<int> count{0};
    cpu::ThreadPool::process().run(
        2, [](void* what, int, int) { ++*static_cast<std::atomic<int>*>(what); }, &count);
    return count.load();
  };
  EXPECT_TRUE(succeeds_in_a_fork([&] {
    return network.agrees() && threads_at_work() == 2 && network.agrees() &&
           succeeds_in_a_fork([&] { return network.agrees(); });
  }));
  EXPECT_TRUE(network.agrees());
}

TEST(Processes, AForkDuringCallsOfOtherThreadsIsSafe) {
  const Network network("lenet", 28, 2);
  std::atomic<bool> stop{false}, runs{false};
  std::thread other([&] {
    // Allocates nothing after its first call: in the child of a fork during an allocation the
    // address sanitizer's lock stays taken.
    Context context = network.f.new_context();
    std::vector<Tensor> outputs{Tensor::full(network.y.dtype(), network.y.extents(), -1)};
    while (!stop) {
      network.f.run_into(context, std::span(&network.x, 1), outputs);
      EXPECT_TRUE(outputs[0].identical(network.y));
      runs = true;
    }
  });
  while (!runs) std::this_thread::yield();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(succeeds_in_a_fork([&] {
      Context own = network.f.new_context();
      return network.agrees(own);
    }));
  }
  stop = true;
  other.join();
}

}  // namespace
}  // namespace convoy
