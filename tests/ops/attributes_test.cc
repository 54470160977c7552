#include "convoy/ops/attributes.h"

#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "convoy/base/error.h"
#include "convoy/ops/catalog.h"

namespace convoy {
namespace {

template <class T>
T read_back(const T& value) {
  T again{};
  read_attribute(attribute_text(value), again);
  return again;
}

RC_GTEST_PROP(Attributes, IntegersReadBack, (const std::vector<int64_t>& list)) {
  RC_ASSERT(read_back(list) == list);
}

RC_GTEST_PROP(Attributes, NumbersReadBackToTheBit, (double number)) {
  RC_ASSERT(std::bit_cast<uint64_t>(read_back(number)) == std::bit_cast<uint64_t>(number));
}

RC_GTEST_PROP(Attributes, PaddingReadsBack,
              (const std::vector<std::pair<int64_t, int64_t>>& sides)) {
  RC_ASSERT(read_back(Padding(sides)) == Padding(sides));
}

TEST(Attributes, SpecialValuesReadBack) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double number : {infinity, -infinity, -0.0, 5e-324, 1.7976931348623157e308}) {
    EXPECT_EQ(read_back(number), number);
    EXPECT_EQ(std::signbit(read_back(number)), std::signbit(number));
  }
  EXPECT_TRUE(std::isnan(read_back(std::nan(""))));
  EXPECT_EQ(read_back(true), true);
  EXPECT_EQ(read_back(DType::bfloat16), DType::bfloat16);
  for (const auto& [kind, name] : EnumNames<Padding::Kind>::values)
    if (kind != Padding::Kind::explicit_sides) {
      EXPECT_EQ(read_back(Padding(kind)), Padding(kind)) << name;
    }
  const Shape shape{Dim::symbol("a, b]"), 3, max(Dim::symbol("H") - 1, Dim::symbol("W"))};
  EXPECT_EQ(read_back(shape), shape);
}

TEST(Attributes, RefuseWhatIsNotOfTheirForm) {
  Integers integers;
  for (const char* text : {"", "1", "[1", "[1,]", "[,]", "[1 2]", "[1.5]", "[9223372036854775808]",
                           "[[1]]", "[1)]", "[+1]"})
    EXPECT_THROW(read_attribute(text, integers), ValueError) << text;
  Padding padding;
  for (const char* text : {"", "SAME", "explicit", "[(1)]", "[(1, 2, 3)]", "[1]", "(1, 2)"})
    EXPECT_THROW(read_attribute(text, padding), ValueError) << text;
  bool flag = false;
  EXPECT_THROW(read_attribute("True", flag), ValueError);
  double number = 0;
  for (const char* text : {"", "1e999", "one", "1 ", "0x1p3"})
    EXPECT_THROW(read_attribute(text, number), ValueError) << text;
  EXPECT_THROW(split_list("[`a]"), ValueError);
}

TEST(Catalog, EveryDefaultOfEveryOperatorReadsBack) {
  ASSERT_FALSE(operators().empty());
  for (const OperatorInfo& info : operators()) {
    Op op = info.prototype;
    for (const AttributeInfo& attribute : info.attributes)
      EXPECT_NO_THROW(set_attribute(op, attribute.name, attribute.default_text))
          << info.name << "." << attribute.name;
    EXPECT_TRUE(op == info.prototype) << info.name;
    EXPECT_EQ(find_operator(info.name), &info);
  }
}

TEST(Catalog, NamesAreUniqueAndFound) {
  for (size_t i = 1; i < operators().size(); ++i)
    EXPECT_LT(operators()[i - 1].name, operators()[i].name);
  EXPECT_EQ(find_operator("frobnicate"), nullptr);
  EXPECT_EQ(find_operator(""), nullptr);
  Op op = find_operator("conv")->prototype;
  set_attribute(op, "groups", "3");
  EXPECT_EQ(std::get<Conv>(op).groups, 3);
  EXPECT_THROW(set_attribute(op, "group", "3"), ValueError);
}

}  // namespace
}  // namespace convoy
