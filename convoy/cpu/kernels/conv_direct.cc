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

TileKernel KernelOf(const DirectConv& plan, size_t log_vectors) {
  const ConvGeometry& g = plan.geometry;
  const int64_t shape = plan.shapes[log_vectors];
  const int64_t pixel_step = g.stride[2] * (g.plain_input ? 1 : g.x.axis[2]);
  if constexpr (lanes > 4) {
    if (plan.half != 0) {
      if (g.plain_input) return TileOf<lanes / 2, 0>(shape);
      if (pixel_step == 16) return TileOf<lanes / 2, 16>(shape);
      return TileOf<lanes / 2, 0>(shape);
    }
  }
  if (g.plain_input) {
    if (pixel_step == 1) return TileOf<lanes, 1>(shape);
    if (pixel_step == 2) return TileOf<lanes, 2>(shape);
  } else {
    if (pixel_step == 16) return TileOf<lanes, 16>(shape);
    if (pixel_step == 32) return TileOf<lanes, 32>(shape);
  }
  return TileOf<lanes, 0>(shape);
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
