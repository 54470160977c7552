// Tiles of the direct convolution for plain images: the first layers of networks.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/conv_direct_plain.cc"

#include <array>
#include <cstdint>
#include <utility>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_direct_tiles-inl.h"
#include "convoy/cpu/kernels/conv_direct_tiles.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {

TileKernel PlainTile(int64_t count, int64_t stride, int64_t shape) {
  if constexpr (lanes > 8) {
    if (count == 8) return TileOf<true, 8, 0>(shape);
  }
  if constexpr (lanes > 4) {
    if (count == 4) return TileOf<true, 4, 0>(shape);
  }
  if (stride == 1) return TileOf<true, lanes, 1>(shape);
  if (stride == 2) return TileOf<true, lanes, 2>(shape);
  return TileOf<true, lanes, 0>(shape);
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
