// The layout inside: [N][ceil(C/16)][S…][16], on every instruction set. Channels C … of the last
// block hold anything; no kernel lets them count.
#pragma once

#include <array>
#include <cstdint>

namespace convoy::cpu {

inline constexpr int64_t block = 16;
constexpr int64_t blocks_of(int64_t channels) { return (channels + block - 1) / block; }
constexpr int64_t whole_blocks(int64_t channels) { return blocks_of(channels) * block; }

/// Depth, height and width; axes that an array lacks come first and have size 1.
using Axes = std::array<int64_t, 3>;
constexpr int64_t product(const Axes& axes) { return axes[0] * axes[1] * axes[2]; }

/// Distances in elements between neighbours of an array of images: batch, blocks of channels (or
/// channels, of an array that is not blocked), spatial axes.
struct Strides {
  int64_t batch = 0, channel = 0;
  Axes axis = {};
};

/// Of a dense blocked array.
constexpr Strides blocked_strides(int64_t channels, const Axes& size) {
  return {blocks_of(channels) * product(size) * block,
          product(size) * block,
          {size[1] * size[2] * block, size[2] * block, block}};
}
/// Of a dense array [N][C][D][H][W].
constexpr Strides plain_strides(int64_t channels, const Axes& size) {
  return {channels * product(size), product(size), {size[1] * size[2], size[2], 1}};
}

}  // namespace convoy::cpu
