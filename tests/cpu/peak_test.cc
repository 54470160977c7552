// What the machine can do at most, by every instruction set.
#include "convoy/cpu/peak.h"

#include <gtest/gtest.h>

#include "convoy/cpu/kernels/peak.h"

namespace convoy::cpu {
namespace {

TEST(Peak, CountsWhatItComputesOnEveryTier) {
  for (const Tier tier : tiers()) {
    float scratch = -1;
    Worker worker{.scratch = &scratch};
    const int64_t once = peak_kernel(tier)(1, worker);
    EXPECT_EQ(worker.ran, target_bit(tier)) << to_string(tier);
    EXPECT_EQ(peak_kernel(tier)(1000, worker), 1000 * once);
    // Twelve sums go to 2 in each of as many lanes as there are.
    EXPECT_NEAR(scratch, static_cast<float>(once), 1e-2) << to_string(tier);
  }
}

TEST(Peak, IsSomethingThatAMachineCanDo) {
  const MachinePeak peak = measure_peak(tiers().front(), 2);
  EXPECT_GT(peak.flops, 1e9);
  EXPECT_LT(peak.flops, 1e13);
  EXPECT_GT(peak.bytes, 1e8);
  EXPECT_LT(peak.bytes, 1e13);
}

}  // namespace
}  // namespace convoy::cpu
