#include "convoy/base/dim.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"

namespace convoy {
namespace {

const Dim N = Dim::symbol("N"), H = Dim::symbol("H"), W = Dim::symbol("W");

TEST(Dim, EqualExpressionsCompareEqual) {
  EXPECT_EQ(H + 1 - 1, H);
  EXPECT_EQ(N * H, H * N);
  EXPECT_EQ((N + 1) * (N - 1), N * N - 1);
  EXPECT_EQ(floor_div(H * 4 + 8, 4), H + 2);
  EXPECT_EQ(floor_div(H * 2 + 1, 4), floor_div(H, 2));
  EXPECT_EQ(floor_div(H * 5, 3), H + floor_div(H * 2, 3));
  EXPECT_EQ(floor_div(floor_div(H + 1, 2) + 1, 2), floor_div(H + 3, 4));
  EXPECT_EQ(floor_div(N * H * 6, H * 2), N * 3);
  EXPECT_EQ(ceil_div(H, 2), floor_div(H + 1, 2));
  EXPECT_EQ(max(H, W), max(W, H));
  EXPECT_EQ(max(H + 1, H), H + 1);
}

TEST(Dim, DifferentExpressionsDoNot) {
  EXPECT_NE(H, W);
  EXPECT_NE(H, H + 1);
  EXPECT_NE(floor_div(H, 2), floor_div(H + 1, 2));
  EXPECT_TRUE(known_different(H, H + 1));
  EXPECT_FALSE(known_different(H, W));
}

TEST(Dim, ReadsAsMathematics) {
  EXPECT_EQ((H + 1).to_string(), "H + 1");
  EXPECT_EQ((Dim(0) - H * 3 - 2).to_string(), "-3*H - 2");
  EXPECT_EQ((floor_div(H, 2) + 1).to_string(), "(H//2) + 1");
  EXPECT_EQ(max(H - 1, 0).to_string(), "max(0, H - 1)");
  EXPECT_EQ((Dim::symbol("batch size") * 2).to_string(), "2*`batch size`");
  EXPECT_EQ(to_string(Shape{N, 3, floor_div(H, 2)}), "[N,3,(H//2)]");
}

TEST(Dim, RefusesWhatIsNoSize) {
  for (const char* text : {"", "H +", "(H", "H)", "2H", "H//0", "H//-1", "`H", "``", "max(H)",
                           "1.5", "9223372036854775808", "H $ 2"})
    EXPECT_THROW(Dim::parse(text), Error) << text;
  EXPECT_THROW(Dim::parse(std::string(1'000'000, '(')), ValueError);
  EXPECT_THROW(Dim::symbol(""), ValueError);
  EXPECT_THROW(Dim::symbol("a`b"), ValueError);
  EXPECT_THROW(H.value(), ShapeError);
  EXPECT_THROW((H + 1).symbol_name(), ValueError);
}

TEST(Dim, OverflowIsAnErrorNotAWrongSize) {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_THROW(Dim(most) + 1, LimitError);
  EXPECT_THROW(Dim(most) * 2, LimitError);
  EXPECT_THROW((H * most) * 2, LimitError);
  EXPECT_THROW(H * most + H, LimitError);
  EXPECT_THROW((H * 2).substitute({{"H", most}}), LimitError);
}

TEST(Dim, GrowthIsBounded) {
  const auto grow = [](Dim dim) {
    for (int i = 0; i < 40; ++i) dim = dim * dim;
  };
  EXPECT_THROW(grow(H), LimitError);
  EXPECT_THROW(grow(H + W + N), LimitError);
  const auto nest = [](Dim dim) {
    for (int i = 0; i < 100'000; ++i) dim = max(dim * 2 - H, i);
  };
  EXPECT_THROW(nest(W), LimitError);
}

TEST(Dim, TheLowestIntegerPrintsAndParses) {
  const Dim lowest = std::numeric_limits<int64_t>::min();
  for (const Dim& dim : {lowest, H + lowest, H * lowest, W + H * lowest})
    EXPECT_EQ(Dim::parse(dim.to_string()), dim) << dim.to_string();
}

// An expression together with its value for a given assignment, computed beside Dim.
struct Both {
  Dim dim;
  int64_t value;
};

const Bindings assignment_of(int64_t n, int64_t h, int64_t w) {
  return {{"N", n}, {"H", h}, {"odd name", w}};
}

Both random_expression(const Bindings& symbols, int depth) {
  const int what = *rc::gen::inRange(0, depth == 0 ? 2 : 8);
  if (what == 0) {
    const int64_t number = *rc::gen::inRange<int64_t>(-6, 7);
    return {Dim(number), number};
  }
  if (what == 1) {
    const auto symbol = *rc::gen::elementOf(
        std::vector<std::pair<std::string, int64_t>>(symbols.begin(), symbols.end()));
    return {Dim::symbol(symbol.first), symbol.second};
  }
  const Both a = random_expression(symbols, depth - 1);
  if (what == 2) {
    const int64_t divisor = *rc::gen::inRange<int64_t>(1, 7);
    return {floor_div(a.dim, divisor), floor_divide(a.value, divisor)};
  }
  const Both b = random_expression(symbols, depth - 1);
  if (what == 3) return {a.dim - b.dim, a.value - b.value};
  if (what == 4) return {max(a.dim, b.dim), std::max(a.value, b.value)};
  if (what == 5) return {a.dim * b.dim, a.value * b.value};
  if (what == 6 && b.value > 0 && !(b.dim.is_static() && b.dim.value() <= 0))
    return {floor_div(a.dim, b.dim), floor_divide(a.value, b.value)};
  return {a.dim + b.dim, a.value + b.value};
}

Bindings random_assignment() {
  return assignment_of(*rc::gen::inRange<int64_t>(0, 20), *rc::gen::inRange<int64_t>(0, 20),
                       *rc::gen::inRange<int64_t>(0, 20));
}

RC_GTEST_PROP(Dim, SubstitutionAgreesWithEvaluation, ()) {
  const Bindings bindings = random_assignment();
  const Both both = random_expression(bindings, 4);
  RC_ASSERT(both.dim.substitute(bindings) == Dim(both.value));
}

RC_GTEST_PROP(Dim, SubstitutionOneByOneAgrees, ()) {
  const Bindings bindings = random_assignment();
  const Both both = random_expression(bindings, 4);
  Dim dim = both.dim;
  for (const auto& [name, value] : bindings) {
    try {
      dim = dim.substitute({{name, value}});
    } catch (const ValueError&) {
      RC_DISCARD("a divisor is no longer positive for what is left");
    }
  }
  RC_ASSERT(dim == Dim(both.value));
}

RC_GTEST_PROP(Dim, PrintsAndParsesBack, ()) {
  const Both both = random_expression(random_assignment(), 4);
  RC_LOG() << both.dim.to_string();
  const Dim again = Dim::parse(both.dim.to_string());
  RC_ASSERT(again == both.dim);
  RC_ASSERT(again.to_string() == both.dim.to_string());
}

RC_GTEST_PROP(Dim, EqualAfterRearranging, ()) {
  const Bindings bindings = random_assignment();
  const Dim a = random_expression(bindings, 2).dim, b = random_expression(bindings, 2).dim,
            c = random_expression(bindings, 2).dim;
  RC_ASSERT((a + b) * c == c * b + c * a);
  RC_ASSERT(a - b - c == a - (c + b));
}

}  // namespace
TEST(Dim, TellsWhatItIsMadeOf) {
  const Dim size = floor_div(H + 1, 2) * N * 3 + 5;
  EXPECT_EQ(size.constant_term(), 5);
  const std::vector<DimProduct> products = size.products();
  ASSERT_EQ(products.size(), 1u);
  EXPECT_EQ(products[0].coefficient, 3);
  ASSERT_EQ(products[0].factors.size(), 2u);
  EXPECT_EQ(products[0].factors[0].kind, DimFactor::Kind::floor_div);
  EXPECT_EQ(products[0].factors[0].args, (std::vector<Dim>{H + 1, 2}));
  EXPECT_EQ(products[0].factors[1].name, "N");
  EXPECT_TRUE(Dim(7).products().empty());
}

}  // namespace convoy
