// Pooling against loops that follow the operators' definitions element by element.
#include "convoy/cpu/kernels/pool.h"

#include <cmath>

#include <gtest/gtest.h>

#include "convoy/cpu/kernels/lp_pool.h"
#include "convoy/cpu/kernels/max_pool_indices.h"
#include "tests/cpu/blocked_array.h"

namespace convoy::cpu {
namespace {

struct Sliding {
  Axes kernel, stride, dilation, begin, end;
  bool ceil_mode, count_include_pad;
};

int64_t windows_of(int64_t in, int64_t begin, int64_t end, int64_t reach, int64_t stride,
                   bool ceil_mode) {
  const int64_t room = in + begin + end - reach;
  if (!ceil_mode) return room / stride + 1;
  const int64_t size = (room + stride - 1) / stride + 1;
  return (size - 1) * stride >= in + begin ? size - 1 : size;
}

/// A plan of random numbers, and the rule it came from.
struct Case {
  PoolPlan plan;
  Sliding rule;
};

Case random_case(std::mt19937& random, bool for_maxima) {
  for (;;) {
    Case result;
    auto& [plan, rule] = result;
    plan.batch = draw(random, 0, 2);
    plan.channels = draw(random, 1, 35);
    rule.ceil_mode = draw(random, 0, 1) == 1;
    rule.count_include_pad = draw(random, 0, 1) == 1;
    bool fits = true;
    for (size_t a = 0; a < 3; ++a) {
      const bool flat = a == 0 ? draw(random, 0, 2) > 0 : draw(random, 0, 5) == 0;
      plan.in[a] = flat ? 1 : draw(random, 1, 17);
      rule.kernel[a] = flat ? 1 : draw(random, 1, 7);
      rule.stride[a] = draw(random, 1, 3);
      rule.dilation[a] = draw(random, 1, 4) == 1 ? draw(random, 2, 3) : 1;
      const int64_t reach = rule.dilation[a] * (rule.kernel[a] - 1) + 1;
      rule.begin[a] = draw(random, 0, 1) == 1 ? draw(random, 0, reach - 1) : 0;
      rule.end[a] = draw(random, 0, 1) == 1 ? draw(random, 0, reach - 1) : 0;
      if (plan.in[a] + rule.begin[a] + rule.end[a] < reach) {
        fits = false;
        break;
      }
      plan.out[a] =
          windows_of(plan.in[a], rule.begin[a], rule.end[a], reach, rule.stride[a], rule.ceil_mode);
      plan.windows[a] =
          sliding_windows(plan.in[a], plan.out[a], rule.kernel[a], rule.stride[a], rule.dilation[a],
                          rule.begin[a], rule.end[a], rule.count_include_pad);
    }
    if (!fits || (for_maxima && has_empty_window(plan.windows))) continue;
    return result;
  }
}

/// Calls f(d, h, w, declared) for the taps of window p in row-major order, `declared` telling
/// whether a tap is in x or its declared padding, and coordinates being −1 outside x.
template <class F>
void for_each_tap(const Case& k, const Axes& p, F&& f) {
  const Sliding& r = k.rule;
  for (int64_t a = 0; a < r.kernel[0]; ++a)
    for (int64_t b = 0; b < r.kernel[1]; ++b)
      for (int64_t c = 0; c < r.kernel[2]; ++c) {
        const Axes tap = {a, b, c};
        Axes at;
        bool inside = true, declared = true;
        for (size_t i = 0; i < 3; ++i) {
          at[i] = p[i] * r.stride[i] + tap[i] * r.dilation[i] - r.begin[i];
          inside = inside && at[i] >= 0 && at[i] < k.plan.in[i];
          declared = declared && at[i] < k.plan.in[i] + r.end[i];
        }
        f(inside ? at : Axes{-1, -1, -1}, declared);
      }
}

void expect_near(float actual, double expected, const char* what) {
  if (std::isnan(expected))
    ASSERT_TRUE(std::isnan(actual)) << what;
  else
    ASSERT_NEAR(actual, expected, 2e-6 * std::max(1., std::abs(expected))) << what;
}

void sprinkle_nan(BlockedArray& x, std::mt19937& random) {
  x.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    if (draw(random, 0, 40) == 0) x.at(n, c, d, h, w) = nan32;
  });
}

