// Convolution of bfloat16 images: layers of networks, on one thread, as planned for two.
#include "convoy/cpu/kernels/conv_bf16.h"

#include <string>

#include "benchmarks/cpu/conv_layers.h"

namespace convoy::cpu {
namespace {

void time_bf16(benchmark::State& state, const Layer& layer, Bf16Set set) {
  const ConvGeometry& g = layer.geometry;
  const Bf16Conv plan = plan_bf16(g, layer.epilogue, {.set = set, .threads = 2});
  // As many floats as an array of bfloat16 has elements: twice its bytes.
  Aligned x(g.batch * g.x.batch), y(g.batch * g.y.batch), packed(packed_size(plan));
  Aligned bias(whole_blocks(g.groups * g.outputs)), scratch(scratch_bytes(plan) / 4);
  Aligned weights(g.groups * g.outputs * g.channels * product(g.kernel));
  const int64_t taps = product(g.kernel);
  const WeightView view{weights.data(),    0,    g.outputs * g.channels * taps,
                        g.channels * taps, taps, {g.kernel[1] * g.kernel[2], g.kernel[2], 1}};
  pack_bf16(plan, view, packed.data(), {0, pack_items(plan)});
  if (!g.plain_input)
    for (int64_t i = 0; i < g.batch * g.x.batch; ++i)
      reinterpret_cast<BFloat16*>(x.data())[i] = BFloat16(static_cast<float>(i % 101 - 50) / 64);
  Worker worker{scratch.data()};
  const Bf16ConvKernel kernel = bf16_kernel(set);
  const Bf16ConvArrays at{x.data(), packed.data(), bias.data(), nullptr, y.data()};
  for (auto _ : state) {
    kernel(plan, at, {0, items(plan)}, worker);
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] = benchmark::Counter(
      2e-9 * static_cast<double>(g.products() * state.iterations()), benchmark::Counter::kIsRate);
  state.counters["items"] = static_cast<double>(items(plan));
}

constexpr Axes square(int64_t size) { return {1, size, size}; }

const Epilogue silu{.kind = Epilogue::Kind::silu};
const Epilogue relu{.low = 0};

[[maybe_unused]] const bool registered = [] {
  const Axes one = square(1), three = square(3);
  for (const Bf16Set set : bf16_sets())
    for (const Layer& layer : {
             // YOLO11n at 640 × 640
             Layer{"stem3x3s2_3-16@640_silu", layer(1, 3, 16, three, 2, square(640), true), silu},
             {"3x3s2_16-32@320_silu", layer(1, 16, 32, three, 2, square(320)), silu},
             {"1x1_32-32@160_silu", layer(1, 32, 32, one, 1, square(160)), silu},
             {"3x3_16-8@160_silu", layer(1, 16, 8, three, 1, square(160)), silu},
             {"3x3_8-16@160_silu", layer(1, 8, 16, three, 1, square(160)), silu},
             {"1x1_48-64@160_silu", layer(1, 48, 64, one, 1, square(160)), silu},
             {"3x3s2_64-64@160_silu", layer(1, 64, 64, three, 2, square(160)), silu},
             {"1x1_96-128@80_silu", layer(1, 96, 128, one, 1, square(80)), silu},
             {"3x3s2_128-128@80_silu", layer(1, 128, 128, three, 2, square(80)), silu},
             {"3x3_64-64@80_silu", layer(1, 64, 64, three, 1, square(80)), silu},
             {"3x3_32-32@40_silu", layer(1, 32, 32, three, 1, square(40)), silu},
             {"1x1_256-128@40_silu", layer(1, 256, 128, one, 1, square(40)), silu},
             {"1x1_64-80@80", layer(1, 64, 80, one, 1, square(80))},
             {"depthwise3x3_80@80_silu", layer(80, 80, 80, three, 1, square(80)), silu},
             {"3x3_64-64@20_silu", layer(1, 64, 64, three, 1, square(20)), silu},
             {"1x1_256-256@20_silu", layer(1, 256, 256, one, 1, square(20)), silu},
             // ResNet-50
             {"stem7x7s2_3-64@224_relu", layer(1, 3, 64, square(7), 2, square(224), true), relu},
             {"1x1_64-256@56_relu", layer(1, 64, 256, one, 1, square(56)), relu},
             {"3x3_64-64@56_relu", layer(1, 64, 64, three, 1, square(56)), relu},
             {"1x1_256-64@56_relu", layer(1, 256, 64, one, 1, square(56)), relu},
             {"3x3_128-128@28_relu", layer(1, 128, 128, three, 1, square(28)), relu},
             {"1x1_512-128@28_relu", layer(1, 512, 128, one, 1, square(28)), relu},
             {"3x3_256-256@14_relu", layer(1, 256, 256, three, 1, square(14)), relu},
             {"1x1_256-1024@14_relu", layer(1, 256, 1024, one, 1, square(14)), relu},
             {"3x3_512-512@7_relu", layer(1, 512, 512, three, 1, square(7)), relu},
             {"1x1_2048-512@7_relu", layer(1, 2048, 512, one, 1, square(7)), relu},
             {"1x1_2048-1000@1", layer(1, 2048, 1000, one, 1, square(1))},
             // others
             {"3x3_grouped4x32@56", layer(32, 128, 128, three, 1, square(56))},
             {"depthwise5x5s2_240@28", layer(240, 240, 240, square(5), 2, square(28))},
             {"3d3x3x3_64-64@16x28x28", layer(1, 64, 64, {3, 3, 3}, 1, {16, 28, 28})},
         })
      benchmark::RegisterBenchmark(
          (std::string("bf16/") + layer.name + '/' + std::string(to_string(set))).c_str(),
          [layer, set](benchmark::State& state) { time_bf16(state, layer, set); });
  return true;
}();

}  // namespace
}  // namespace convoy::cpu
