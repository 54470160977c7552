// Rows of blocked arrays as pieces of work: one row of pixels of one block of one image each.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/blocked.h"

namespace convoy::cpu {

struct PixelRow {
  int64_t image, block, depth, height;
};

constexpr int64_t count_rows(int64_t batch, int64_t channels, const Axes& size) {
  return batch * blocks_of(channels) * size[0] * size[1];
}

constexpr PixelRow row_at(int64_t item, int64_t channels, const Axes& size) {
  const int64_t height = item % size[1];
  item /= size[1];
  const int64_t depth = item % size[0];
  item /= size[0];
  return {item / blocks_of(channels), item % blocks_of(channels), depth, height};
}

/// Where the block of a row begins.
constexpr int64_t block_offset(const PixelRow& row, const Strides& strides) {
  return row.image * strides.batch + row.block * strides.channel;
}
constexpr int64_t row_offset(const PixelRow& row, const Strides& strides) {
  return block_offset(row, strides) + row.depth * strides.axis[0] + row.height * strides.axis[1];
}

}  // namespace convoy::cpu
