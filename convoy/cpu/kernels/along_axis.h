// Elements of one axis combined with their neighbours, in every dtype that has arithmetic: pooling,
// resize and their gradients go along one axis after the other. On plain arrays; float32 images
// have kernels of their own.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/ops/axis_taps.h"

namespace convoy::cpu {

/// y[o, j, i] of x[o, t, i] for the taps t of element j.
enum class Along {
  sum,      // Σ weight·x; of integers, whose sums wrap, without weights
  maximum,  // the first NaN, else the first of the largest, and where; every element has a tap
  norm,     // (Σ |x|ᵖ)^(1/p), relative to the largest
};

struct AlongAxis {
  Along how = Along::sum;
  DType dtype = DType::float64;  // no half, not bool
  int64_t outer = 1, in = 1, inner = 1;
  /// AxisTaps, flat: element j is made of taps first[j] … first[j + 1] − 1.
  std::vector<int64_t> first = {0}, index = {};
  std::vector<double> weight = {};
  double p = 2;
  /// What a step along the axis adds to the index of an element in its plane.
  int64_t unit = 1;
  /// Elements of x that the elements of a piece are made of, at most, along the axis.
  int64_t reach = 0;

  int64_t out() const { return static_cast<int64_t>(first.size()) - 1; }
};
AlongAxis along_axis(Along how, DType dtype, int64_t outer, int64_t in, int64_t inner,
                     const AxisTaps& taps);

struct AlongArrays {
  const void* x = nullptr;
  void* y = nullptr;
  /// For maximum, or none: indices of x in its plane, where earlier axes found them, and of y.
  int64_t* indices = nullptr;
  const int64_t* found = nullptr;
};
int64_t items(const AlongAxis& plan);
int64_t scratch_bytes(const AlongAxis& plan);

using AlongKernel = void (*)(const AlongAxis&, const AlongArrays&, Range, Worker&);
AlongKernel along_kernel(Tier tier, DType dtype);

}  // namespace convoy::cpu
