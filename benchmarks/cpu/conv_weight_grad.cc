// Gradients of convolutions' weights, one thread, on the best instruction set of the machine.

#include "convoy/cpu/kernels/conv_weight_grad.h"

#include <algorithm>
#include <string>

#include <benchmark/benchmark.h>

#include "benchmarks/cpu/conv_layers.h"
#include "convoy/cpu/kernels/conv_depthwise_grad.h"
#include "convoy/cpu/kernels/winograd_weight_grad.h"
#include "convoy/cpu/memory.h"

namespace {

using namespace convoy::cpu;

/// Arrays side by side, as in a plan's arena.
class Arena {
 public:
  float* floats(int64_t count) {
    float* data = reinterpret_cast<float*>(memory_.data()) + used_;
    used_ += (count + 15) / 16 * 16;
    for (int64_t i = 0; i < count; ++i) data[i] = static_cast<float>(i * 40503 % 2048) / 1024 - 1;
    return data;
  }

 private:
  Memory memory_{int64_t{256} << 20};
  int64_t used_ = 0;
};

/// A square layer of four images.
ConvGeometry square(int64_t groups, int64_t channels, int64_t outputs, int64_t size, int64_t kernel,
                    int64_t stride) {
  ConvGeometry conv =
      layer(groups, channels, outputs, {1, kernel, kernel}, stride, {1, size, size}, channels <= 4);
  conv.batch = 4;
  return conv;
}

void direct(benchmark::State& state, const ConvGeometry& conv) {
  const WeightGradPlan plan = weight_grad_plan(tiers().front(), conv);
  const WeightGradKernel kernel = weight_grad_kernel(tiers().front());
  Arena arena;
  const WeightGradArrays at{
      arena.floats(conv.batch * conv.x.batch), arena.floats(conv.batch * conv.y.batch),
      arena.floats(conv.groups * conv.outputs * conv.channels * product(conv.kernel)),
      arena.floats(shared_bytes(plan) / 4)};
  Worker worker{arena.floats(scratch_bytes(plan) / 4)};
  for (auto _ : state) {
    kernel(plan, at, {0, items(plan)}, worker);
    add_weight_grad_parts(plan, at, {0, add_items(plan)}, worker);
  }
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(conv.products()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
  state.counters["items"] = static_cast<double>(items(plan));
}

void winograd(benchmark::State& state, const ConvGeometry& conv, int64_t threads) {
  const WinogradWeightGrad plan = winograd_weight_grad_plan(tiers().front(), conv, threads);
  const WinogradWeightGradKernel kernel = winograd_weight_grad_kernel(tiers().front());
  Arena arena;
  const WeightGradArrays at{arena.floats(conv.batch * conv.x.batch),
                            arena.floats(conv.batch * conv.y.batch),
                            arena.floats(conv.outputs * conv.channels * product(conv.kernel)),
                            arena.floats(shared_bytes(plan) / 4)};
  Worker worker{arena.floats(scratch_bytes(plan) / 4)};
  for (auto _ : state)
    for (int phase = 0; phase < phases(plan); ++phase)
      kernel(plan, phase, at, {0, items(plan, phase)}, worker);
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(conv.products()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
  state.counters["items"] = static_cast<double>(items(plan, 0));
}

void depthwise(benchmark::State& state, const ConvGeometry& conv, bool of_input) {
  Arena arena;
  float* x = arena.floats(conv.batch * conv.x.batch);
  float* grad = arena.floats(conv.batch * conv.y.batch);
  float* w = arena.floats(conv.groups * product(conv.kernel));
  Worker worker{arena.floats(std::max(depthwise_weight_grad_scratch_bytes(conv),
                                      depthwise_input_grad_scratch_bytes(conv)))};
  const Tier tier = tiers().front();
  for (auto _ : state)
    if (of_input)
      depthwise_input_grad_kernel(tier)(conv, {grad, w, x}, {0, depthwise_input_grad_items(conv)},
                                        worker);
    else
      depthwise_weight_grad_kernel(tier)(conv, {x, grad, w}, {0, depthwise_weight_grad_items(conv)},
                                         worker);
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(conv.products()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

struct Case {
  const char* name;
  ConvGeometry conv;
};
const Case cases[] = {
    {"3x3/64@56", square(1, 64, 64, 56, 3, 1)},
    {"3x3/128@28", square(1, 128, 128, 28, 3, 1)},
    {"3x3/256@14", square(1, 256, 256, 14, 3, 1)},
    {"3x3/512@7", square(1, 512, 512, 7, 3, 1)},
    {"1x1/256-64@56", square(1, 256, 64, 56, 1, 1)},
    {"1x1/64-256@56", square(1, 64, 256, 56, 1, 1)},
    {"1x1/96-24@56", square(1, 96, 24, 56, 1, 1)},
    {"1x1/960-160@7", square(1, 960, 160, 7, 1, 1)},
    {"3x3s2/128@56", square(1, 128, 128, 56, 3, 2)},
    {"stem7x7s2/3-64@224", square(1, 3, 64, 224, 7, 2)},
    {"stem3x3s2/3-32@224", square(1, 3, 32, 224, 3, 2)},
    {"grouped32/256@28", square(32, 256, 256, 28, 3, 1)},
    {"3x3/128@56", square(128, 128, 128, 56, 3, 1)},
    {"3x3s2/128@56", square(128, 128, 128, 56, 3, 2)},
    {"5x5/240@28", square(240, 240, 240, 28, 5, 1)},
    {"3x3/960@7", square(960, 960, 960, 7, 3, 1)},
};

const bool registered = [] {
  for (const Case& c : cases) {
    const std::string name = c.name;
    if (depthwise_grad_fits(c.conv)) {
      benchmark::RegisterBenchmark(("conv_depthwise_grad/weight/" + name).c_str(), depthwise,
                                   c.conv, false);
      benchmark::RegisterBenchmark(("conv_depthwise_grad/input/" + name).c_str(), depthwise, c.conv,
                                   true);
      continue;
    }
    benchmark::RegisterBenchmark(("conv_weight_grad/direct/" + name).c_str(), direct, c.conv);
    if (!winograd_weight_grad_fits(c.conv)) continue;
    for (const int64_t threads : {1, 2})
      benchmark::RegisterBenchmark(
          ("conv_weight_grad/winograd/" + name + "/plan_for:" + std::to_string(threads)).c_str(),
          winograd, c.conv, threads);
  }
  return true;
}();

}  // namespace
