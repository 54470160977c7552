// Kernels that move data rather than compute: one thread, bytes read and written a second.

#include <memory>
#include <random>

#include <benchmark/benchmark.h>

#include "convoy/cpu/kernels/copy.h"
#include "convoy/cpu/kernels/max_pool_indices.h"
#include "convoy/cpu/kernels/pool.h"
#include "convoy/cpu/kernels/reorder.h"
#include "convoy/cpu/kernels/resize.h"

namespace {

using namespace convoy::cpu;

struct Free {
  void operator()(void* data) const { std::free(data); }
};
template <class T = float>
std::unique_ptr<T[], Free> array(int64_t size) {
  const size_t bytes = (static_cast<size_t>(size) * sizeof(T) + 127) / 64 * 64;
  std::unique_ptr<T[], Free> data(static_cast<T*>(std::aligned_alloc(64, bytes)));
  for (int64_t i = 0; i < size; ++i) data[static_cast<size_t>(i)] = static_cast<T>(i % 251);
  return data;
}

int64_t blocked_size(int64_t channels, const Axes& size) {
  return whole_blocks(channels) * product(size);
}

/// Runs the kernel over all pieces as one thread would.
template <class Kernel, class Plan, class Arrays>
void measure(benchmark::State& state, Kernel kernel, const Plan& plan, const Arrays& at,
             int64_t items, int64_t scratch_bytes, int64_t elements) {
  const auto scratch = array(scratch_bytes / 4 + 16);
  Worker worker{scratch.get(), 0};
  for (auto _ : state) {
    kernel(plan, at, {0, items}, worker);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * elements * 4);
}

void reorder(benchmark::State& state, int64_t channels, int64_t side, bool channels_last,
             bool back) {
  const Axes size = {1, side, side};
  Strides plain = plain_strides(channels, size);
  if (channels_last)
    plain = {channels * side * side, 1, {channels * side * side, channels * side, channels}};
  const auto outside = array(channels * side * side);
  const auto inside = array(blocked_size(channels, size));
  const ReorderPlan plan = reorder_plan(1, channels, size, plain, blocked_strides(channels, size));
  const int64_t elements = channels * side * side + blocked_size(channels, size);
  if (back)
    measure(state, from_blocked_kernel(tiers()[0]), plan,
            ReorderArrays{inside.get(), outside.get()}, items(plan), 0, elements);
  else
    measure(state, to_blocked_kernel(tiers()[0]), plan, ReorderArrays{outside.get(), inside.get()},
            items(plan), 0, elements);
}
BENCHMARK_CAPTURE(reorder, to_blocked_nchw_64x112x112, 64, 112, false, false);
BENCHMARK_CAPTURE(reorder, from_blocked_nchw_64x112x112, 64, 112, false, true);
BENCHMARK_CAPTURE(reorder, to_blocked_nchw_255x20x20, 255, 20, false, false);
BENCHMARK_CAPTURE(reorder, from_blocked_nchw_255x20x20, 255, 20, false, true);
BENCHMARK_CAPTURE(reorder, to_blocked_nhwc_3x640x640, 3, 640, true, false);
BENCHMARK_CAPTURE(reorder, to_blocked_nchw_3x640x640, 3, 640, false, false);
BENCHMARK_CAPTURE(reorder, to_blocked_nhwc_64x112x112, 64, 112, true, false);
BENCHMARK_CAPTURE(reorder, from_blocked_nhwc_64x112x112, 64, 112, true, true);

/// Concatenation of blocked arrays behind 24 channels.
void shift_channels(benchmark::State& state, int64_t channels, int64_t side) {
  const Axes size = {1, side, side};
  const auto from = array(blocked_size(channels, size));
  const auto to = array(blocked_size(channels + 24, size));
  const ShiftPlan plan{.channels = channels,
                       .to_channel = 24,
                       .size = size,
                       .from = blocked_strides(channels, size),
                       .to = blocked_strides(channels + 24, size)};
  measure(state, shift_channels_kernel(tiers()[0]), plan, ReorderArrays{from.get(), to.get()},
          items(plan), 0, 2 * channels * side * side);
}
BENCHMARK_CAPTURE(shift_channels, 64x56x56, 64, 56);

/// Matrices with their axes exchanged, of elements of `bytes`.
void transpose(benchmark::State& state, int64_t bytes, int64_t rows, int64_t columns) {
  const int64_t extents[] = {rows, columns}, from_strides[] = {columns, 1};
  const int64_t to_strides[] = {1, rows};
  const auto from = array(rows * columns * bytes / 4), to = array(rows * columns * bytes / 4);
  const CopyPlan plan = copy_plan(bytes, extents, from_strides, to_strides);
  measure(state, copy_kernel(tiers()[0]), plan, CopyArrays{from.get(), to.get()}, items(plan), 0,
          2 * rows * columns * bytes / 4);
}
BENCHMARK_CAPTURE(transpose, float_512x512, 4, 512, 512);
BENCHMARK_CAPTURE(transpose, float_3x409600, 4, 3, 409600);
BENCHMARK_CAPTURE(transpose, float_409600x3, 4, 409600, 3);
BENCHMARK_CAPTURE(transpose, int64_512x512, 8, 512, 512);
BENCHMARK_CAPTURE(transpose, byte_512x512, 1, 512, 512);

PoolPlan pool_plan(int64_t channels, int64_t side, int64_t kernel, int64_t stride, int64_t pad) {
  PoolPlan plan{.channels = channels, .in = {1, side, side}};
  const int64_t out = (side + 2 * pad - kernel) / stride + 1;
  plan.out = {1, out, out};
  plan.windows[0] = sliding_windows(1, 1, 1, 1, 1, 0, 0, true);
  plan.windows[1] = plan.windows[2] = sliding_windows(side, out, kernel, stride, 1, pad, pad, true);
  plan.x = blocked_strides(channels, plan.in);
  plan.y = blocked_strides(channels, plan.out);
  return plan;
}

void pool(benchmark::State& state, PoolKernel (*kernel)(Tier, convoy::DType), int64_t channels,
          int64_t side, int64_t size, int64_t stride, int64_t pad) {
  const PoolPlan plan = pool_plan(channels, side, size, stride, pad);
  const auto x = array(blocked_size(channels, plan.in));
  const auto y = array(blocked_size(channels, plan.out));
  measure(state, kernel(tiers()[0], convoy::DType::float32), plan, PoolArrays{x.get(), y.get()},
          items(plan), scratch_bytes(plan), channels * (product(plan.in) + product(plan.out)));
}
BENCHMARK_CAPTURE(pool, max_3x3_s2_64x112x112, max_pool_kernel, 64, 112, 3, 2, 1);
BENCHMARK_CAPTURE(pool, max_2x2_s2_64x112x112, max_pool_kernel, 64, 112, 2, 2, 0);
BENCHMARK_CAPTURE(pool, max_5x5_s1_128x20x20, max_pool_kernel, 128, 20, 5, 1, 2);
BENCHMARK_CAPTURE(pool, max_5x5_s1_256x20x20, max_pool_kernel, 256, 20, 5, 1, 2);
BENCHMARK_CAPTURE(pool, max_13x13_s1_256x20x20, max_pool_kernel, 256, 20, 13, 1, 6);
BENCHMARK_CAPTURE(pool, avg_2x2_s2_128x56x56, avg_pool_kernel, 128, 56, 2, 2, 0);
BENCHMARK_CAPTURE(pool, avg_global_512x7x7, avg_pool_kernel, 512, 7, 7, 1, 0);
BENCHMARK_CAPTURE(pool, avg_global_1280x7x7, avg_pool_kernel, 1280, 7, 7, 1, 0);
BENCHMARK_CAPTURE(pool, avg_global_96x112x112, avg_pool_kernel, 96, 112, 112, 1, 0);

void max_pool_indices(benchmark::State& state, int64_t channels, int64_t side, int64_t size,
                      int64_t stride, int64_t pad) {
  const PoolPlan forward = pool_plan(channels, side, size, stride, pad);
  const MaxPoolIndicesPlan plan = max_pool_indices_plan(forward, forward.y);
  const auto x = array(blocked_size(channels, forward.in));
  const auto y = array(blocked_size(channels, forward.out));
  const auto indices = array<int32_t>(blocked_size(channels, forward.out));
  measure(state, max_pool_indices_kernel(tiers()[0]), plan,
          MaxPoolIndicesArrays{x.get(), y.get(), indices.get()}, items(plan), scratch_bytes(plan),
          channels * (product(forward.in) + 2 * product(forward.out)));
}
BENCHMARK_CAPTURE(max_pool_indices, 3x3_s2_64x112x112, 64, 112, 3, 2, 1);

void max_pool_backward(benchmark::State& state, int64_t channels, int64_t side, int64_t size,
                       int64_t stride, int64_t pad) {
  const PoolPlan forward = pool_plan(channels, side, size, stride, pad);
  const MaxPoolIndicesPlan plan = max_pool_indices_plan(forward, forward.y);
  const auto x = array(blocked_size(channels, forward.in));
  const auto y = array(blocked_size(channels, forward.out));
  const auto indices = array<int32_t>(blocked_size(channels, forward.out));
  const auto scratch = array(scratch_bytes(plan));
  Worker worker{scratch.get(), 0};
  max_pool_indices_kernel(tiers()[0])(plan, {x.get(), nullptr, indices.get()}, {0, items(plan)},
                                      worker);
  measure(state, max_pool_input_grad_kernel(tiers()[0]), plan,
          MaxPoolGradArrays{y.get(), indices.get(), x.get()}, input_grad_items(plan), 0,
          channels * (product(forward.in) + 2 * product(forward.out)));
}
BENCHMARK_CAPTURE(max_pool_backward, 3x3_s2_64x112x112, 64, 112, 3, 2, 1);
BENCHMARK_CAPTURE(max_pool_backward, 2x2_s2_64x112x112, 64, 112, 2, 2, 0);

void resize(benchmark::State& state, convoy::ResizeMode mode, bool adjoint, int64_t channels,
            int64_t side) {
  convoy::Resize op;
  op.mode = mode;
  ResizePlan plan{.channels = channels, .in = {1, side, side}, .out = {1, 2 * side, 2 * side}};
  convoy::AxisTaps taps = resize_taps(op, 0, side, 2 * side);
  if (adjoint) {
    std::swap(plan.in, plan.out);
    taps = transposed(taps, side);
  }
  plan.taps = {tap_table(identity_taps(1)), tap_table(taps), tap_table(taps)};
  plan.x = blocked_strides(channels, plan.in);
  plan.y = blocked_strides(channels, plan.out);
  const auto x = array(blocked_size(channels, plan.in));
  const auto y = array(blocked_size(channels, plan.out));
  measure(state, resize_kernel(tiers()[0], plan), plan, ResizeArrays{x.get(), y.get()}, items(plan),
          scratch_bytes(plan), channels * (product(plan.in) + product(plan.out)));
}
BENCHMARK_CAPTURE(resize, nearest_128x40x40_to_80, convoy::ResizeMode::nearest, false, 128, 40);
BENCHMARK_CAPTURE(resize, nearest_128x40x40_gradient, convoy::ResizeMode::nearest, true, 128, 40);
BENCHMARK_CAPTURE(resize, linear_64x56x56_to_112, convoy::ResizeMode::linear, false, 64, 56);
BENCHMARK_CAPTURE(resize, linear_64x56x56_gradient, convoy::ResizeMode::linear, true, 64, 56);
BENCHMARK_CAPTURE(resize, cubic_64x56x56_to_112, convoy::ResizeMode::cubic, false, 64, 56);

}  // namespace
