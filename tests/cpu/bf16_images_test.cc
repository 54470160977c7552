// Images in bfloat16: every kernel that takes them gives what its float32 twin, which other tests
// judge, gives of the same numbers, rounded. Bit for bit.
#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "convoy/base/dtype.h"
#include "convoy/cpu/kernels/bf16_rows.h"
#include "convoy/cpu/kernels/elementwise.h"
#include "convoy/cpu/kernels/pool.h"
#include "convoy/cpu/kernels/reorder.h"
#include "convoy/cpu/kernels/resize.h"
#include "tests/cpu/blocked_array.h"

namespace convoy::cpu {
namespace {

std::vector<BFloat16> rounded(const std::vector<float>& from) {
  std::vector<BFloat16> to;
  for (const float f : from) to.emplace_back(f);
  return to;
}
std::vector<float> widened(const std::vector<BFloat16>& from) {
  std::vector<float> to;
  for (const BFloat16 b : from) to.push_back(static_cast<float>(b));
  return to;
}
void expect_same(const std::vector<BFloat16>& a, const std::vector<BFloat16>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<float>(a[i]), y = static_cast<float>(b[i]);
    ASSERT_TRUE(a[i].bits == b[i].bits || (x != x && y != y))
        << "element " << i << ": " << x << " is not " << y;
  }
}

/// What rounding has to get right: ties, carries into the exponent, infinities, NaN, subnormals.
float awkward(std::mt19937& random) {
  switch (draw(random, 0, 7)) {
    case 0:
      return nan32;
    case 1:
      return std::bit_cast<float>(static_cast<uint32_t>(draw(random, 0, 0x7f7f) << 16 | 0x8000));
    case 2:
      return std::bit_cast<float>(0x7f7fffffu);  // rounds to infinity
    case 3:
      return -std::numeric_limits<float>::infinity();
    case 4:
      return std::bit_cast<float>(static_cast<uint32_t>(draw(random, 0, 0x7fffff)));
    default:
      return std::uniform_real_distribution<float>(-9, 9)(random);
  }
}
void fill_awkwardly(BlockedArray& x, std::mt19937& random) {
  x.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    x.at(n, c, d, h, w) = awkward(random);
  });
}

/// A blocked array in bfloat16, of the same layout.
struct Bf16Array {
  std::vector<BFloat16> data;
  int64_t first;
  explicit Bf16Array(const BlockedArray& from) : data(rounded(from.data)), first(from.first) {}
  BFloat16* begin() { return data.data() + first; }
};
BlockedArray as_float32(const BlockedArray& like, const Bf16Array& from) {
  BlockedArray to = like;
  to.data = widened(from.data);
  return to;
}

TEST(Bf16Images, RowsAreRoundedAsSingleElements) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(3);
    for (int64_t count = 0; count < 40; ++count)
      for (const int64_t stride : {0, 1, 3}) {
        std::vector<float> from(static_cast<size_t>(count));
        for (float& f : from) f = awkward(random);
        std::vector<BFloat16> stored(static_cast<size_t>(5 + count * 3), BFloat16(7.f));
        std::vector<BFloat16> expected = stored;
        for (int64_t i = 0; i < count; ++i)
          expected[static_cast<size_t>(5 + i * stride)] = BFloat16(from[static_cast<size_t>(i)]);
        store_bf16_row(tier)(from.data(), count, stored.data(), 5, stride);
        expect_same(stored, expected);

        std::vector<float> loaded(static_cast<size_t>(count) + 1, 7.f);
        load_bf16_row(tier)(stored.data(), 5, stride, count, loaded.data());
        for (int64_t i = 0; i < count; ++i) {
          const auto wanted = static_cast<float>(stored[static_cast<size_t>(5 + i * stride)]);
          const float got = loaded[static_cast<size_t>(i)];
          ASSERT_TRUE(got == wanted || (got != got && wanted != wanted));
        }
        EXPECT_EQ(loaded.back(), 7.f);
      }
  }
}

