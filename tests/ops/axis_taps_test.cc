#include "convoy/ops/axis_taps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace convoy {
namespace {

using ::testing::ElementsAre;

MATCHER_P2(IsTap, index, weight, "") { return arg.index == index && arg.weight == weight; }

TEST(ResizeTaps, OfATwiceAsLongAxis) {
  const AxisTaps taps = resize_taps(Resize{.mode = ResizeMode::linear}, 0, 2, 4);
  ASSERT_EQ(taps.size(), 4u);
  EXPECT_THAT(taps[0], ElementsAre(IsTap(0, 0.25), IsTap(0, 0.75)));  // outside is the first
  EXPECT_THAT(taps[1], ElementsAre(IsTap(0, 0.75), IsTap(1, 0.25)));
  EXPECT_THAT(taps[3], ElementsAre(IsTap(1, 0.75), IsTap(1, 0.25)));
}

TEST(ResizeTaps, NoWeightIsZero) {
  const Resize corners{.mode = ResizeMode::cubic, .coordinate_mode = CoordinateMode::align_corners};
  for (const auto& row : resize_taps(corners, 0, 5, 9))
    for (const Tap& tap : row) EXPECT_NE(tap.weight, 0);
  EXPECT_THAT(resize_taps(corners, 0, 5, 9)[4], ElementsAre(IsTap(2, 1)));
}

TEST(Transposed, TellsForEveryElementWhereItCounts) {
  const AxisTaps taps{{{0, 1}}, {{0, 0.5}, {2, 0.5}}};
  const AxisTaps back = transposed(taps, 3);
  EXPECT_THAT(back[0], ElementsAre(IsTap(0, 1), IsTap(1, 0.5)));
  EXPECT_THAT(back[1], ElementsAre());
  EXPECT_THAT(back[2], ElementsAre(IsTap(1, 0.5)));
}

TEST(AdaptiveWindow, OverlapsByAtMostOneElement) {
  const auto window = [](int64_t i) {
    const AdaptiveWindow w = adaptive_window(i, 7, 3);
    return std::pair(w.begin, w.end);
  };
  EXPECT_EQ(window(0), std::pair(int64_t{0}, int64_t{3}));
  EXPECT_EQ(window(1), std::pair(int64_t{2}, int64_t{5}));
  EXPECT_EQ(window(2), std::pair(int64_t{4}, int64_t{7}));
}

}  // namespace
}  // namespace convoy
