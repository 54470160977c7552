// What the lowerings of pooling share.
#pragma once

#include "convoy/cpu/kernels/pool.h"
#include "convoy/cpu/plan/lowering.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/max_pool.h"

namespace convoy::cpu {

/// Whether pooling kernels take input i: float32 with one to three spatial axes.
bool is_regular_image(const Lowering& l, size_t i = 0);

/// The windows of a sliding pool from `in` to `out`, spatial extents: one for each axis there is.
template <class O>
std::vector<WindowAxis> sliding_window_list(const O& op, const Extents& in, const Extents& out,
                                            bool count_include_pad);
std::vector<WindowAxis> adaptive_window_list(const Extents& in, const Extents& out);
/// What averages over them are made of; the weights are of no account to others.
std::vector<AxisTaps> taps_of(const std::vector<WindowAxis>& windows);

/// As the three axes that kernels of float32 have; those that the array lacks come first.
WindowAxes three_axes(std::vector<WindowAxis> windows);
template <class O>
WindowAxes sliding_window_axes(const O& op, const Extents& in, const Extents& out,
                               bool count_include_pad);
WindowAxes adaptive_window_axes(const Extents& in, const Extents& out);

/// Pooling of x to y.
PoolPlan pool_plan(const Array& x, const Array& y, WindowAxes windows);
/// Emits the step that pools input 0 to output 0.
void emit_pool(Lowering& l, WindowAxes windows, PoolKernel (*kernel)(Tier, DType),
               const char* algorithm);

/// Spatial extents.
Extents spatial(const Extents& extents);

}  // namespace convoy::cpu
