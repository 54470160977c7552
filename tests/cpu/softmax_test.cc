// Softmax along contiguous and strided axes against double loops.
#include "convoy/cpu/kernels/softmax.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace convoy::cpu {
namespace {

std::vector<float> run(const SoftmaxPlan& plan, Tier tier, const std::vector<float>& x) {
  std::vector<float> y(x.size(), std::nanf(""));
  for (int64_t part = 0; part < 3; ++part) {
    Worker worker;
    softmax_kernel(tier)(plan, {x.data(), y.data()}, share(items(plan), part, 3), worker);
    EXPECT_EQ(worker.ran, target_bit(tier));
  }
  return y;
}

TEST(Softmax, LinesOfAnyLengthAndStrideAreThoseOfLoops) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 8);
  for (const int64_t length : {1, 2, 7, 16, 33, 65, 400, 5000})
    for (const int64_t inner : {1, 3, 16, 64, 65, 81})
      for (const auto kind : {SoftmaxKind::softmax, SoftmaxKind::log_softmax})
        for (const Tier tier : tiers()) {
          const SoftmaxPlan plan{kind, 3, length, inner};
          std::vector<float> x(static_cast<size_t>(3 * length * inner));
          for (float& e : x) e = normal(random);
          if (length > 2) x[0] = -std::numeric_limits<float>::infinity();
          const auto y = run(plan, tier, x);
          for (int64_t o = 0; o < 3; ++o)
            for (int64_t j = 0; j < inner; ++j) {
              const auto at = [&](int64_t k) {
                return static_cast<size_t>((o * length + k) * inner + j);
              };
              double largest = x[at(0)], sum = 0;
              for (int64_t k = 0; k < length; ++k) largest = std::max<double>(largest, x[at(k)]);
              for (int64_t k = 0; k < length; ++k) sum += std::exp(x[at(k)] - largest);
              // A strided axis is summed in float32, one element after the other.
              const double rtol = 3e-6 + 1e-9 * static_cast<double>(length);
              for (int64_t k = 0; k < length; ++k) {
                const double shifted = x[at(k)] - largest;
                if (kind == SoftmaxKind::softmax && !std::isinf(shifted))
                  ASSERT_NEAR(y[at(k)], std::exp(shifted) / sum,
                              (rtol - 1e-7 * shifted) * std::exp(shifted) / sum + 1e-37);
                else if (std::isinf(shifted) && kind == SoftmaxKind::softmax)
                  ASSERT_EQ(y[at(k)], 0);
                else if (std::isinf(shifted))
                  ASSERT_EQ(y[at(k)], shifted);
                else
                  ASSERT_NEAR(y[at(k)], shifted - std::log(sum), 1e-5);
              }
            }
        }
}

TEST(Softmax, NaNInfinityAndNothingButMinusInfinityMakeTheirLineNaN) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  for (const float bad : {std::nanf("1"), inf, -inf})
    for (const int64_t inner : {1, 20})
      for (const Tier tier : tiers())
        for (const auto kind : {SoftmaxKind::softmax, SoftmaxKind::log_softmax}) {
          const int64_t length = 50;
          std::vector<float> x(static_cast<size_t>(length * inner), 1.f);
          // One column (the last) of two is bad: the scalar one and one in a vector.
          for (const int64_t column : {inner - 1, inner / 2})
            for (int64_t k = 0; k < length; ++k)
              if (bad == -inf || k == 31) x[static_cast<size_t>(k * inner + column)] = bad;
          const auto y = run({kind, 1, length, inner}, tier, x);
          for (int64_t k = 0; k < length; ++k)
            for (int64_t j = 0; j < inner; ++j)
              ASSERT_EQ(std::isnan(y[static_cast<size_t>(k * inner + j)]),
                        j == inner - 1 || j == inner / 2)
                  << bad << ' ' << k << ' ' << j;
        }
}

}  // namespace
}  // namespace convoy::cpu
