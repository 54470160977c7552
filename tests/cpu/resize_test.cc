// Resampling against sums over every pair of elements, by the taps that ops/axis_taps gives.
#include "convoy/cpu/kernels/resize.h"

#include <cmath>

#include <gtest/gtest.h>

#include "convoy/cpu/kernels/windows.h"
#include "tests/cpu/blocked_array.h"

namespace convoy::cpu {
namespace {

/// y = the sum over all elements of x with the products of their weights, added up in double.
void expect_resized(Tier tier, const std::array<AxisTaps, 3>& taps, const Axes& in,
                    std::mt19937& random) {
  ResizePlan plan{.batch = draw(random, 0, 2), .channels = draw(random, 1, 20), .in = in};
  for (size_t a = 0; a < 3; ++a) {
    plan.out[a] = static_cast<int64_t>(taps[a].size());
    plan.taps[a] = tap_table(taps[a]);
  }
  BlockedArray x(plan.batch, plan.channels, plan.in), y(plan.batch, plan.channels, plan.out);
  x.fill(random);
  plan.x = x.strides;
  plan.y = y.strides;
  const int64_t ran =
      run_in_parts(resize_kernel(tier, plan), plan, ResizeArrays{x.begin(), y.begin()}, items(plan),
                   scratch_bytes(plan), 2);
  EXPECT_EQ(ran, target_bit(tier));
  y.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    double sum = 0, magnitude = 1;
    for (const Tap& i : taps[0][static_cast<size_t>(d)])
      for (const Tap& j : taps[1][static_cast<size_t>(h)])
        for (const Tap& k : taps[2][static_cast<size_t>(w)]) {
          const double weight = i.weight * j.weight * k.weight;
          sum += weight * static_cast<double>(x.at(n, c, i.index, j.index, k.index));
          magnitude += std::abs(weight);
        }
    ASSERT_NEAR(y.at(n, c, d, h, w), sum, 1e-6 * magnitude);
  });
}

TEST(Resize, EveryModeAndItsAdjoint) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(7);
    for (int i = 0; i < 150; ++i) {
      Resize op;
      op.mode = static_cast<ResizeMode>(i % 3);
      op.coordinate_mode = static_cast<CoordinateMode>(draw(random, 0, 4));
      op.nearest_mode = static_cast<NearestMode>(draw(random, 0, 3));
      op.antialias = op.mode != ResizeMode::nearest && draw(random, 0, 1) == 1;
      Axes before, after;
      std::array<AxisTaps, 3> taps, back;
      for (size_t a = 0; a < 3; ++a) {
        before[a] = draw(random, 1, a == 0 ? 3 : 11);
        after[a] = draw(random, 0, 3) == 0 ? before[a] : draw(random, 1, a == 0 ? 3 : 25);
        taps[a] = resize_taps(op, a, before[a], after[a]);
        back[a] = transposed(taps[a], before[a]);
      }
      expect_resized(tier, taps, before, random);
      expect_resized(tier, back, after, random);
    }
  }
}

TEST(Resize, NearestKeepsEveryBit) {
  Resize op;
  op.mode = ResizeMode::nearest;
  ResizePlan plan{.channels = 16, .in = {1, 2, 3}, .out = {1, 4, 6}};
  for (size_t a = 0; a < 3; ++a)
    plan.taps[a] = tap_table(resize_taps(op, a, plan.in[a], plan.out[a]));
  BlockedArray x(1, 16, plan.in), y(1, 16, plan.out);
  x.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    x.at(n, c, d, h, w) = w == 1 ? INFINITY : static_cast<float>(h * 3 + w);
  });
  plan.x = x.strides;
  plan.y = y.strides;
  run_in_parts(resize_kernel(tiers()[0], plan), plan, ResizeArrays{x.begin(), y.begin()},
               items(plan), scratch_bytes(plan), 1);
  y.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    ASSERT_EQ(y.at(n, c, d, h, w), x.at(n, c, d, h / 2, w / 2));
  });
}

// The adjoint of averaging: windows spread what they got over their elements.
TEST(Resize, GradientsOfAverages) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(8);
    for (int i = 0; i < 60; ++i) {
      std::array<AxisTaps, 3> back;
      Axes out;
      for (size_t a = 0; a < 3; ++a) {
        const int64_t in = draw(random, 5, 12), kernel = draw(random, 1, 5);
        const int64_t stride = draw(random, 1, 3), begin = draw(random, 0, kernel - 1);
        out[a] = i % 2 == 0 ? draw(random, 1, 15) : (in + begin - kernel) / stride + 1;
        const WindowAxis windows =
            i % 2 == 0 ? adaptive_windows(in, out[a])
                       : sliding_windows(in, out[a], kernel, stride, 1, begin, 0, i % 4 == 1);
        back[a] = transposed(averaging_taps(windows), in);
      }
      expect_resized(tier, back, out, random);
    }
  }
}

}  // namespace
}  // namespace convoy::cpu
