// Fused elementwise programs: one pass over memory, however many nodes of the graph it computes.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/cpu/kernels/pointwise.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// A value of a program and where it is stored, converted to the dtype as Cast says.
struct Output {
  int32_t value = 0;
  Access to;
};

struct Elementwise {
  Pointwise program;
  std::vector<Output> outputs;
  std::vector<StoreRow> stores;  // null where a command writes the output itself
};

/// An array may be written in place of an input of the same strides and dtype. Collapses axes.
Elementwise plan_elementwise(Program program, std::vector<Output> outputs, Tier tier);
int64_t items(const Elementwise& plan);  // tiles
int64_t scratch_bytes(const Elementwise& plan);

struct ElementwiseArrays {
  const void* const* inputs = nullptr;
  void* const* outputs = nullptr;
};
void run_elementwise(const Elementwise& plan, const ElementwiseArrays& at, Range range,
                     Worker& worker);

}  // namespace convoy::cpu
