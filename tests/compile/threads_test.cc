// One Function, many threads; and calls that are stopped from outside.
#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/unary.h"
#include "tests/support/sanitizer.h"

namespace convoy {
namespace {

using Clock = std::chrono::steady_clock;

void in_threads(int count, const std::function<void(int)>& body) {
  std::atomic<int> waiting{count};
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t)
    threads.emplace_back([&, t] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();  // all start together
      body(t);
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(Threads, ShareOneFunctionForManyShapes) {
  const Value x = input("x", {DType::float64, {Dim::symbol("N")}});
  // A limit below the number of shapes, so that entries come and go while others use them.
  const Function f = compile({x}, {reduce_sum(mul(x, x)), x}, {.specialization_limit = 3});
  std::atomic<int> wrong{0};
  in_threads(8, [&](int t) {
    for (int i = 0; i < 200; ++i) {
      const int64_t count = 1 + (i * 7 + t) % 6;
      const double value = t * 1000 + i;
      const auto results = f({Tensor::full(DType::float64, {count}, value)});
      if (results[0].at(0) != value * value * double(count)) ++wrong;
      if (results[1].at(count - 1) != value) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(f.specializations(), 3u);
}

TEST(Threads, UpdatesOfOneFunctionNeverGetLost) {
  const auto count = std::make_shared<ParameterState>("count", Tensor::of<int64_t>({}, {0}), false);
  const Value now = parameter(count);
  const Function increment =
      compile({}, std::vector<Value>{now},
              {.updates = {{count, add(now, constant(Tensor::of<int64_t>({}, {1})))}}});
  std::vector<std::atomic<int>> seen(8 * 100);
  in_threads(8, [&](int) {
    for (int i = 0; i < 100; ++i) ++seen[static_cast<size_t>(increment({})[0].at(0))];
  });
  EXPECT_EQ(count->value()->at(0), 800);
  for (const auto& times : seen) EXPECT_EQ(times, 1);
}

TEST(Threads, ReadersSeeAParameterWholeWhileItIsReplaced) {
  const auto p = std::make_shared<ParameterState>("p", Tensor::zeros(DType::float64, {512}), true);
  const Function spread =
      compile({}, std::vector<Value>{sub(reduce_max(parameter(p)), reduce_min(parameter(p)))});
  std::atomic<bool> torn{false};
  in_threads(4, [&](int t) {
    for (int i = 0; i < 300; ++i)
      if (t == 0)
        p->set_value(Tensor::full(DType::float64, {512}, i));
      else if (spread({})[0].at(0) != 0)
        torn = true;
  });
  EXPECT_FALSE(torn);
}

/// Seconds of computing in one call of one operator. For cpu it has channels, as its kernels want;
/// half a teraflop takes them a second.
struct LongCall {
  explicit LongCall(std::string_view backend) {
    const bool fast = backend == "cpu";
    const int64_t channels = fast ? 128 : 1, size = fast ? 256 : 1500, taps = fast ? 15 : 99;
    const int64_t out = size - taps + 1;
    image = Tensor::zeros(DType::float32, {1, channels, size, size});
    kernel = Tensor::zeros(DType::float32, {channels, channels, taps, taps});
    grad = Tensor::zeros(DType::float32, {1, channels, out, out});
    x = input("x", image.type());
    w = input("w", kernel.type());
    g = input("g", grad.type());
    input_size = {size, size};
    kernel_size = {taps, taps};
  }
  Tensor image, kernel, grad;
  Value x, w, g;
  Shape input_size, kernel_size;
};

/// How long a call goes on after it was cancelled from another thread.
double seconds_to_stop(const Function& f, const std::vector<Tensor>& inputs) {
  Cancellation cancellation;
  std::atomic<bool> cancelled{false};
  Clock::time_point ended;
  std::thread caller([&] {
    try {
      f(inputs, {.cancellation = &cancellation});
    } catch (const CancelledError&) {
      cancelled = true;
    }
    ended = Clock::now();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto asked = Clock::now();
  cancellation.cancel();
  caller.join();
  EXPECT_TRUE(cancelled) << "the call ended before it was cancelled";
  return std::chrono::duration<double>(ended - asked).count();
}

class CancelledWork : public testing::TestWithParam<const char*> {
 protected:
  /// The kernels of cpu look up between pieces alone: under the sanitizers such a piece takes
  /// seconds, and a call a quarter of an hour.
  double most_seconds() const {
    if (GetParam() != std::string_view("cpu")) return 0.1;
    return sanitizer_owns_malloc ? 30 : 0.5;
  }
};

TEST_P(CancelledWork, StopsALongConvolution) {
  const LongCall c(GetParam());
  const Function f = compile({c.x, c.w}, {conv(c.x, c.w)}, {.backend = GetParam()});
  EXPECT_LT(seconds_to_stop(f, {c.image, c.kernel}), most_seconds());
}

TEST_P(CancelledWork, StopsLongGradientsToo) {
  const LongCall c(GetParam());
  const Function to_input =
      compile({c.g, c.w}, {conv_input_grad(c.g, c.w, {.input_size = c.input_size})},
              {.backend = GetParam()});
  EXPECT_LT(seconds_to_stop(to_input, {c.grad, c.kernel}), most_seconds());
  const Function to_weight = compile(
      {c.x, c.g}, {conv_weight_grad(c.x, c.g, {.kernel = c.kernel_size})}, {.backend = GetParam()});
  EXPECT_LT(seconds_to_stop(to_weight, {c.image, c.grad}), most_seconds());
}

INSTANTIATE_TEST_SUITE_P(Backends, CancelledWork, testing::Values("reference", "cpu"),
                         [](const auto& backend) { return backend.param; });

TEST(Cancellation, LeavesTheFunctionUsable) {
  const Value x = input("x", {DType::float64, {2}});
  const Function f = compile({x}, {exp(x)});
  Context context = f.new_context();
  std::vector<Tensor> room{Tensor::zeros(DType::float64, {2})};
  const std::vector<Tensor> in{Tensor::zeros(DType::float64, {2})};
  Cancellation cancellation;
  cancellation.cancel();
  EXPECT_THROW(f.run_into(context, in, room, {.cancellation = &cancellation}), CancelledError);
  f.run_into(context, in, room);
  EXPECT_EQ(room[0].at(1), 1);
}

TEST(Cancellation, ReachesACallThatWaitsForAnotherWithUpdates) {
  const LongCall c("reference");
  const auto p = std::make_shared<ParameterState>("p", Tensor::zeros(DType::float32, {}), true);
  const Function f =
      compile({c.x, c.w}, std::vector<Value>{},
              {.backend = "reference", .updates = {{p, reduce_sum(conv(c.x, c.w))}}});
  const std::vector<Tensor> inputs{c.image, c.kernel};
  Cancellation first;
  std::thread running([&] { EXPECT_THROW(f(inputs, {.cancellation = &first}), CancelledError); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LT(seconds_to_stop(f, inputs), 0.1);
  first.cancel();
  running.join();
  EXPECT_EQ(p->value()->at(0), 0);
}

}  // namespace
}  // namespace convoy
