#include "convoy/graph/dot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"

namespace convoy {
namespace {

using testing::HasSubstr;
using testing::Not;

Graph drawn() {
  const Value x = input("x <&\"", {DType::float32, {Dim::symbol("N"), 1, 8, 8}});
  const Value w = parameter("w", Tensor::zeros(DType::float32, {2, 1, 3, 3}));
  return Graph({x}, {conv(x, w, {.padding = Padding::same}, "stem") * 0.5, w});
}

TEST(Dot, ShowsOperatorsTheirNamesAndWhatDiffersFromTheDefaults) {
  const std::string dot = to_dot(drawn());
  EXPECT_THAT(dot, HasSubstr("<b>conv</b>  stem"));
  EXPECT_THAT(dot, HasSubstr("padding=same_upper"));
  EXPECT_THAT(dot, Not(HasSubstr("stride")));
  EXPECT_THAT(dot, Not(HasSubstr("groups")));
  EXPECT_THAT(dot, HasSubstr("[N,2,8,8]"));
}

TEST(Dot, FoldsSmallConstantsAndEscapesMarkup) {
  const std::string dot = to_dot(drawn());
  EXPECT_THAT(dot, HasSubstr("<i>y</i> 0.5"));
  EXPECT_THAT(dot, HasSubstr("x &lt;&amp;\\&quot;"));
}

TEST(Svg, IsDrawnWhereGraphvizIsInstalled) {
  try {
    EXPECT_THAT(to_svg(drawn()), HasSubstr("</svg>"));
  } catch (const NotSupportedError& error) {
    EXPECT_THAT(std::string(error.what()), HasSubstr("graphviz"));
  }
}

}  // namespace
}  // namespace convoy
