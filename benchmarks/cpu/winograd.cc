// Winograd convolutions: GFLOP/s as if computed directly, so more than the machine's peak is
// possible. `cold` walks through copies of the weights beyond the caches, as whole networks do.

#include "convoy/cpu/kernels/winograd.h"

#include <algorithm>
#include <barrier>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using namespace convoy::cpu;

struct Free {
  void operator()(float* p) const { ::operator delete(p, std::align_val_t{64}); }
};
using Floats = std::unique_ptr<float, Free>;
Floats floats(int64_t count) {
  const size_t size = static_cast<size_t>(count);
  Floats result(
      static_cast<float*>(::operator new((size + 16) * sizeof(float), std::align_val_t{64})));
  for (size_t i = 0; i < size; ++i)
    result.get()[i] = static_cast<float>(i * 2654435761u % 2048) / 1024.f - 1;
  return result;
}

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

/// One layer with its arrays, run by any number of threads.
class Layer {
 public:
  Layer(const Case& c, Tier tier, int threads)
      : conv_(geometry(c)),
        plan_(plan_winograd(conv_, relu(), tier, c.form, {.threads = threads})),
        kernel_(winograd_kernel(tier)),
        step_((packed_size(plan_) + 15) / 16 * 16),
        copies_(c.cold ? std::max<int64_t>(2, (96 << 20) / (4 * step_)) : 1),
        x_(floats(conv_.batch * conv_.x.batch)),
        packed_(floats(step_ * copies_)),
        bias_(floats(whole_blocks(conv_.outputs))),
        y_(floats(conv_.batch * conv_.y.batch)),
        shared_(floats(shared_bytes(plan_) / 4)) {
    for (int i = 0; i < threads; ++i) scratch_.push_back(floats(scratch_bytes(plan_) / 4));
  }

  void phase(int phase, int thread) {
    Worker worker{scratch_[static_cast<size_t>(thread)].get()};
    const int64_t threads = static_cast<int64_t>(scratch_.size());
    const float* weights = packed_.get() + turn_ % copies_ * step_;
    kernel_(plan_, phase, {{x_.get(), weights, bias_.get(), nullptr, y_.get()}, shared_.get()},
            share(items(plan_, phase), thread, threads), worker);
  }
  void next() { ++turn_; }

  const WinogradConv& plan() const { return plan_; }
  void report(benchmark::State& state) const {
    const double flops = 2e-9 * static_cast<double>(conv_.products());
    state.counters["GFLOP/s"] =
        benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["cost"] = winograd_cost(plan_) * 2e-9;
    state.counters["chunk"] = static_cast<double>(plan_.chunk_tiles);
  }

 private:
  static Epilogue relu() { return {.low = 0}; }

  ConvGeometry conv_;
  WinogradConv plan_;
  WinogradKernel kernel_;
  int64_t step_, copies_, turn_ = 0;
  Floats x_, packed_, bias_, y_, shared_;
  std::vector<Floats> scratch_;
};

void one_thread(benchmark::State& state, Case c, Tier tier) {
  Layer layer(c, tier, 1);
  for (auto _ : state) {
    for (int phase = 0; phase < layer.plan().phases; ++phase) layer.phase(phase, 0);
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
      layer.phase(phase, thread);
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
  return true;
}();

}  // namespace
