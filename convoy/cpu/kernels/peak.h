// Nothing but multiplications and additions: what a core can do at most.
#pragma once

#include <cstdint>

#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

/// Computes in registers alone for `rounds` rounds and returns how many floating-point operations
/// that took. Leaves one float in the worker's scratch.
using PeakKernel = int64_t (*)(int64_t rounds, Worker& worker);
PeakKernel peak_kernel(Tier tier);

}  // namespace convoy::cpu
