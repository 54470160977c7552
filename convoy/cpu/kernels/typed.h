// Elementwise functions of float64, half-precision floats, integers and bool, one node at a time:
// arithmetic of shapes and indices, and graphs that want more digits. What float32 can hold goes
// through fused programs (elementwise.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "convoy/cpu/kernels/steps.h"
#include "convoy/cpu/kernels/strided.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// What activations and clip take besides their operand.
struct Parameters {
  double alpha = 0, beta = 0;
};

/// `count` elements of a row, each array with its distance in elements. Throws what the reference
/// throws (binary.h, C4 and C5).
using TypedRow = void (*)(const Parameters& parameters, const std::array<const void*, 3>& from,
                          const std::array<int64_t, 3>& stride, void* to, int64_t to_stride,
                          int64_t count);

/// z = f(from…), converted as Cast says where f is Fused::copy.
struct Typed {
  TypedRow row = nullptr;
  size_t operands = 1;
  Space size = {};
  std::array<Access, 3> from = {};
  Access to = {};
  Parameters parameters = {};
};

/// Nothing where the function has no kernel for the dtypes. Operands have the dtype of the first
/// (of the second for Fused::where, whose first is bool). Collapses axes.
std::optional<Typed> plan_typed(PointwiseOp op, const Space& size, std::array<Access, 3> from,
                                const Access& to, const Parameters& parameters = {});
int64_t items(const Typed& plan);  // rows
struct TypedArrays {
  std::array<const void*, 3> from = {};
  void* to = nullptr;
};
void run_typed(const Typed& plan, const TypedArrays& at, Range range, Worker& worker);

}  // namespace convoy::cpu
