// Pooling from C++: the examples of the specification, and operators put together by hand.
#include "convoy/ops/pooling.h"

#include <gtest/gtest.h>

#include "convoy/convoy.h"

namespace convoy {
namespace {

Tensor plane(Extents spatial, std::initializer_list<double> values) {
  spatial.insert(spatial.begin(), {1, 1});
  return Tensor::of<double>(std::move(spatial), values);
}

/// `build` applied to `x`, run.
template <class Build>
std::vector<Tensor> results(const Tensor& x, Build&& build) {
  const Value value = input("x", x.type());
  return compile({value}, build(value), {.backend = "reference"})({x});
}

const Tensor one_to_sixteen =
    plane({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});

TEST(MaxPool, OfOneToSixteen) {
  const auto pooled = results(one_to_sixteen, [](const Value& x) {
    return max_pool_with_indices(x, {.kernel = {2}, .stride = {2}});
  });
  EXPECT_EQ(to_string(pooled[0]), "float64[1,1,2,2] {6, 8, 14, 16}");
  EXPECT_EQ(to_string(pooled[1]), "int64[1,1,2,2] {5, 7, 13, 15}");
  const auto overlapping = results(one_to_sixteen, [](const Value& x) {
    return std::vector{max_pool(x, {.kernel = {2}, .stride = {1}})};
  });
  EXPECT_EQ(overlapping[0].extents(), (Extents{1, 1, 3, 3}));
}

TEST(MaxPool, GradientGoesToTheElementThatWonAndItsGradientBack) {
  const Value x = input("x", {DType::float64, {1, 1, 4}});
  const Value v = input("v", {DType::float64, {1, 1, 2}});
  const Value grad = gradients({max_pool(x, {.kernel = {2}})}, {x}, {v})[0];
  const Value back = gradients({grad}, {v}, {x})[0];
  const auto run = compile({x, v}, {grad, back}, {.backend = "reference"})(
      {plane({4}, {3, 3, 1, 2}), plane({2}, {10, 20})});
  EXPECT_EQ(to_string(run[0]), "float64[1,1,4] {10, 0, 0, 20}");
  EXPECT_EQ(to_string(run[1]), "float64[1,1,2] {3, 2}");
}

TEST(AvgPool, CountsPaddingOrNot) {
  const Tensor ones = plane({2, 2}, {1, 1, 1, 1});
  for (const bool counted : {true, false}) {
    const auto mean = results(ones, [&](const Value& x) {
      return std::vector{
          avg_pool(x, {.kernel = {2}, .stride = {1}, .padding = 1, .count_include_pad = counted})};
    });
    EXPECT_EQ(mean[0].at(0), counted ? 0.25 : 1);
  }
}

TEST(MaxUnpool, NamesTheIndexThatIsOutOfRange) {
  const Value x = input("x", {DType::float64, {1, 1, 1}});
  const Value at = input("at", {DType::int64, {1, 1, 1}});
  const Function unpool =
      compile({x, at}, {max_unpool(x, at, {.output_size = {4}}, "up")}, {.backend = "reference"});
  try {
    unpool({plane({1}, {1}), Tensor::of<int64_t>({1, 1, 1}, {4})});
    FAIL() << "accepted";
  } catch (const IndexError& error) {
    EXPECT_NE(std::string(error.what()).find("max_unpool 'up' (C5): index 4"), std::string::npos)
        << error.what();
  }
}

TEST(Pooling, OperatorsWithListsOfAnyLengthAreRefusedNotRead) {
  const Value x = input("x", {DType::float64, {1, 2, 6, 6}});
  EXPECT_THROW(apply(MaxPool{}, {x}), ValueError);
  EXPECT_THROW(apply(MaxPool{.kernel = {2, 2}}, {x}), ValueError);
  EXPECT_THROW(apply(AvgPool{.kernel = {2, 2}, .stride = {1, 1}, .dilation = {1, 1, 1}}, {x}),
               ValueError);
  EXPECT_THROW(apply(LpPool{.kernel = {2, 2}, .stride = {1, 1}, .dilation = {1, 1}}, {x}),
               ValueError);  // padding for no axis
  EXPECT_THROW(apply(AvgPoolInputGrad{.kernel = {2, 2}}, {x}), ValueError);
  EXPECT_THROW(apply(AdaptiveMaxPool{}, {x}), ValueError);
  EXPECT_THROW(apply(MaxUnpool{}, {x, x}), TypeError);
}

TEST(Pooling, AbsurdWindowsAreDecidedAtOnce) {
  constexpr int64_t huge = int64_t{1} << 60;
  const Value x = input("x", {DType::float32, {1, 1, 1}});
  // A window of 2^60 taps over one element: one tap meets it, the others are never visited.
  const Tensor one = Tensor::full(DType::float32, {1, 1, 1}, 3);
  const Value y =
      max_pool(x, {.kernel = {huge}, .stride = {huge}, .padding = Padding{{huge - 1, huge - 1}}});
  EXPECT_EQ(compile({x}, {y}, {.backend = "reference"})({one})[0].at(0), 3);
  EXPECT_THROW(max_pool(x, {.kernel = {huge}, .dilation = {huge}}), LimitError);
}

}  // namespace
}  // namespace convoy
