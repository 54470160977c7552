// Elements moved as they are, whatever they are: transpose, slice, flip, expand, concat, split,
// fill, constant pad.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// One axis of a copy; distances in bytes, negative to go backwards, 0 to repeat an element.
struct CopyAxis {
  int64_t extent = 1, from = 0, to = 0;
};

/// to[Σ p·to] = from[Σ p·from] for all positions p. The last axis holds the columns and the one
/// before it the rows of what a piece of work copies.
struct CopyPlan {
  int64_t element = 4;                            // 1, 2, 4 or 8 bytes
  std::vector<CopyAxis> axes = {};                // at least 2
  int64_t from_first = 0, to_first = 0;           // bytes to position 0
  int64_t row_piece = 1, column_piece = 1;        // of one piece of work
  enum class Kind { runs, strided, transposed };  // what lies beside each other
  Kind kind = Kind::runs;
};

/// Strides and first elements count elements. Axes that can be are joined, so that any rank of
/// array will do.
CopyPlan copy_plan(int64_t element_bytes, std::span<const int64_t> extents,
                   std::span<const int64_t> from_strides, std::span<const int64_t> to_strides,
                   int64_t from_first = 0, int64_t to_first = 0);

/// What a constant pad adds around an array of sizes `inner`: copies of one element to the places
/// of an array of sizes before + inner + after, of these strides, that lie outside the middle.
std::vector<CopyPlan> border_plans(int64_t element_bytes, std::span<const int64_t> before,
                                   std::span<const int64_t> inner, std::span<const int64_t> after,
                                   std::span<const int64_t> strides);

struct CopyArrays {
  const void* from = nullptr;
  void* to = nullptr;
};

int64_t items(const CopyPlan& plan);
using CopyKernel = void (*)(const CopyPlan&, const CopyArrays&, Range, Worker&);
CopyKernel copy_kernel(Tier tier);

}  // namespace convoy::cpu
