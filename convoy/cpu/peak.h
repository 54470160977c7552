// What this machine can do at most, measured.
#pragma once

#include "convoy/base/plan_description.h"
#include "convoy/cpu/kernels/tier.h"

namespace convoy::cpu {

/// Of so many threads of the process's pool with the tier's instructions. Takes a quarter of a
/// second and 256 MiB for a while.
MachinePeak measure_peak(Tier tier, int threads);

}  // namespace convoy::cpu
