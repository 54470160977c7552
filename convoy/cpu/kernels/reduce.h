// Sums, products and extremes over any axes of what a program computes; several of one read.
//
// The other reductions are programs around these: reduce_mean has the scale 1/n, reduce_l1 sums
// |x|, reduce_l2 is the root of the sum of x², reduce_log_sum_exp is m + log Σ e^(x − m) in two
// passes, m being the maximum, or 0 where that is not finite. Lanes of blocked arrays that hold no
// channel are left out by a `where` before the sum, whose condition is an input of shape
// [blocks][16].
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/cpu/kernels/accumulate.h"
#include "convoy/cpu/kernels/pointwise.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// NaN anywhere gives NaN; over nothing the result is what the accumulator begins with.
struct Reduction {
  int32_t value = 0;
  Accumulate how = Accumulate::sum;
  Space to = {};      // strides of the result, 0 along the axes that go; they go for all
  double scale = 1;   // of the result
  bool root = false;  // of what was accumulated
};

/// Cells, tiles of results, are independent. Where they are few, the elements of each are cut into
/// parts, as the sizes alone decide: a first step leaves partial results, a second combines them
/// in order. Elements meet in float32 within a few tiles and in float64 beyond.
struct ReducePlan {
  Pointwise program;
  std::vector<Reduction> reductions;
  std::vector<Accumulator> accumulators = {};
  Space cells = {}, walk = {};  // tiles along the axes that stay, and along those that go
  bool rows_go = false, columns_go = false;
  int64_t parts = 1;
};
/// Collapses axes.
ReducePlan plan_reduce(Program program, std::vector<Reduction> reductions, Tier tier);

int64_t items(const ReducePlan& plan);
int64_t scratch_bytes(const ReducePlan& plan);
/// Of the second step; 0 where there is none.
int64_t combine_items(const ReducePlan& plan);
int64_t partial_bytes(const ReducePlan& plan);

struct ReduceArrays {
  const void* const* inputs = nullptr;
  float* const* outputs = nullptr;  // one for each reduction
  double* partials = nullptr;       // partial_bytes, where there is a second step
};
void run_reduce(const ReducePlan& plan, const ReduceArrays& at, Range range, Worker& worker);
void run_combine(const ReducePlan& plan, const ReduceArrays& at, Range range, Worker& worker);

}  // namespace convoy::cpu