TEST(Bf16Images, LayoutsChange) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(4);
    for (int i = 0; i < 120; ++i) {
      const int64_t n = draw(random, 0, 2), c = draw(random, 1, 40);
      const Axes size = {draw(random, 1, 2), draw(random, 1, 5), draw(random, 1, 21)};
      BlockedArray blocked(n, c, size, draw(random, 0, 1));
      const int64_t pixels = product(size);
      const Strides first = plain_strides(c, size);
      Strides last = {c * pixels, 1, {size[1] * size[2] * c, size[2] * c, c}};
      if (i % 3 == 2) {  // neither channels nor pixels are neighbours
        last = {2 * c * pixels, 2, {size[1] * size[2] * c * 2, size[2] * c * 2, c * 2}};
      }
      const Strides strides = i % 3 == 0 ? first : last;
      std::vector<float> plain(static_cast<size_t>(n * strides.batch));
      for (float& f : plain) f = awkward(random);
      const ReorderPlan plan = reorder_plan(n, c, size, strides, blocked.strides);

      Bf16Array ours(blocked);
      BlockedArray twin = blocked;
      run_in_parts(to_blocked_kernel(tier), plan, ReorderArrays{plain.data(), twin.begin()},
                   items(plan), 0, 2);
      const int64_t ran =
          run_in_parts(to_blocked_kernel(tier, DType::bfloat16), plan,
                       ReorderArrays{plain.data(), ours.begin()}, items(plan), 0, 2);
      expect_same(ours.data, rounded(twin.data));
      EXPECT_EQ(ran, items(plan) > 0 ? target_bit(tier) : ran);

      BlockedArray wide = as_float32(blocked, ours);
      std::vector<float> back(plain.size(), 7.f), twin_back = back;
      run_in_parts(from_blocked_kernel(tier), plan, ReorderArrays{wide.begin(), twin_back.data()},
                   items(plan), 0, 2);
      run_in_parts(from_blocked_kernel(tier, DType::bfloat16), plan,
                   ReorderArrays{ours.begin(), back.data()}, items(plan), 0, 2);
      expect_same(rounded(back), rounded(twin_back));
    }
  }
}

TEST(Bf16Images, ChannelsShiftAndChangeDtype) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(5);
    for (int i = 0; i < 120; ++i) {
      const int64_t n = draw(random, 0, 2), channels = draw(random, 0, 50);
      const int64_t skipped = draw(random, 0, 40), before = draw(random, 0, 40);
      const Axes size = {draw(random, 1, 2), draw(random, 1, 3), draw(random, 1, 5)};
      BlockedArray from(n, skipped + channels + draw(random, 0, 20), size);
      BlockedArray to(n, before + channels + draw(random, 0, 20), size);
      fill_awkwardly(from, random);
      fill_awkwardly(to, random);
      Bf16Array from_half(from), to_half(to);
      from = as_float32(from, from_half);  // numbers that both have
      to = as_float32(to, to_half);
      const ShiftPlan plan{n, channels, skipped, before, size, from.strides, to.strides};
      BlockedArray expected = to, widens = to;
      Bf16Array narrows = to_half, stays = to_half;
      const auto run = [&](DType a, DType b, const void* x, void* y) {
        run_in_parts(shift_channels_kernel(tier, a, b), plan, ReorderArrays{x, y}, items(plan), 0,
                     2);
      };
      run(DType::float32, DType::float32, from.begin(), expected.begin());
      run(DType::bfloat16, DType::float32, from_half.begin(), widens.begin());
      run(DType::float32, DType::bfloat16, from.begin(), narrows.begin());
      run(DType::bfloat16, DType::bfloat16, from_half.begin(), stays.begin());
      expect_same(rounded(widens.data), rounded(expected.data));
      expect_same(narrows.data, rounded(expected.data));
      expect_same(stays.data, rounded(expected.data));
    }
  }
}

/// Runs a kernel on random images in both dtypes and compares.
template <class Arrays, class Kernel, class Plan>
void expect_twins(Kernel kernel_of, Tier tier, Plan plan, std::mt19937& random) {
  BlockedArray x(plan.batch, plan.channels, plan.in), y(plan.batch, plan.channels, plan.out);
  plan.x = x.strides;
  plan.y = y.strides;
  x.fill(random);
  Bf16Array x_half(x), y_half(y);
  x = as_float32(x, x_half);
  run_in_parts(kernel_of(DType::float32), plan, Arrays{x.begin(), y.begin()}, items(plan),
               scratch_bytes(plan), 2);
  const int64_t ran =
      run_in_parts(kernel_of(DType::bfloat16), plan, Arrays{x_half.begin(), y_half.begin()},
                   items(plan), scratch_bytes(plan), 2);
  const Bf16Array expected(y);
  y.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    const auto at = static_cast<size_t>(y.first + y.offset(n, c, d, h, w));
    ASSERT_EQ(y_half.data[at].bits, expected.data[at].bits);
  });
  EXPECT_EQ(ran, items(plan) > 0 ? target_bit(tier) : ran);
}

Axes random_size(std::mt19937& random) {
  return {draw(random, 1, 2), draw(random, 1, 9), draw(random, 1, 17)};
}

