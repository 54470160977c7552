// Sizes of sliding windows, symbolic and known, against the rule they are defined by.
#include "convoy/ops/window.h"

#include <gtest/gtest.h>

#include "convoy/base/checked.h"

namespace convoy {
namespace {

constexpr WindowConstraints constraints{.lengths = 1, .positive = 2, .padding = 3, .fits = 4};

/// The rule as it is written: round, and with ceil_mode drop the last window where it would start
/// at or beyond in + begin.
int64_t size_by_rule(int64_t in, int64_t begin, int64_t end, int64_t reach, int64_t stride,
                     bool ceil_mode) {
  const int64_t room = in + begin + end - reach;
  if (!ceil_mode) return room / stride + 1;
  const int64_t size = ceil_divide(room, stride) + 1;
  return (size - 1) * stride >= in + begin ? size - 1 : size;
}

TEST(Window, SymbolicSizesBecomeTheKnownOnes) {
  const Dim symbol = Dim::symbol("L");
  int64_t windows = 0;
  for (const bool ceil_mode : {false, true})
    for (int64_t kernel = 1; kernel <= 4; ++kernel)
      for (int64_t dilation = 1; dilation <= 3; ++dilation)
        for (int64_t stride = 1; stride <= 5; ++stride) {
          const int64_t reach = dilation * (kernel - 1) + 1;
          for (int64_t begin = 0; begin < reach; ++begin)
            for (int64_t end = 0; end < reach; ++end) {
              const Window window{.kernel = {kernel},
                                  .stride = {stride},
                                  .padding = Padding(std::vector<Padding::Sides>{{begin, end}}),
                                  .dilation = {dilation}};
              const Shape symbolic = windowed_size(window, {symbol}, constraints, ceil_mode);
              for (int64_t in = 1; in <= 9; ++in) {
                if (in + begin + end < reach) continue;
                const int64_t expected = size_by_rule(in, begin, end, reach, stride, ceil_mode);
                const Shape known = windowed_size(window, {in}, constraints, ceil_mode);
                ASSERT_EQ(known, Shape{expected}) << in << " " << attribute_text(window.padding);
                ASSERT_EQ(substitute(symbolic, {{"L", in}}), known) << to_string(symbolic);
                ++windows;
              }
            }
        }
  EXPECT_GT(windows, 10000);
}

TEST(Window, OfSameIsTheInputOverTheStride) {
  for (const Padding& padding : {Padding::same_upper, Padding::same_lower})
    for (int64_t in = 1; in <= 9; ++in)
      for (int64_t stride = 1; stride <= 4; ++stride)
        for (const bool ceil_mode : {false, true}) {
          const Window window{
              .kernel = {3}, .stride = {stride}, .padding = padding, .dilation = {2}};
          EXPECT_EQ(windowed_size(window, {in}, constraints, ceil_mode),
                    Shape{ceil_divide(in, stride)});
        }
}

}  // namespace
}  // namespace convoy
