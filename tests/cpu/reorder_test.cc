// Layouts in and out, against element by element copies.
#include "convoy/cpu/kernels/reorder.h"

#include <gtest/gtest.h>

#include "tests/cpu/blocked_array.h"

namespace convoy::cpu {
namespace {

enum class Layout { channels_first, channels_last, neither };

/// A plain array within a larger one, with NaN in between.
struct PlainArray {
  Strides strides;
  std::vector<float> data;

  PlainArray(Layout layout, int64_t n, int64_t c, const Axes& s, int64_t room) {
    if (layout == Layout::channels_first) {
      const int64_t row = s[2] + room, plane = (s[1] + room) * row, channel = s[0] * plane;
      strides = {c * channel, channel, {plane, row, 1}};
    } else {
      const int64_t step = layout == Layout::channels_last ? 1 : 2, pixel = (c + room) * step;
      const int64_t row = s[2] * pixel, plane = (s[1] + room) * row;
      strides = {s[0] * plane, step, {plane, row, pixel}};
    }
    data.assign(static_cast<size_t>(n * strides.batch), nan32);
  }
  float& at(int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    return data[static_cast<size_t>(n * strides.batch + c * strides.channel + d * strides.axis[0] +
                                    h * strides.axis[1] + w * strides.axis[2])];
  }
};

/// Bit for bit, NaN included.
void expect_same(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i)
    ASSERT_TRUE(a[i] == b[i] || (a[i] != a[i] && b[i] != b[i]))
        << "element " << i << ": " << a[i] << " is not " << b[i];
}

struct Case {
  Layout layout;
  int64_t n, c, room, parts;
  Axes size;
};

template <class F>
void for_random_cases(F&& f) {
  std::mt19937 random(1);
  for (int i = 0; i < 150; ++i)
    f(random, Case{static_cast<Layout>(i % 3),
                   draw(random, 0, 2),
                   draw(random, 1, 40),
                   draw(random, 0, 1),
                   draw(random, 1, 3),
                   {draw(random, 1, 2), draw(random, 1, 5), draw(random, 1, 37)}});
}

TEST(Reorder, ToBlockedWritesZerosAboveC) {
  for (const Tier tier : tiers())
    for_random_cases([&](std::mt19937& random, const Case& k) {
      PlainArray plain(k.layout, k.n, k.c, k.size, k.room);
      BlockedArray blocked(k.n, k.c, k.size, k.room), expected = blocked;
      BlockedArray(k.n, whole_blocks(k.c), k.size, k.room)
          .for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
            expected.at(n, c, d, h, w) = 0;
            if (c < k.c)
              expected.at(n, c, d, h, w) = plain.at(n, c, d, h, w) =
                  static_cast<float>(draw(random, -99, 99));
          });
      const ReorderPlan plan = reorder_plan(k.n, k.c, k.size, plain.strides, blocked.strides);
      const int64_t ran =
          run_in_parts(to_blocked_kernel(tier), plan,
                       ReorderArrays{plain.data.data(), blocked.begin()}, items(plan), 0, k.parts);
      expect_same(blocked.data, expected.data);
      EXPECT_EQ(ran, target_bit(tier));
    });
}

TEST(Reorder, FromBlockedWritesTrueChannelsAlone) {
  for (const Tier tier : tiers())
    for_random_cases([&](std::mt19937& random, const Case& k) {
      BlockedArray blocked(k.n, k.c, k.size, k.room);
      blocked.fill(random);
      PlainArray plain(k.layout, k.n, k.c, k.size, k.room), expected = plain;
      blocked.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
        expected.at(n, c, d, h, w) = blocked.at(n, c, d, h, w);
      });
      const ReorderPlan plan = reorder_plan(k.n, k.c, k.size, plain.strides, blocked.strides);
      const int64_t ran =
          run_in_parts(from_blocked_kernel(tier), plan,
                       ReorderArrays{blocked.begin(), plain.data.data()}, items(plan), 0, k.parts);
      expect_same(plain.data, expected.data);
      EXPECT_EQ(ran, target_bit(tier));
    });
}

TEST(Reorder, LongRowsAreCutIntoPieces) {
  const Axes size = {1, 50, 53};
  PlainArray plain(Layout::channels_first, 1, 17, size, 0);
  BlockedArray blocked(1, 17, size, 0);
  for (size_t i = 0; i < plain.data.size(); ++i) plain.data[i] = static_cast<float>(i);
  const ReorderPlan plan = reorder_plan(1, 17, size, plain.strides, blocked.strides);
  EXPECT_EQ(plan.size, (Axes{1, 1, 50 * 53}));
  EXPECT_EQ(items(plan), 3 * 2);
  run_in_parts(to_blocked_kernel(tiers()[0]), plan,
               ReorderArrays{plain.data.data(), blocked.begin()}, items(plan), 0, 4);
  blocked.for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    ASSERT_EQ(blocked.at(n, c, d, h, w), plain.at(n, c, d, h, w));
  });
}

TEST(Reorder, ChannelsShiftBetweenBlockedArraysAndOthersStay) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(2);
    for (int i = 0; i < 200; ++i) {
      const int64_t n = draw(random, 0, 2), channels = draw(random, 0, 50);
      const int64_t skipped = draw(random, 0, 40), before = draw(random, 0, 40);
      const Axes size = {draw(random, 1, 2), draw(random, 1, 3), draw(random, 1, 5)};
      BlockedArray from(n, skipped + channels + draw(random, 0, 20), size);
      BlockedArray to(n, before + channels + draw(random, 0, 20), size);
      from.fill(random);
      to.fill(random);
      BlockedArray expected = to;
      BlockedArray(n, channels, size)
          .for_each([&](int64_t image, int64_t c, int64_t d, int64_t h, int64_t w) {
            expected.at(image, before + c, d, h, w) = from.at(image, skipped + c, d, h, w);
          });
      const ShiftPlan plan{n, channels, skipped, before, size, from.strides, to.strides};
      run_in_parts(shift_channels_kernel(tier), plan, ReorderArrays{from.begin(), to.begin()},
                   items(plan), 0, 2);
      expect_same(to.data, expected.data);
    }
  }
}

}  // namespace
}  // namespace convoy::cpu
