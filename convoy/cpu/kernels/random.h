// Random numbers from a counter: those of base/philox.h, bit for bit.
#pragma once

#include <cstdint>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/ops/random.h"

namespace convoy::cpu {

struct RandomPlan {
  RandomKind kind = RandomKind::uniform;
  DType dtype = DType::float32;
  int64_t count = 0;
};
struct RandomArrays {
  const uint64_t* key = nullptr;  // seed and stream
  void* to = nullptr;
};
int64_t items(const RandomPlan& plan);

using RandomKernel = void (*)(const RandomPlan&, const RandomArrays&, Range, Worker&);
RandomKernel random_kernel(Tier tier, DType dtype);

}  // namespace convoy::cpu
