// Reductions against double loops, over random spaces, axes and orders of axes, on every tier.
#include "convoy/cpu/kernels/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "tests/cpu/scratch.h"

namespace convoy::cpu {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Both steps, each in `parts` ranges.
void run(const ReducePlan& plan, Tier tier, std::vector<const void*> inputs,
         std::vector<float*> outputs, int64_t parts) {
  std::vector<double> partials(static_cast<size_t>(partial_bytes(plan)) / sizeof(double), nan);
  const ReduceArrays at{inputs.data(), outputs.data(), partials.data()};
  for (int64_t part = 0; part < parts; ++part) {
    Scratch scratch(scratch_bytes(plan));
    run_reduce(plan, at, share(items(plan), part, parts), scratch.worker);
    EXPECT_EQ(scratch.worker.ran, target_bit(tier));
  }
  Worker worker;
  for (int64_t part = 0; part < parts; ++part)
    run_combine(plan, at, share(combine_items(plan), part, parts), worker);
}

/// Strides of a dense array with the axes that `use` names, in their order.
Space dense(const Space& size, uint32_t use, int64_t& count) {
  Space stride = {};
  count = 1;
  for (size_t a = max_axes; a-- > 0;) {
    if (!(use >> a & 1u)) continue;
    stride[a] = count;
    count *= size[a];
  }
  return stride;
}

TEST(Reduce, SumsProductsAndExtremesOfOneReadAreThoseOfLoops) {
  for (unsigned seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::vector<int64_t> from) {
      return from[std::uniform_int_distribution<size_t>(0, from.size() - 1)(random)];
    };
    const Space size = {1,
                        1,
                        pick({1, 2, 3}),
                        pick({1, 2, 5}),
                        pick({1, 3, 49, 130}),
                        pick({16, 16, 1, 7, 20, 100, 1024, 2500})};
    const auto stays = static_cast<uint32_t>(pick({0, 1, 2, 4, 8, 12, 16, 32, 36, 40, 48, 63, 28}));
    int64_t count = 0, results = 0;
    Program program{size, {{DType::float32, dense(size, 63, count)}}, {{BinaryKind::mul, {0, 0}}}};
    const Space to = dense(size, stays, results);
    std::vector<float> x(static_cast<size_t>(count));
    std::uniform_real_distribution<float> uniform(0.5f, 1.5f);
    for (float& e : x) e = (random() % 2 ? -1.f : 1.f) * uniform(random);
    if (seed % 5 == 0) x[random() % x.size()] = nan;

    const std::vector<Reduction> reductions{{0, Accumulate::sum, to, 0.25},
                                            {0, Accumulate::max, to},
                                            {0, Accumulate::min, to},
                                            {0, Accumulate::product, to},
                                            {1, Accumulate::sum, to, 1, true}};
    std::vector<std::vector<double>> want;
    for (const Reduction& r : reductions)
      want.emplace_back(static_cast<size_t>(results), identity_of(r.how));
    std::vector<double> magnitude(static_cast<size_t>(results));
    for (int64_t i = 0; i < count; ++i) {
      const auto cell = static_cast<size_t>(offset_of(point_of(i, size), to));
      const double e = x[static_cast<size_t>(i)];
      magnitude[cell] += std::abs(e);
      for (size_t k = 0; k < reductions.size(); ++k)
        want[k][cell] = accumulate(reductions[k].how, want[k][cell], k == 4 ? e * e : e);
    }
    for (const Tier tier : tiers()) {
      const auto plan = plan_reduce(program, reductions, tier);
      std::vector<std::vector<float>> got(reductions.size(),
                                          std::vector<float>(static_cast<size_t>(results), nan));
      std::vector<float*> outputs;
      for (auto& g : got) outputs.push_back(g.data());
      run(plan, tier, {x.data()}, outputs, 1);
      const auto together = got;
      run(plan, tier, {x.data()}, outputs, 3);
      for (size_t k = 0; k < reductions.size(); ++k)
        for (size_t i = 0; i < got[k].size(); ++i) {
          double w = want[k][i];
          if (k == 0) w *= 0.25;
          if (k == 4) w = std::sqrt(w);
          if (std::isnan(w)) {
            ASSERT_TRUE(std::isnan(got[k][i])) << k << ' ' << i;
            continue;
          }
          ASSERT_EQ(got[k][i], together[k][i]) << "depends on the ranges";
          const double bound = k == 0 ? 1e-6 * magnitude[i] : 1e-6 * std::abs(w) + 1e-38;
          ASSERT_NEAR(got[k][i], w, std::isinf(static_cast<float>(w)) ? 0 : bound) << k << ' ' << i;
        }
    }
  }
}

