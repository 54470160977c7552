// Matrix products of every dtype over elements that lie anywhere: convolutions, their gradients and
// matmul in float64 and integers, and of more axes than the kernels of float32 have.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// c[i, r, k] = bias[i, r] + Σ_d a[i, r, d] · b[i, d, k]. An element is where the offsets of its
/// coordinates add up to, in elements: a[i, r, d] at a_batch[i] + a_row[r] + a_depth[d].
struct ProductPlan {
  DType dtype = DType::float64;  // floating but no half, or an integer, whose sums wrap
  std::vector<int64_t> a_batch = {0}, b_batch = {0}, c_batch = {0}, bias_batch = {0};
  std::vector<int64_t> a_row = {}, c_row = {};  // bias of row r is at bias_batch + r
  std::vector<int64_t> a_depth = {}, b_depth = {};
  std::vector<int64_t> b_column = {}, c_column = {};
  /// Of b where it is planes with zeros put in for what is not there: whether a position of a plane
  /// has an element. Others take no part, not even when an infinity of a meets them. Empty: all do.
  std::vector<uint8_t> b_elements = {};
};
/// Offsets of all positions of `extents` under `strides`, in order, from `first` on.
std::vector<int64_t> offsets_of(const std::vector<int64_t>& extents,
                                const std::vector<int64_t>& strides, int64_t first = 0);

struct ProductArrays {
  const void *a = nullptr, *b = nullptr;
  void* c = nullptr;
  const void* bias = nullptr;  // or none
};

/// A piece is a tile of c. Sums run in the order of d, in the dtype.
int64_t items(const ProductPlan& plan);
int64_t scratch_bytes(const ProductPlan& plan);

using ProductKernel = void (*)(const ProductPlan&, const ProductArrays&, Range, Worker&);
ProductKernel product_kernel(Tier tier, DType dtype);

}  // namespace convoy::cpu