TEST(Pool, MaximaOfRandomWindows) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(3);
    for (int i = 0; i < 150; ++i) {
      Case k = random_case(random, true);
      BlockedArray x(k.plan.batch, k.plan.channels, k.plan.in);
      BlockedArray y(k.plan.batch, k.plan.channels, k.plan.out);
      x.fill(random, -3, -2);  // nothing that padding with zeros would not win against
      if (i % 2 == 0) sprinkle_nan(x, random);
      k.plan.x = x.strides;
      k.plan.y = y.strides;
      const int64_t ran =
          run_in_parts(max_pool_kernel(tier), k.plan, PoolArrays{x.begin(), y.begin()},
                       items(k.plan), scratch_bytes(k.plan), 1 + i % 3);
      EXPECT_EQ(ran, target_bit(tier));
      y.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
        double largest = -INFINITY;
        for_each_tap(k, {d, h, w}, [&](const Axes& s, bool) {
          if (s[0] < 0) return;
          const double value = x.at(n, c, s[0], s[1], s[2]);
          if (value > largest || std::isnan(value)) largest = value;
        });
        expect_near(y.at(n, c, d, h, w), largest, "max_pool");
      });
    }
  }
}

TEST(Pool, MeansOfRandomWindowsByEveryRuleForDivisors) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(4);
    for (int i = 0; i < 150; ++i) {
      Case k = random_case(random, false);
      BlockedArray x(k.plan.batch, k.plan.channels, k.plan.in);
      BlockedArray y(k.plan.batch, k.plan.channels, k.plan.out);
      x.fill(random);
      if (i % 4 == 0) sprinkle_nan(x, random);
      k.plan.x = x.strides;
      k.plan.y = y.strides;
      const bool given = i % 3 == 0;
      if (given) set_divisor(k.plan.windows, 7);
      run_in_parts(avg_pool_kernel(tier), k.plan, PoolArrays{x.begin(), y.begin()}, items(k.plan),
                   scratch_bytes(k.plan), 1 + i % 3);
      y.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
        double sum = 0;
        int64_t inside = 0, declared = 0;
        for_each_tap(k, {d, h, w}, [&](const Axes& s, bool in_padding) {
          declared += in_padding;
          if (s[0] < 0) return;
          ++inside;
          sum += static_cast<double>(x.at(n, c, s[0], s[1], s[2]));
        });
        const int64_t divisor = given ? 7 : k.rule.count_include_pad ? declared : inside;
        expect_near(y.at(n, c, d, h, w), divisor == 0 ? 0 : sum / static_cast<double>(divisor),
                    "avg_pool");
      });
    }
  }
}

TEST(Pool, NormsOfRandomWindows) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(19);
    for (int i = 0; i < 60; ++i) {
      Case k = random_case(random, false);
      BlockedArray x(k.plan.batch, k.plan.channels, k.plan.in);
      BlockedArray y(k.plan.batch, k.plan.channels, k.plan.out);
      x.fill(random, -1e30f, 1e30f);
      if (i % 4 == 0) sprinkle_nan(x, random);
      k.plan.x = x.strides;
      k.plan.y = y.strides;
      const LpPoolPlan plan{k.plan, i % 3 == 0 ? 2.5 : i % 3};
      const int64_t ran = run_in_parts(lp_pool_kernel(tier), plan, PoolArrays{x.begin(), y.begin()},
                                       items(plan), 0, 2);
      EXPECT_EQ(ran, target_bit(tier));
      y.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
        double sum = 0;
        for_each_tap(k, {d, h, w}, [&](const Axes& s, bool) {
          if (s[0] >= 0)
            sum += std::pow(std::abs(static_cast<double>(x.at(n, c, s[0], s[1], s[2]))), plan.p);
        });
        expect_near(y.at(n, c, d, h, w), std::pow(sum, 1 / plan.p), "lp_pool");
      });
    }
  }
}

