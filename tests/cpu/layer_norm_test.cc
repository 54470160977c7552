// Layer normalisation against double loops.
#include "convoy/cpu/kernels/layer_norm.h"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace convoy::cpu {
namespace {

TEST(LayerNorm, RowsOfAnyLengthAreThoseOfLoopsFarFromZeroToo) {
  std::mt19937 random(1);
  for (const int64_t length : {1, 2, 15, 16, 33, 192, 1000, 9001})
    for (const float centre : {0.f, 1000.f})
      for (const bool affine : {false, true})
        for (const Tier tier : tiers()) {
          const LayerNormPlan plan{37, length, 1e-5f};
          std::normal_distribution<float> normal(centre, 2);
          std::vector<float> x(static_cast<size_t>(plan.rows * length)), y(x.size(), NAN);
          std::vector<float> gamma(static_cast<size_t>(length)), beta(gamma.size());
          for (float& e : x) e = normal(random);
          for (float& e : gamma) e = normal(random) - centre;
          for (float& e : beta) e = normal(random) - centre;
          x[static_cast<size_t>(3 * length)] = NAN;
          for (int64_t part = 0; part < 3; ++part) {
            Worker worker;
            layer_norm_kernel(tier)(plan,
                                    {x.data(), y.data(), affine ? gamma.data() : nullptr,
                                     affine ? beta.data() : nullptr},
                                    share(items(plan), part, 3), worker);
            EXPECT_EQ(worker.ran, target_bit(tier));
          }
          for (int64_t r = 0; r < plan.rows; ++r) {
            const float* row = x.data() + r * length;
            double mean = 0, variance = 0;
            for (int64_t i = 0; i < length; ++i) mean += row[i];
            mean /= static_cast<double>(length);
            for (int64_t i = 0; i < length; ++i) variance += std::pow(row[i] - mean, 2);
            variance /= static_cast<double>(length);
            for (int64_t i = 0; i < length; ++i) {
              const auto k = static_cast<size_t>(i);
              double want = (row[i] - mean) / std::sqrt(variance + 1e-5);
              if (affine) want = want * gamma[k] + beta[k];
              const float got = y[static_cast<size_t>(r * length + i)];
              if (r == 3)
                ASSERT_TRUE(std::isnan(got));
              else
                ASSERT_NEAR(got, want, 2e-5 * (1 + std::abs(want))) << length << ' ' << centre;
            }
          }
        }
}

}  // namespace
}  // namespace convoy::cpu
