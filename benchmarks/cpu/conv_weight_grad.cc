// Gradients of convolutions' weights, one thread, on the best instruction set of the machine.

#include "convoy/cpu/kernels/conv_weight_grad.h"

#include <memory>
#include <new>
#include <string>

#include <benchmark/benchmark.h>

#include "convoy/cpu/kernels/winograd_weight_grad.h"

namespace {

using namespace convoy::cpu;

struct Free {
  void operator()(float* p) const { ::operator delete(p, std::align_val_t{64}); }
};
using Floats = std::unique_ptr<float, Free>;
Floats floats(int64_t count) {
  const size_t size = static_cast<size_t>(count);
  Floats result(static_cast<float*>(::operator new(size * sizeof(float), std::align_val_t{64})));
  for (size_t i = 0; i < size; ++i)
    result.get()[i] = static_cast<float>(i * 2654435761u % 2048) / 1024.f - 1;
  return result;
}

/// A square convolution with half padding.
ConvGeometry square(int64_t batch, int64_t groups, int64_t channels, int64_t outputs, int64_t size,
                    int64_t kernel, int64_t stride) {
  ConvGeometry conv{.batch = batch,
                    .groups = groups,
                    .channels = channels / groups,
                    .outputs = outputs / groups,
                    .in = {1, size, size},
                    .kernel = {1, kernel, kernel},
                    .out = {1, (size - 1) / stride + 1, (size - 1) / stride + 1},
                    .stride = {1, stride, stride},
                    .begin = {0, kernel / 2, kernel / 2},
                    .plain_input = channels <= 4};
  conv.x = conv.plain_input ? plain_strides(channels, conv.in) : blocked_strides(channels, conv.in);
  conv.y = blocked_strides(outputs, conv.out);
  return conv;
}

void direct(benchmark::State& state, const ConvGeometry& conv) {
  const WeightGradPlan plan = weight_grad_plan(tiers().front(), conv);
  const WeightGradKernel kernel = weight_grad_kernel(tiers().front());
  const Floats x = floats(conv.batch * conv.x.batch), grad = floats(conv.batch * conv.y.batch),
               w = floats(conv.groups * conv.outputs * conv.channels * product(conv.kernel)),
               scratch = floats(scratch_bytes(plan) / 4);
  const WeightGradArrays at{x.get(), grad.get(), nullptr, w.get()};
  Worker worker{scratch.get()};
  for (auto _ : state) kernel(plan, at, {0, items(plan)}, worker);
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(conv.products()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
  state.counters["items"] = static_cast<double>(items(plan));
}

void winograd(benchmark::State& state, const ConvGeometry& conv, int64_t threads) {
  const WinogradWeightGrad plan = winograd_weight_grad_plan(tiers().front(), conv, threads);
  const WinogradWeightGradKernel kernel = winograd_weight_grad_kernel(tiers().front());
  const Floats x = floats(conv.batch * conv.x.batch), grad = floats(conv.batch * conv.y.batch),
               w = floats(conv.outputs * conv.channels * product(conv.kernel)),
               scratch = floats(scratch_bytes(plan) / 4), shared = floats(shared_bytes(plan) / 4);
  const WeightGradArrays at{x.get(), grad.get(), shared.get(), w.get()};
  Worker worker{scratch.get()};
  for (auto _ : state)
    for (int phase = 0; phase < phases(plan); ++phase)
      kernel(plan, phase, at, {0, items(plan, phase)}, worker);
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(conv.products()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
  state.counters["items"] = static_cast<double>(items(plan, 0));
}

struct Case {
  const char* name;
  ConvGeometry conv;
};
const Case cases[] = {
    {"3x3/64@56", square(4, 1, 64, 64, 56, 3, 1)},
    {"3x3/128@28", square(4, 1, 128, 128, 28, 3, 1)},
    {"3x3/256@14", square(4, 1, 256, 256, 14, 3, 1)},
    {"3x3/512@7", square(4, 1, 512, 512, 7, 3, 1)},
    {"1x1/256-64@56", square(4, 1, 256, 64, 56, 1, 1)},
    {"1x1/64-256@56", square(4, 1, 64, 256, 56, 1, 1)},
    {"1x1/96-24@56", square(4, 1, 96, 24, 56, 1, 1)},
    {"1x1/960-160@7", square(4, 1, 960, 160, 7, 1, 1)},
    {"3x3s2/128@56", square(4, 1, 128, 128, 56, 3, 2)},
    {"stem7x7s2/3-64@224", square(4, 1, 3, 64, 224, 7, 2)},
    {"stem3x3s2/3-32@224", square(4, 1, 3, 32, 224, 3, 2)},
    {"grouped32/256@28", square(4, 32, 256, 256, 28, 3, 1)},
};

const bool registered = [] {
  for (const Case& c : cases) {
    const std::string name = c.name;
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
