// Winograd convolutions: GFLOP/s as if computed directly, so more than the machine's peak is
// possible. `cold` walks through copies of the weights beyond the caches, as whole networks do.

#include "convoy/cpu/kernels/winograd.h"

#include <algorithm>
#include <barrier>
#include <string>
#include <thread>
#include <utility>

#include <benchmark/benchmark.h>

#include "convoy/cpu/machine.h"
#include "convoy/cpu/memory.h"

namespace {

using namespace convoy::cpu;

struct Case {
  const char* name;
  WinogradForm form;
  int64_t batch, channels, outputs, depth, size;
  bool cold;
};

ConvGeometry geometry(const Case& c) {
  const int64_t stride = c.form == WinogradForm::stride2 ? 2 : 1, out = (c.size - 1) / stride + 1;
  const int64_t deep = c.depth > 1 ? 1 : 0;
  ConvGeometry conv{.batch = c.batch,
                    .channels = c.channels,
                    .outputs = c.outputs,
                    .in = {c.depth, c.size, c.size},
                    .kernel = {1 + 2 * deep, 3, 3},
                    .out = {c.depth, out, out},
                    .stride = {1, stride, stride},
                    .begin = {deep, 1, 1}};
  conv.x = blocked_strides(c.channels, conv.in);
  conv.y = blocked_strides(c.outputs, conv.out);
  return conv;
}

/// One layer with its arrays in one piece of memory, run by any number of threads.
class Layer {
 public:
  Layer(const Case& c, Tier tier, int64_t threads)
      : conv_(geometry(c)),
        plan_(plan_winograd(
            conv_, {.low = 0}, tier, c.form,
            {.l2_bytes = l2_cache_bytes(), .threads = threads, .pace = multiply_adds_per_byte()})),
        kernel_(winograd_kernel(tier)),
        threads_(threads),
        step_(aligned(packed_size(plan_) * 4)),
        copies_(c.cold ? std::max<int64_t>(2, (96 << 20) / step_) : 1) {
    const auto reserve = [&](int64_t bytes) {
      return std::exchange(size_, size_ + aligned(bytes));
    };
    x_ = reserve(conv_.batch * conv_.x.batch * 4);
    y_ = reserve(conv_.batch * conv_.y.batch * 4);
    bias_ = reserve(whole_blocks(conv_.outputs) * 4);
    shared_ = reserve(shared_bytes(plan_));
    scratch_ = reserve(aligned(scratch_bytes(plan_)) * threads);
    weights_ = reserve(step_ * copies_);
    memory_ = Memory(size_);
    for (int64_t i = 0; i < size_ / 4; ++i)
      at(0)[i] = static_cast<float>(i * 2654435761 % 2048) / 1024.f - 1;
  }

  void run(int phase, int64_t thread) {
    Worker worker{at(scratch_ + thread * aligned(scratch_bytes(plan_)))};
    const float* weights = at(weights_ + turn_ % copies_ * step_);
    kernel_(plan_, phase, {{at(x_), weights, at(bias_), nullptr, at(y_)}, at(shared_)},
            share(items(plan_, phase), thread, threads_), worker);
  }
  void next() { ++turn_; }

  const WinogradConv& plan() const { return plan_; }
  void report(benchmark::State& state) const {
    const double flops = 2e-9 * static_cast<double>(conv_.products());
    state.counters["GFLOP/s"] =
        benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["cost"] = 2e-9 * winograd_cost(plan_);
  }

 private:
  float* at(int64_t offset) { return reinterpret_cast<float*>(memory_.data() + offset); }

