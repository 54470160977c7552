#include "convoy/base/checked.h"

#include <limits>

#include <gtest/gtest.h>

#include "convoy/base/dim.h"

namespace convoy {
namespace {

constexpr int64_t most = std::numeric_limits<int64_t>::max();
constexpr int64_t least = std::numeric_limits<int64_t>::min();

TEST(Checked, GivesTheExactResultOrThrows) {
  EXPECT_EQ(checked_add(most, least), -1);
  EXPECT_THROW(checked_add(most, 1), LimitError);
  EXPECT_EQ(checked_subtract(-1, most), least);
  EXPECT_THROW(checked_subtract(0, least), LimitError);
  EXPECT_EQ(checked_multiply(most, -1), -most);
  EXPECT_THROW(checked_multiply(least, -1), LimitError);
}

TEST(Checked, DivisionRoundsDownAndUpForNegativesToo) {
  for (int64_t a = -20; a <= 20; ++a)
    for (int64_t b = 1; b <= 7; ++b) {
      const int64_t down = floor_divide(a, b), up = ceil_divide(a, b);
      EXPECT_TRUE(down * b <= a && a < (down + 1) * b) << a << "/" << b;
      EXPECT_TRUE((up - 1) * b < a && a <= up * b) << a << "/" << b;
    }
  EXPECT_EQ(floor_divide(least, 1), least);
}

TEST(Checked, CountsElements) {
  EXPECT_EQ(element_count(Extents{}), 1);
  EXPECT_EQ(element_count(Extents{2, 0, 3}), 0);
  EXPECT_THROW(element_count(Extents{most, 2}), LimitError);
  // The distances between elements overflow although there are none.
  EXPECT_THROW(element_count(Extents{0, most, 2}), LimitError);
}

}  // namespace
}  // namespace convoy
