#include "convoy/ops/padding.h"

#include <gtest/gtest.h>

#include "convoy/base/error.h"

namespace convoy {
namespace {

using Sides = std::pair<Dim, Dim>;

// The sizes a window gives, counted: how many of its positions fit.
int64_t counted(int64_t padded, int64_t reach, int64_t stride) {
  int64_t count = 0;
  for (int64_t start = 0; start + reach <= padded; start += stride) ++count;
  return count;
}

TEST(Padding, EveryKindAgreesWithItsDefinition) {
  for (int64_t in = 1; in <= 9; ++in)
    for (int64_t kernel = 1; kernel <= 4; ++kernel)
      for (int64_t stride = 1; stride <= 3; ++stride)
        for (int64_t dilation = 1; dilation <= 3; ++dilation) {
          const int64_t reach = dilation * (kernel - 1) + 1;
          const int64_t out = (in + stride - 1) / stride;
          const int64_t total = std::max<int64_t>((out - 1) * stride + reach - in, 0);
          const auto resolved = [&](const Padding& p) {
            return resolve(p, 0, in, kernel, stride, dilation);
          };
          EXPECT_EQ(resolved(Padding::valid), Sides(0, 0));
          EXPECT_EQ(resolved(Padding::half), Sides(reach / 2, reach / 2));
          EXPECT_EQ(resolved(Padding::full), Sides(reach - 1, reach - 1));
          EXPECT_EQ(resolved(Padding::same_upper), Sides(total / 2, total - total / 2));
          EXPECT_EQ(resolved(Padding::same_lower), Sides(total - total / 2, total / 2));
          EXPECT_EQ(counted(in + total, reach, stride), out);
        }
}

TEST(Padding, HalfIsNotSame) {
  EXPECT_EQ(resolve(Padding::same, 0, 8, 3, 2, 1), Sides(0, 1));
  EXPECT_EQ(resolve(Padding::half, 0, 8, 3, 2, 1), Sides(1, 1));
}

TEST(Padding, ResolvesSymbolsToWhatTheyBecome) {
  const Dim H = Dim::symbol("H");
  for (const Padding& padding : {Padding::same_upper, Padding::same_lower, Padding::half})
    for (int64_t stride = 1; stride <= 3; ++stride) {
      const auto [begin, end] = resolve(padding, 0, H, 4, stride, 2);
      for (int64_t in = 1; in <= 12; ++in) {
        const Sides known = resolve(padding, 0, in, 4, stride, 2);
        EXPECT_EQ(begin.substitute({{"H", in}}), known.first);
        EXPECT_EQ(end.substitute({{"H", in}}), known.second);
      }
    }
}

TEST(Padding, IsSpelledOutForEveryAxis) {
  EXPECT_EQ(Padding().for_rank(2).sides().size(), 2u);
  EXPECT_EQ(Padding(3).for_rank(2), Padding({{3, 3}, {3, 3}}));
  EXPECT_EQ(Padding({1, 2}).for_rank(2), Padding({{1, 1}, {2, 2}}));
  EXPECT_EQ(Padding::same.for_rank(3), Padding::same_upper);
  EXPECT_EQ(Padding::named("same"), Padding::same_upper);
  EXPECT_THROW(Padding::named("explicit"), ValueError);
  EXPECT_THROW(Padding::named(""), ValueError);
}

}  // namespace
}  // namespace convoy
