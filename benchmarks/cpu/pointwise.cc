// What is bound by memory, and products of matrices: bytes or FLOPs a second on one thread.

#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "convoy/cpu/kernels/elementwise.h"
#include "convoy/cpu/kernels/gemm.h"
#include "convoy/cpu/kernels/reduce.h"
#include "convoy/cpu/kernels/softmax.h"

namespace {

using namespace convoy;
using namespace convoy::cpu;

/// 64-byte aligned, with numbers around 0.
class Memory {
 public:
  explicit Memory(int64_t floats)
      : data_(static_cast<float*>(
                  std::aligned_alloc(64, static_cast<size_t>(floats * 4 + 63) / 64 * 64 + 64)),
              std::free) {
    for (int64_t i = 0; i < floats; ++i)
      data_.get()[i] = static_cast<float>(i * 37 % 101 - 50) * 0.04f;
  }
  operator float*() const { return data_.get(); }

 private:
  std::unique_ptr<float, void (*)(void*)> data_;
};

void measure(benchmark::State& state, int64_t scratch_bytes, int64_t bytes, int64_t flops,
             const std::function<void(Worker&)>& run) {
  const Memory scratch(scratch_bytes / 4 + 1);
  Worker worker;
  worker.scratch = scratch;
  for ([[maybe_unused]] const auto _ : state) run(worker);
  const auto rate = [&](int64_t amount) {
    return benchmark::Counter(static_cast<double>(amount) * 1e-9,
                              benchmark::Counter::kIsIterationInvariantRate);
  };
  if (bytes > 0) state.counters["GB/s"] = rate(bytes);
  if (flops > 0) state.counters["GFLOP/s"] = rate(flops);
}

const Access line{DType::float32, {0, 0, 0, 0, 0, 1}};

/// silu(x)·y + z, arrays of so many MiB.
void fused_silu(benchmark::State& state) {
  const int64_t n = state.range(0) << 18;
  const Memory x(n), y(n), z(n), out(n);
  const Program program{{1, 1, 1, 1, 1, n},
                        {line, line, line},
                        {{ActivationKind::silu, {0}}, {Fused::mul_add, {3, 1, 2}}}};
  const auto plan = plan_elementwise(program, {{4, line}}, tiers()[0]);
  const void* const inputs[] = {x, y, z};
  void* const outputs[] = {out};
  measure(state, scratch_bytes(plan), 16 * n, 0, [&](Worker& worker) {
    run_elementwise(plan, {inputs, outputs}, {0, items(plan)}, worker);
  });
}
BENCHMARK(fused_silu)->Arg(4)->Arg(64)->MinTime(0.3);

/// relu(x·scale + shift) over [N][CB][S][16].
void channel_affine(benchmark::State& state) {
  const int64_t batch = 16, blocks = 4, pixels = state.range(0), n = batch * blocks * pixels * 16;
  const Memory x(n), scale(blocks * 16), shift(blocks * 16), out(n);
  const Access image{DType::float32, {0, 0, blocks * pixels * 16, pixels * 16, 16, 1}};
  const Access channel{DType::float32, {0, 0, 0, 16, 0, 1}};
  const Program program{{1, 1, batch, blocks, pixels, 16},
                        {image, channel, channel},
                        {{Fused::mul_add, {0, 1, 2}}, {ActivationKind::relu, {3}}}};
  const auto plan = plan_elementwise(program, {{4, image}}, tiers()[0]);
  const void* const inputs[] = {x, scale, shift};
  void* const outputs[] = {out};
  measure(state, scratch_bytes(plan), 8 * n, 0, [&](Worker& worker) {
    run_elementwise(plan, {inputs, outputs}, {0, items(plan)}, worker);
  });
}
BENCHMARK(channel_affine)->Arg(56 * 56)->Arg(7 * 7)->MinTime(0.3);

/// Σ g and Σ g·(x − mean) of every channel in one read, as batch normalisation's gradient has it.
void two_channel_sums(benchmark::State& state) {
  const int64_t batch = 16, blocks = 4, pixels = state.range(0), n = batch * blocks * pixels * 16;
  const Memory g(n), x(n), mean(blocks * 16), sum(blocks * 16), product(blocks * 16);
  const Space to = {0, 0, 0, 16, 0, 1};
  const Access image{DType::float32, {0, 0, blocks * pixels * 16, pixels * 16, 16, 1}};
  const Program program{{1, 1, batch, blocks, pixels, 16},
                        {image, image, {DType::float32, to}},
                        {{BinaryKind::sub, {1, 2}}, {BinaryKind::mul, {0, 3}}}};
  const auto plan =
      plan_reduce(program, {{0, Accumulate::sum, to}, {4, Accumulate::sum, to}}, tiers()[0]);
  const void* const inputs[] = {g, x, mean};
  float* const outputs[] = {sum, product};
  std::vector<double> partials(static_cast<size_t>(partial_bytes(plan)) / 8);
  const ReduceArrays at{inputs, outputs, partials.data()};
  measure(state, scratch_bytes(plan), 8 * n, 0, [&](Worker& worker) {
    run_reduce(plan, at, {0, items(plan)}, worker);
    run_combine(plan, at, {0, combine_items(plan)}, worker);
  });
}
BENCHMARK(two_channel_sums)->Arg(56 * 56)->Arg(7 * 7)->MinTime(0.3);

void softmax(benchmark::State& state) {
  const SoftmaxPlan plan{SoftmaxKind::softmax, state.range(0), state.range(1), state.range(2)};
  const int64_t n = plan.outer * plan.length * plan.inner;
  const Memory x(n), y(n);
  const auto kernel = softmax_kernel(tiers()[0]);
  measure(state, 0, 8 * n, 0,
          [&](Worker& worker) { kernel(plan, {x, y}, {0, items(plan)}, worker); });
}
BENCHMARK(softmax)->Args({800, 400, 1})->Args({4, 16, 8400})->MinTime(0.3);

/// batch, rows, depth, columns, whether B is transposed.
void gemm(benchmark::State& state) {
  const int64_t batch = state.range(0), m = state.range(1), k = state.range(2), n = state.range(3);
  GemmPlan g;
  g.batch[5] = batch;
  g.rows = m;
  g.depth = k;
  g.columns = n;
  g.a = {{0, 0, 0, 0, 0, m * k}, k, 1};
  g.b = {{0, 0, 0, 0, 0, k * n}, n, 1};
  if (state.range(4)) g.b.row = 1, g.b.column = k;
  g.c = {{0, 0, 0, 0, 0, m * n}, n, 1};
  const Memory a(batch * m * k), b(batch * k * n), c(batch * m * n);
  const auto plan = plan_gemm(g, tiers()[0]);
  const auto kernel = gemm_kernel(tiers()[0]);
  const bool bound_by_memory = m == 1 || n == 1;
  measure(state, scratch_bytes(plan), bound_by_memory ? 4 * batch * (m * k + k * n) : 0,
          2 * batch * m * n * k,
          [&](Worker& worker) { kernel(plan, {a, b, c}, {0, items(plan)}, worker); });
}
BENCHMARK(gemm)
    ->Args({1, 512, 512, 512, 0})
    ->Args({1, 512, 512, 512, 1})
    ->Args({1, 1024, 1024, 1024, 0})
    ->Args({2, 400, 32, 400, 1})
    ->Args({2, 400, 400, 64, 0})
    ->Args({1, 1, 1280, 1000, 0})
    ->Args({1, 1, 1280, 1000, 1})
    ->Args({1, 1000, 1280, 1, 0})
    ->MinTime(0.3);

}  // namespace