TEST(Reduce, SumsOfMillionsKeepTheirDigits) {
  constexpr int64_t n = 3'000'017;
  std::vector<float> x(n);
  for (size_t i = 0; i < n; ++i) x[i] = 0.1f + static_cast<float>(i % 7) * 1e-3f;
  double want = 0;
  for (const float e : x) want += e;
  for (const Tier tier : tiers())
    for (const int64_t columns : {n, int64_t{1}}) {  // along the inner axis, then across columns
      Program program{{1, 1, 1, 1, n, 1}, {{DType::float32, {0, 0, 0, 0, 1, 0}}}, {}};
      if (columns == n) program = {{1, 1, 1, 1, 1, n}, {{DType::float32, {0, 0, 0, 0, 0, 1}}}, {}};
      float sum = nan;
      run(plan_reduce(program, {Reduction{}}, tier), tier, {x.data()}, {&sum}, 4);
      EXPECT_NEAR(sum, want, 2e-7 * want);
    }
}

/// Channel sums of g and g·x̂ over a blocked array: pad lanes leave no trace in others.
TEST(Reduce, SumsOfBlockedChannelsLeavePadLanesApart) {
  const int64_t batch = 3, blocks = 2, pixels = 35, channels = 21;
  std::vector<float> g(static_cast<size_t>(batch * blocks * pixels * 16), nan), x(g.size(), nan);
  std::vector<float> mean(32, nan);
  std::vector<double> sum(21), product(21);
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (size_t c = 0; c < 21; ++c) mean[c] = normal(random);
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t c = 0; c < channels; ++c) {
        const auto i = static_cast<size_t>(((n * blocks + c / 16) * pixels + p) * 16 + c % 16);
        const auto channel = static_cast<size_t>(c);
        g[i] = normal(random);
        x[i] = normal(random);
        sum[channel] += g[i];
        product[channel] += double{g[i]} * (double{x[i]} - mean[channel]);
      }
  const Space to = {0, 0, 0, 16, 0, 1};
  const Access image{DType::float32, {0, 0, blocks * pixels * 16, pixels * 16, 16, 1}};
  const Program program{{1, 1, batch, blocks, pixels, 16},
                        {image, image, {DType::float32, to}},
                        {{BinaryKind::sub, {1, 2}}, {BinaryKind::mul, {0, 3}}}};
  for (const Tier tier : tiers()) {
    std::vector<float> sums(32, nan), products(32, nan);
    run(plan_reduce(program, {{0, Accumulate::sum, to}, {4, Accumulate::sum, to}}, tier), tier,
        {g.data(), x.data(), mean.data()}, {sums.data(), products.data()}, 2);
    for (size_t c = 0; c < 21; ++c) {
      EXPECT_NEAR(sums[c], sum[c], 1e-5);
      EXPECT_NEAR(products[c], product[c], 2e-5);
    }
  }
}

TEST(Reduce, NothingSumsToZero) {
  for (const Tier tier : tiers()) {
    float sum = nan, product = nan;
    const Program program{{1, 1, 1, 1, 0, 5}, {{DType::float32, {0, 0, 0, 0, 5, 1}}}, {}};
    run(plan_reduce(program, {{0, Accumulate::sum, {}}, {0, Accumulate::product, {}}}, tier), tier,
        {nullptr}, {&sum, &product}, 2);
    EXPECT_EQ(sum, 0);
    EXPECT_EQ(product, 1);
  }
}

}  // namespace
}  // namespace convoy::cpu