TEST(Bf16Images, PoolsRoundTheirResults) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(6);
    for (int i = 0; i < 150; ++i) {
      PoolPlan plan{
          .batch = draw(random, 0, 2), .channels = draw(random, 1, 35), .in = random_size(random)};
      const bool adaptive = i % 4 == 0;
      for (size_t a = 0; a < 3; ++a) {
        const int64_t kernel = std::min(plan.in[a], draw(random, 1, 6));
        const int64_t stride = draw(random, 1, 3);
        plan.out[a] = adaptive ? draw(random, 1, plan.in[a]) : (plan.in[a] - kernel) / stride + 1;
        plan.windows[a] =
            adaptive ? adaptive_windows(plan.in[a], plan.out[a])
                     : sliding_windows(plan.in[a], plan.out[a], kernel, stride, 1, 0, 0, false);
      }
      expect_twins<PoolArrays>([&](DType d) { return max_pool_kernel(tier, d); }, tier, plan,
                               random);
      expect_twins<PoolArrays>([&](DType d) { return avg_pool_kernel(tier, d); }, tier, plan,
                               random);
    }
  }
}

TEST(Bf16Images, ResizingRoundsItsResults) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(7);
    for (int i = 0; i < 150; ++i) {
      ResizePlan plan{
          .batch = draw(random, 0, 2), .channels = draw(random, 1, 35), .in = random_size(random)};
      for (size_t a = 0; a < 3; ++a) {
        plan.out[a] = draw(random, 1, 2 * plan.in[a]);
        AxisTaps taps;
        for (int64_t o = 0; o < plan.out[a]; ++o) {
          std::vector<Tap> element;
          const int64_t count = i % 2 == 0 ? 1 : draw(random, 1, 3);
          for (int64_t k = 0; k < count; ++k)
            element.push_back({draw(random, 0, plan.in[a] - 1),
                               i % 2 == 0 ? 1. : static_cast<double>(draw(random, -8, 8)) / 8});
          taps.push_back(element);
        }
        plan.taps[a] = tap_table(taps);
      }
      expect_twins<ResizeArrays>([&](DType d) { return resize_kernel(tier, plan, d); }, tier, plan,
                                 random);
    }
  }
}

/// x·s + y, s being one element a channel, over blocks; all of them in bfloat16.
TEST(Bf16Images, ProgramsLoadAndStoreThem) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(8);
    for (int i = 0; i < 60; ++i) {
      const int64_t n = draw(random, 1, 2), c = draw(random, 1, 40);
      const Axes size = {1, draw(random, 1, 9), draw(random, 1, 90)};
      BlockedArray x(n, c, size, i % 2), y(n, c, size, i % 2), s(n, c, {1, 1, 1}, 0);
      x.fill(random);
      y.fill(random);
      s.fill(random);
      const auto access = [&](const BlockedArray& a, bool whole) {
        const Strides& k = a.strides;
        return Access{DType::bfloat16,
                      {k.batch, k.channel, 0, whole ? k.axis[1] : 0, whole ? k.axis[2] : 0, 1}};
      };
      Program program{.size = {n, blocks_of(c), 1, size[1], size[2], block},
                      .inputs = {access(x, true), access(s, false), access(y, true)},
                      .code = {{.op = BinaryKind::mul, .from = {0, 1}},
                               {.op = BinaryKind::add, .from = {3, 2}}}};
      const Elementwise plan = plan_elementwise(program, {{4, access(y, true)}}, tier);
      Bf16Array x_half(x), s_half(s), y_half(y);
      const Bf16Array before = y_half;
      const std::array<const void*, 3> inputs{x_half.begin(), s_half.begin(), y_half.begin()};
      void* const output = y_half.begin();
      run_in_parts(&run_elementwise, plan, ElementwiseArrays{inputs.data(), &output}, items(plan),
                   scratch_bytes(plan), 2);
      y.for_each([&](int64_t a, int64_t b, int64_t d, int64_t h, int64_t w) {
        const auto at = [&](const Bf16Array& array, int64_t offset) {
          return static_cast<float>(array.data[static_cast<size_t>(array.first + offset)]);
        };
        const int64_t p = y.offset(a, b, d, h, w);
        const float product =
            at(x_half, x.offset(a, b, d, h, w)) * at(s_half, s.offset(a, b, 0, 0, 0));
        const float sum = product + at(before, p);
        ASSERT_EQ(at(y_half, p), static_cast<float>(BFloat16(sum)));
      });
    }
  }
}

}  // namespace
}  // namespace convoy::cpu
