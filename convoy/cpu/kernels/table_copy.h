// Elements picked by a table for each axis: pads by reflection, edge and wrapping, gather of known
// indices, nearest resize of any dtype.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "convoy/cpu/kernels/copy.h"

namespace convoy::cpu {

/// y[p] = x[Σ table[a][p[a]]], y dense and row-major; where a table says −1, y gets `value`.
struct TableCopyPlan {
  /// Of every axis, bytes from the beginning of x, or −1.
  std::vector<std::vector<int64_t>> tables = {};
  int64_t run = 4;  // bytes that are copied together; behind each other in y
  int64_t element = 4;
  std::array<std::byte, 8> value = {};  // one element
};

/// `sources` tells for every axis of y which index of x it takes, or −1, as pad_sources does; x is
/// dense with the sizes `extents`.
TableCopyPlan table_copy_plan(int64_t element_bytes,
                              const std::vector<std::vector<int64_t>>& sources,
                              const std::vector<int64_t>& extents,
                              const std::array<std::byte, 8>& value = {});

int64_t items(const TableCopyPlan& plan);
/// A kernel without arithmetic, the same on all instruction sets.
void table_copy(const TableCopyPlan& plan, const CopyArrays& at, Range range, Worker& worker);

}  // namespace convoy::cpu
