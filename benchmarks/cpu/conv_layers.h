// Times the kernels of one convolution on one thread, as GFLOP/s: what their benchmarks share.
#pragma once

#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

class Aligned {
 public:
  explicit Aligned(int64_t floats)
      : data_(static_cast<float*>(
            ::operator new(static_cast<size_t>(floats + 16) * sizeof(float), alignment))) {
    for (int64_t i = 0; i < floats; ++i) data_[i] = 0.001f * static_cast<float>(i % 1001 - 500);
  }
  ~Aligned() { ::operator delete(data_, alignment); }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  float* data() { return data_; }

 private:
  static constexpr std::align_val_t alignment{64};
  float* data_;
};

/// A layer with half padding and dense arrays; axes that the kernel lacks have size 1.
inline ConvGeometry layer(int64_t groups, int64_t channels, int64_t outputs, const Axes& kernel,
                          int64_t stride, const Axes& size, bool plain = false) {
  ConvGeometry g;
  g.groups = groups;
  g.channels = channels / groups;
  g.outputs = outputs / groups;
  g.in = size;
  g.kernel = kernel;
  for (size_t a = 0; a < 3; ++a) {
    g.stride[a] = size[a] == 1 ? 1 : stride;
    g.begin[a] = kernel[a] / 2;
    g.out[a] = (size[a] + 2 * g.begin[a] - kernel[a]) / g.stride[a] + 1;
  }
  g.plain_input = plain;
  g.x = plain ? plain_strides(channels, g.in) : blocked_strides(channels, g.in);
  g.y = g.residual = blocked_strides(outputs, g.out);
  return g;
}

/// Api as in tests/cpu/conv_check.h.
template <class Api>
void time_layer(benchmark::State& state, const ConvGeometry& g, const Epilogue& epilogue,
                Tier tier) {
  const auto plan = Api::plan(g, epilogue, tier);
  Aligned x(g.batch * g.x.batch), y(g.batch * g.y.batch), packed(packed_size(plan));
  Aligned bias(whole_blocks(g.groups * g.outputs)), scratch(scratch_bytes(plan) / 4);
  Aligned weights(g.groups * g.outputs * g.channels * product(g.kernel));
  const int64_t taps = product(g.kernel);
  const WeightView view{weights.data(),    0,    g.outputs * g.channels * taps,
                        g.channels * taps, taps, {g.kernel[1] * g.kernel[2], g.kernel[2], 1}};
  Api::pack(tier)(plan, view, packed.data(), {0, pack_items(plan)});
  Worker worker{scratch.data()};
  const auto kernel = Api::kernel(tier);
  const ConvArrays at{x.data(), packed.data(), bias.data(), nullptr, y.data()};
  for (auto _ : state) {
    kernel(plan, at, {0, items(plan)}, worker);
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] = benchmark::Counter(
      2e-9 * static_cast<double>(g.products() * state.iterations()), benchmark::Counter::kIsRate);
  state.counters["items"] = static_cast<double>(items(plan));
}

struct Layer {
  const char* name;
  ConvGeometry geometry;
  Epilogue epilogue = {};
};

/// NAME/TIER for every layer and tier of this machine.
template <class Api>
void register_layers(const std::string& family, const std::vector<Layer>& layers) {
  for (const Tier tier : tiers())
    for (const Layer& one : layers)
      benchmark::RegisterBenchmark(
          (family + '/' + one.name + '/' +
           std::string(EnumNames<Tier>::values[static_cast<size_t>(tier)].second))
              .c_str(),
          [one, tier](benchmark::State& state) {
            time_layer<Api>(state, one.geometry, one.epilogue, tier);
          });
}

}  // namespace convoy::cpu
