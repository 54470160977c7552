// Matrix products of strided batches: C = clamp(A·B + bias).
#pragma once

#include <cstdint>
#include <limits>

#include "convoy/cpu/kernels/strided.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Distances in elements; exchanged ones read a transposed matrix, 0 along a batch axis repeats.
struct MatrixStrides {
  Space batch = {};
  int64_t row = 0, column = 0;
};

/// Fill in the first block; plan_gemm does the rest.
struct GemmPlan {
  Space batch = {1, 1, 1, 1, 1, 1};
  int64_t rows = 1, depth = 1, columns = 1;
  MatrixStrides a, b, c;
  bool packed = false;  // b is what pack_gemm wrote, one matrix for all batches
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  /// tiles: of panels of B, a few vectors wide, packed. Few rows read B once, where it lies:
  /// `stream` adds its rows, `dots` multiplies by its columns.
  enum class Method { tiles, stream, dots } method = Method::tiles;
  bool exchanged = false;  // one column is computed as one row: a and b change places
  int64_t bias_row = 0, bias_column = 1;  // distances in the bias: one for each column, or row
  int64_t panel = 0;                      // columns of an item
  int64_t rows_of_item = 0, panels = 0;   // an item's rows; panels side by side
};
GemmPlan plan_gemm(GemmPlan plan, Tier tier);
int64_t items(const GemmPlan& plan);
int64_t scratch_bytes(const GemmPlan& plan);

/// Floats of one packed B, and the packing of it.
int64_t packed_size(const GemmPlan& plan);
void pack_gemm(const GemmPlan& plan, const float* b, float* to);

struct GemmArrays {
  const float* a = nullptr;
  const float* b = nullptr;
  float* c = nullptr;
  const float* bias = nullptr;  // may be null
};
using GemmKernel = void (*)(const GemmPlan& plan, const GemmArrays& at, Range range,
                            Worker& worker);
GemmKernel gemm_kernel(Tier tier);

}  // namespace convoy::cpu
