// Matrix products against double loops: any transposes, broadcast batches, few rows or columns.
#include "convoy/cpu/kernels/gemm.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "tests/cpu/scratch.h"

namespace convoy::cpu {
namespace {

TEST(Gemm, ProductsOfAnyStridesAreThoseOfLoops) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::vector<int64_t> from) {
      return from[std::uniform_int_distribution<size_t>(0, from.size() - 1)(random)];
    };
    GemmPlan g;
    g.batch[4] = pick({1, 1, 2});
    g.batch[5] = pick({1, 3});
    g.rows = pick({0, 1, 1, 2, 3, 5, 13, 14, 15, 64, 131});
    g.depth = pick({0, 1, 3, 17, 64, 100});
    g.columns = pick({1, 1, 2, 15, 16, 17, 31, 33, 64, 100, 1100});
    // Each matrix is dense, either way round; an input may be the same for all batches.
    const auto lay_out = [&](MatrixStrides& m, int64_t rows, int64_t columns, bool output) {
      const bool transposed = pick({0, 1}) == 1;
      m.row = transposed ? 1 : columns;
      m.column = transposed ? rows : 1;
      int64_t size = rows * columns;
      for (const size_t axis : {size_t{5}, size_t{4}}) {
        if (!output && pick({0, 1}) == 0) continue;
        m.batch[axis] = size;
        size *= g.batch[axis];
      }
      return static_cast<size_t>(size);
    };
    std::uniform_real_distribution<float> uniform(-1, 1);
    const auto numbers = [&](size_t count) {
      std::vector<float> v(count);
      v.reserve(1);  // an address even of nothing
      for (float& e : v) e = uniform(random);
      return v;
    };
    const auto a = numbers(lay_out(g.a, g.rows, g.depth, false));
    const auto b = numbers(lay_out(g.b, g.depth, g.columns, false));
    const size_t size = lay_out(g.c, g.rows, g.columns, true);
    const bool for_rows = pick({0, 1}) == 1;
    g.bias_row = for_rows ? 1 : 0;
    g.bias_column = for_rows ? 0 : 1;
    const auto bias = numbers(static_cast<size_t>(for_rows ? g.rows : g.columns));
    const bool with_bias = pick({0, 1}) == 1;
    g.packed = g.b.batch == Space{} && pick({0, 1}) == 1;
    if (pick({0, 1}) == 1) g.low = -0.5f, g.high = 2.f;

    for (const Tier tier : tiers()) {
      const GemmPlan plan = plan_gemm(g, tier);
      std::vector<float> packed(plan.packed ? static_cast<size_t>(packed_size(plan)) : 0);
      if (plan.packed) pack_gemm(plan, b.data(), packed.data());
      std::vector<float> c(size, std::nanf(""));
      const GemmArrays at{a.data(), plan.packed ? packed.data() : b.data(), c.data(),
                          with_bias ? bias.data() : nullptr};
      for (int64_t part = 0; part < 3; ++part) {
        Scratch scratch(scratch_bytes(plan));
        gemm_kernel(tier)(plan, at, share(items(plan), part, 3), scratch.worker);
        EXPECT_EQ(scratch.worker.ran, target_bit(tier));
      }
      for (int64_t n = 0; n < volume(g.batch); ++n) {
        const Space batch = point_of(n, g.batch);
        for (int64_t i = 0; i < g.rows; ++i)
          for (int64_t j = 0; j < g.columns; ++j) {
            double sum = with_bias ? bias[static_cast<size_t>(for_rows ? i : j)] : 0;
            for (int64_t k = 0; k < g.depth; ++k)
              sum += double{a[static_cast<size_t>(offset_of(batch, g.a.batch) + i * g.a.row +
                                                  k * g.a.column)]} *
                     b[static_cast<size_t>(offset_of(batch, g.b.batch) + k * g.b.row +
                                           j * g.b.column)];
            const double want = std::clamp<double>(sum, g.low, g.high);
            ASSERT_NEAR(
                c[static_cast<size_t>(offset_of(batch, g.c.batch) + i * g.c.row + j * g.c.column)],
                want, 1e-5)
                << n << ' ' << i << ' ' << j;
          }
      }
    }
  }
}

TEST(Gemm, NaNMeetsZerosButOnlyInItsOwnColumn) {
  for (const Tier tier : tiers()) {
    GemmPlan g;
    g.rows = 5;
    g.depth = 3;
    g.columns = 4;
    g.a = {{}, 3, 1};
    g.b = g.c = {{}, 4, 1};
    const std::vector<float> a(15, 0.f);
    std::vector<float> b(12, 1.f), c(20);
    b[2] = std::nanf("");
    const GemmPlan plan = plan_gemm(g, tier);
    Scratch scratch(scratch_bytes(plan));
    gemm_kernel(tier)(plan, {a.data(), b.data(), c.data()}, {0, items(plan)}, scratch.worker);
    for (size_t i = 0; i < 20; ++i) EXPECT_EQ(std::isnan(c[i]), i % 4 == 2);
  }
}

}  // namespace
}  // namespace convoy::cpu
