// Calls on the backend cpu that meet others, new parameters, wrong data, or are stopped.
#include <atomic>
#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/cpu/cpu.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/gather.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Type image{DType::float32, {1, 20, 12, 12}};

CompileOptions on_cpu(int threads) { return {.backend = "cpu", .cpu = {.threads = threads}}; }

ParameterPtr weights(double value) {
  return std::make_shared<ParameterState>("w", Tensor::full(DType::float32, {20, 20, 3, 3}, value),
                                          true);
}

/// Two convolutions of the same weights, which are packed once for each set of them.
Function stack(const ParameterPtr& w, int threads) {
  const Value x = input("x", image), p = parameter(w);
  const Conv same{.padding = 1};
  return compile({x}, {conv(relu(conv(x, p, same)), p, same)}, on_cpu(threads));
}

Tensor ones() { return Tensor::full(DType::float32, to_extents(image.shape), 1); }

/// Whether y is what `stack` gives for a picture of ones, in its middle, which sees no padding.
bool is_of(double weight, const Tensor& y) {
  const double wanted = weight * 180 * weight * 180;
  return std::abs(y.at(6 * 12 + 6) - wanted) <= 1e-4 * wanted;
}

template <class Body>
void in_threads(int count, const Body& body) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back([&body, t] { body(t); });
  for (std::thread& thread : threads) thread.join();
}