  ConvGeometry conv_;
  WinogradConv plan_;
  WinogradKernel kernel_;
  int64_t threads_, step_, copies_, turn_ = 0, size_ = 0;
  int64_t x_, y_, bias_, shared_, scratch_, weights_;  // offsets
  Memory memory_;
};

void one_thread(benchmark::State& state, Case c, Tier tier) {
  Layer layer(c, tier, 1);
  for (auto _ : state) {
    for (int phase = 0; phase < layer.plan().phases; ++phase) layer.run(phase, 0);
    layer.next();
  }
  layer.report(state);
}

void two_threads(benchmark::State& state, Case c, Tier tier) {
  Layer layer(c, tier, 2);
  std::barrier meet(2);
  bool stop = false;
  const auto run = [&](int thread) {
    for (int phase = 0; phase < layer.plan().phases; ++phase) {
      layer.run(phase, thread);
      meet.arrive_and_wait();
    }
  };
  std::thread other([&] {
    for (;;) {
      meet.arrive_and_wait();
      if (stop) return;
      run(1);
    }
  });
  for (auto _ : state) {
    meet.arrive_and_wait();
    run(0);
    layer.next();
  }
  stop = true;
  meet.arrive_and_wait();
  other.join();
  layer.report(state);
}

/// Training packs weights anew in each step: bytes of transformed weights.
void pack(benchmark::State& state, Case c, Tier tier) {
  const ConvGeometry conv = geometry(c);
  const WinogradConv plan = plan_winograd(conv, {}, tier, c.form);
  const int64_t size = conv.outputs * conv.channels * 9, bytes = packed_size(plan) * 4;
  const Memory memory(aligned(size * 4) + bytes);
  float* packed = reinterpret_cast<float*>(memory.data());
  float* weights = packed + packed_size(plan);
  std::fill(weights, weights + size, 1.f);
  const WeightView view{weights, 0, 0, conv.channels * 9, 9, {9, 3, 1}};
  for (auto _ : state) winograd_pack(tier)(plan, view, packed, {0, pack_items(plan)});
  state.SetBytesProcessed(state.iterations() * bytes);
}

constexpr WinogradForm f4 = WinogradForm::f4x4, f2 = WinogradForm::f2x2, s2 = WinogradForm::stride2;
const Case cases[] = {
    {"16@160", f4, 1, 16, 16, 1, 160, false},
    {"32@80", f4, 1, 32, 32, 1, 80, false},
    {"64@80", f4, 1, 64, 64, 1, 80, false},
    {"64@56x4", f4, 4, 64, 64, 1, 56, false},
    {"128@28", f4, 1, 128, 128, 1, 28, false},
    {"128@40", f4, 1, 128, 128, 1, 40, false},
    {"256@20", f4, 1, 256, 256, 1, 20, true},
    {"256@14", f4, 1, 256, 256, 1, 14, false},
    {"256@14/cold", f4, 1, 256, 256, 1, 14, true},
    {"256@14x8/cold", f4, 8, 256, 256, 1, 14, true},
    {"512@14/cold", f4, 1, 512, 512, 1, 14, true},
    {"512@7", f4, 1, 512, 512, 1, 7, false},
    {"512@7/cold", f4, 1, 512, 512, 1, 7, true},
    {"512@7x8/cold", f4, 8, 512, 512, 1, 7, true},
    {"64@80", f2, 1, 64, 64, 1, 80, false},
    {"128@28", f2, 1, 128, 128, 1, 28, false},
    {"256@14/cold", f2, 1, 256, 256, 1, 14, true},
    {"512@7/cold", f2, 1, 512, 512, 1, 7, true},
    {"512@7x8/cold", f2, 8, 512, 512, 1, 7, true},
    {"64@160", s2, 1, 64, 64, 1, 160, false},
    {"128@80", s2, 1, 128, 128, 1, 80, false},
    {"128-256@40", s2, 1, 128, 256, 1, 40, false},
    {"128-256@40/cold", s2, 1, 128, 256, 1, 40, true},
    {"64@8x56", f4, 1, 64, 64, 8, 56, false},
};

const bool registered = [] {
  for (const Case& c : cases) {
    const std::string name =
        "winograd/" + std::string(convoy::to_string(c.form)) + '/' + c.name + '/';
    for (const Tier tier : tiers())
      benchmark::RegisterBenchmark((name + std::string(convoy::to_string(tier))).c_str(),
                                   one_thread, c, tier);
    benchmark::RegisterBenchmark((name + "two_threads").c_str(), two_threads, c, tiers().front())
        ->UseRealTime();
  }
  for (const int64_t channels : {64, 512})
    benchmark::RegisterBenchmark(("winograd/pack/" + std::to_string(channels)).c_str(), pack,
                                 Case{"", f4, 1, channels, channels, 1, 7, false}, tiers().front());
  return true;
}();

}  // namespace
