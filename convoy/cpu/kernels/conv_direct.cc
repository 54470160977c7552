// Which item computes what, and the segments of a row; the arithmetic is in
// conv_direct_tiles-inl.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/conv_direct.cc"

#include "convoy/cpu/kernels/conv_direct.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_direct_tiles-inl.h"
#include "convoy/cpu/kernels/conv_direct_work.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// The tile of N lanes for pixels that lie as the plan's do; unusual distances share one.
template <int64_t N>
TileKernel BlockedTile(const DirectConv& plan, int64_t shape) {
  const int64_t pixel_step = plan.geometry.stride[2] * column_of(plan);
  if (pixel_step == block) return TileOf<false, N, block>(shape);
  if constexpr (N == lanes) {
    if (pixel_step == 2 * block) return TileOf<false, N, 2 * block>(shape);
  }
  return TileOf<false, N, 0>(shape);
}
TileKernel KernelOf(const DirectConv& plan, size_t slot) {
  const int64_t shape = plan.shapes[slot];
  if (plan.geometry.plain_input)
    return PlainTile(plan.lanes, column_of(plan) == 1 ? plan.geometry.stride[2] : 0, shape);
  if constexpr (lanes > 8) {
    if (plan.lanes == 8) return BlockedTile<8>(plan, shape);
  }
  if constexpr (lanes > 4) {
    if (plan.lanes == 4) return BlockedTile<4>(plan, shape);
  }
  return BlockedTile<lanes>(plan, shape);
}

void Run(const DirectConv& plan, const ConvArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const std::array<TileKernel, 3> kernels{KernelOf(plan, 0), KernelOf(plan, 1), KernelOf(plan, 2)};
  run_items(plan, at, range, worker, kernels);
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Run);

DirectConvKernel direct_kernel(Tier tier) { return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