TEST(CpuExecutable, ParametersMayBeReplacedWhileOthersCall) {
  const ParameterPtr w = weights(0);
  const Function f = stack(w, 2);
  std::atomic<int> wrong{0};
  in_threads(4, [&](int t) {
    Context context = f.new_context();
    std::vector<Tensor> y{ones()};
    const Tensor x = ones();
    for (int i = 0; i < 100; ++i) {
      if (t == 0) w->set_value(Tensor::full(DType::float32, {20, 20, 3, 3}, i % 3));
      if (t == 1)
        y = f({x});
      else
        f.run_into(context, std::span(&x, 1), y);
      // One of the sets, whole; the thread that replaces them sees its own.
      const bool is_one = is_of(0, y[0]) || is_of(1, y[0]) || is_of(2, y[0]);
      if (!is_one || (t == 0 && !is_of(i % 3, y[0]))) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST(CpuExecutable, OneFunctionAndAnotherOfTheSameParametersShareNothing) {
  const ParameterPtr w = weights(1);
  const Function f = stack(w, 2), g = stack(w, 3);
  std::atomic<int> wrong{0};
  in_threads(4, [&](int t) {
    for (int i = 0; i < 100; ++i)
      if (!is_of(1, (t % 2 == 0 ? f : g)({ones()})[0])) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
}

/// Stops a call when it has asked `checks` times.
Cancellation after(int checks) {
  const auto left = std::make_shared<std::atomic<int>>(checks);
  return Cancellation([left] { return --*left < 0; });
}

TEST(CpuExecutable, ACallThatIsStoppedAnywhereLeavesTheFunctionUsable) {
  for (const int threads : {1, 3})
    for (int checks = 0; checks < 12; ++checks) {
      const ParameterPtr w = weights(1);
      const Function f = stack(w, threads);
      Context context = f.new_context();
      std::vector<Tensor> y{ones()};
      const Tensor x = ones(), first = *w->value();
      const auto gives = [&](double weight) {
        f.run_into(context, std::span(&x, 1), y);
        return is_of(weight, y[0]);
      };
      // Before anything was made of the parameters, and while new ones replace old ones.
      for (const double weight : {1.0, 2.0}) {
        if (weight == 2) w->set_value(Tensor::full(DType::float32, {20, 20, 3, 3}, weight));
        const Cancellation cancellation = after(checks);
        try {
          f.run_into(context, std::span(&x, 1), y, {.cancellation = &cancellation});
          EXPECT_GE(checks, 2) << "nothing asked whether to stop";
        } catch (const CancelledError&) {
        }
        if (weight == 1) {
          EXPECT_TRUE(gives(1)) << checks << " checks";
        }
      }
      // Back to the first ones, whose packed weights may be half overwritten.
      w->set_value(first);
      EXPECT_TRUE(gives(1)) << checks << " checks";
      w->set_value(Tensor::full(DType::float32, {20, 20, 3, 3}, 2));
      EXPECT_TRUE(gives(2)) << checks << " checks";
    }
}

TEST(CpuExecutable, AFirstCallStoppedWhileConstantsArePackedLeavesNothingHalfMade) {
  const Value x = input("x", image);
  const Value w = constant(Tensor::full(DType::float32, {20, 20, 3, 3}, 1));
  const Conv same{.padding = 1};
  const Graph graph({x}, {conv(relu(conv(x, w, same)), w, same)});
  const std::vector<Tensor> inputs{ones()};
  for (int checks = 0; checks < 4; ++checks) {
    const std::unique_ptr<Executable> stopped = cpu::compile(graph, {.threads = 2});
    const auto state = stopped->new_state();
    std::vector<Tensor> outputs{Tensor::zeros(DType::float32, to_extents(image.shape))};
    int asked = 0;
    const Cancellation early([&] { return asked++ >= checks; }), never;
    EXPECT_THROW(stopped->run(*state, {inputs, {}}, outputs, early), CancelledError);
    stopped->run(*state, {inputs, {}}, outputs, never);
    EXPECT_TRUE(is_of(1, outputs[0])) << checks << " checks";
  }
}

TEST(CpuExecutable, WhatRanIsTheInstructionSetThatWasAskedFor) {
  for (const cpu::Tier tier : cpu::tiers()) {
    const Value x = input("x", image), w = parameter(weights(1));
    const Function f = compile({x}, {relu(conv(x, w, {.padding = 1}))},
                               {.backend = "cpu", .cpu = {.threads = 2, .tier = tier}});
    EXPECT_THAT(f.profile(std::vector<Tensor>{ones()}).instruction_sets(),
                ElementsAre(to_string(tier)));
  }
#if defined(__aarch64__)
  EXPECT_THAT(cpu::tiers(), ElementsAre(cpu::Tier::neon));
#endif
}

TEST(CpuExecutable, WrongDataIsReportedAndTheNextCallIsWell) {
  const Value x = input("x", {DType::float32, {50, 64}});
  const Value rows = input("rows", {DType::int64, {400}});
  const Function f = compile({x, rows}, {relu(gather(relu(x), rows, 0, "rows_of_x"))}, on_cpu(3));
  const Tensor table = Tensor::full(DType::float32, {50, 64}, 3);
  const Tensor good = Tensor::full(DType::int64, {400}, 49);
  Context context = f.new_context();
  std::vector<Tensor> y{Tensor(DType::float32, {400, 64})};
  // Wherever the wrong index is: each thread has a share of them.
  for (const size_t at : {0u, 150u, 399u}) {
    Tensor bad = Tensor::full(DType::int64, {400}, 1);
    bad.data<int64_t>()[at] = 1000;
    const std::vector<Tensor> wrong{table, bad}, right{table, good};
    try {
      f.run_into(context, wrong, y);
      ADD_FAILURE() << "index 1000 of 50 was taken";
    } catch (const IndexError& error) {
      EXPECT_THAT(error.what(), HasSubstr("rows_of_x"));
      EXPECT_THAT(error.what(), HasSubstr("1000"));
    }
    f.run_into(context, right, y);
    EXPECT_TRUE(y[0].identical(Tensor::full(DType::float32, {400, 64}, 3)));
  }
}

TEST(CpuExecutable, ErrorsOfSeveralThreadsAtOnceComeOutAsOne) {
  const Value x = input("x", {DType::float32, {50, 8}});
  const Value rows = input("rows", {DType::int64, {64}});
  const Function f = compile({x, rows}, {gather(x, rows)}, on_cpu(2));
  const Tensor table = Tensor::full(DType::float32, {50, 8}, 3);
  std::atomic<int> errors{0}, wrong{0};
  in_threads(4, [&](int t) {
    const Tensor index = Tensor::full(DType::int64, {64}, t % 2 == 0 ? 7 : 77);
    for (int i = 0; i < 50; ++i) try {
        if (f({table, index})[0].at(5) != 3 || t % 2 == 1) ++wrong;
      } catch (const IndexError&) {
        ++errors;
      }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(errors, 100);
}

}  // namespace
}  // namespace convoy