TEST(Pool, GlobalAndAdaptiveMeansAndMaxima) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(5);
    for (int i = 0; i < 60; ++i) {
      PoolPlan plan{.batch = 1, .channels = draw(random, 1, 20)};
      for (size_t a = 0; a < 3; ++a) {
        plan.in[a] = draw(random, 1, 40);
        plan.out[a] = i % 2 == 0 ? 1 : draw(random, 1, 6);
        plan.windows[a] = adaptive_windows(plan.in[a], plan.out[a]);
      }
      BlockedArray x(1, plan.channels, plan.in), y(1, plan.channels, plan.out), top = y;
      x.fill(random);
      plan.x = x.strides;
      plan.y = y.strides;
      run_in_parts(avg_pool_kernel(tier), plan, PoolArrays{x.begin(), y.begin()}, items(plan),
                   scratch_bytes(plan), 2);
      run_in_parts(max_pool_kernel(tier), plan, PoolArrays{x.begin(), top.begin()}, items(plan),
                   scratch_bytes(plan), 2);
      y.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
        double sum = 0, largest = -INFINITY;
        int64_t count = 0;
        const auto from = [&](size_t a, int64_t p) { return p * plan.in[a] / plan.out[a]; };
        const auto to = [&](size_t a, int64_t p) {
          return ((p + 1) * plan.in[a] + plan.out[a] - 1) / plan.out[a];
        };
        for (int64_t s = from(0, d); s < to(0, d); ++s)
          for (int64_t t = from(1, h); t < to(1, h); ++t)
            for (int64_t u = from(2, w); u < to(2, w); ++u, ++count) {
              sum += static_cast<double>(x.at(n, c, s, t, u));
              largest = std::max(largest, static_cast<double>(x.at(n, c, s, t, u)));
            }
        expect_near(y.at(n, c, d, h, w), sum / static_cast<double>(count), "mean");
        expect_near(top.at(n, c, d, h, w), largest, "maximum");
      });
    }
  }
}

// Few different values, so that ties are everywhere, and NaN.
TEST(Pool, IndicesAreOfTheFirstAndGradientsFindTheirWayBack) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(6);
    for (int i = 0; i < 120; ++i) {
      Case k = random_case(random, true);
      BlockedArray x(k.plan.batch, k.plan.channels, k.plan.in), grad_x = x;
      BlockedArray y(k.plan.batch, k.plan.channels, k.plan.out), grad_y = y;
      x.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
        x.at(n, c, d, h, w) = static_cast<float>(draw(random, -2, 2));
      });
      if (i % 2 == 0) sprinkle_nan(x, random);
      grad_y.fill(random);
      k.plan.x = x.strides;
      k.plan.y = y.strides;
      const MaxPoolIndicesPlan plan = max_pool_indices_plan(k.plan, y.strides);
      std::vector<int32_t> indices(y.data.size(), -7);
      int64_t ran = run_in_parts(
          max_pool_indices_kernel(tier), plan,
          MaxPoolIndicesArrays{x.begin(), i % 3 == 0 ? nullptr : y.begin(), indices.data()},
          items(plan), scratch_bytes(plan), 2);
      ran &= run_in_parts(max_pool_input_grad_kernel(tier), plan,
                          MaxPoolGradArrays{grad_y.begin(), indices.data(), grad_x.begin()},
                          input_grad_items(plan), 0, 3);
      EXPECT_EQ(ran, target_bit(tier));
      std::vector<int64_t> plain(
          static_cast<size_t>(k.plan.batch * k.plan.channels * product(k.plan.out)));
      run_in_parts(&plain_indices, plan, PlainIndicesArrays{indices.data(), plain.data()},
                   plain_indices_items(plan), 0, 2);

      BlockedArray sums(k.plan.batch, k.plan.channels, k.plan.in);
      sums.fill(random, 0, 0);
      size_t next = 0;
      y.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
        float best = 0;
        Axes where = {-1, -1, -1};
        for_each_tap(k, {d, h, w}, [&](const Axes& s, bool) {
          if (s[0] < 0) return;
          const float value = x.at(n, c, s[0], s[1], s[2]);
          if (where[0] >= 0 && !(value > best) && !(std::isnan(value) && !std::isnan(best))) return;
          best = value;
          where = s;
        });
        ASSERT_EQ(plain[next++], (where[0] * k.plan.in[1] + where[1]) * k.plan.in[2] + where[2]);
        if (i % 3 != 0) expect_near(y.at(n, c, d, h, w), static_cast<double>(best), "values");
        sums.at(n, c, where[0], where[1], where[2]) += grad_y.at(n, c, d, h, w);
      });
      sums.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
        expect_near(grad_x.at(n, c, d, h, w), static_cast<double>(sums.at(n, c, d, h, w)),
                    "gradient");
      });
    }
  }
}

}  // namespace
}  // namespace convoy::cpu
