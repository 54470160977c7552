// The convolution family by plain examples; the randomised comparison is in tests/python/ops.
#include "convoy/ops/conv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/composites/convolution_backward.h"
#include "convoy/graph/gradients.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/conv_transpose.h"
#include "convoy/ops/reduce.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor values(Extents extents, std::initializer_list<double> list) {
  return Tensor::of<double>(std::move(extents), list);
}

Tensor counting(Extents extents) {  // 1, 2, 3, …
  Tensor tensor(DType::float64, std::move(extents));
  double next = 1;
  for (double& element : tensor.data<double>()) element = next++;
  return tensor;
}

Tensor run(const Value& value) {
  return compile({}, std::vector<Value>{value}, {.backend = "reference"})({})[0];
}

std::vector<double> run_conv(const Tensor& x, const Tensor& w, Conv attributes = {}) {
  const Tensor y = run(conv(constant(x), constant(w), std::move(attributes)));
  return {y.data<double>().begin(), y.data<double>().end()};
}

Shape shape_of_conv(Shape x, Shape w, Conv attributes = {}) {
  return conv(input("x", {DType::float32, std::move(x)}),
              input("w", {DType::float32, std::move(w)}), std::move(attributes))
      .shape();
}

const Tensor asymmetric = values({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 10});

TEST(Conv, AKernelWithoutSymmetryIn2D) {
  const Tensor x = counting({1, 1, 5, 5});
  EXPECT_THAT(run_conv(x, asymmetric), ElementsAre(424, 470, 516, 654, 700, 746, 884, 930, 976));
  EXPECT_THAT(run_conv(x, asymmetric, {.flip = true}),
              ElementsAre(220, 266, 312, 450, 496, 542, 680, 726, 772));
}

TEST(Conv, AKernelWithoutSymmetryIn1D) {
  const Tensor x = values({1, 1, 5}, {1, 2, 4, 8, 16}), w = values({1, 1, 3}, {1, 2, 3});
  EXPECT_THAT(run_conv(x, w), ElementsAre(17, 34, 68));
  EXPECT_THAT(run_conv(x, w, {.flip = true}), ElementsAre(11, 22, 44));
}

TEST(Conv, AKernelWithoutSymmetryIn3D) {
  const Tensor x = counting({1, 1, 2, 2, 2}), w = values({1, 1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 9});
  // Σ i·i up to 7, then 8·9; flipped: 1·9 + 2·7 + 3·6 + 4·5 + 5·4 + 6·3 + 7·2 + 8·1.
  EXPECT_THAT(run_conv(x, w), ElementsAre(212));
  EXPECT_THAT(run_conv(x, w, {.flip = true}), ElementsAre(121));
}

TEST(Conv, SobelFlipsItsSignOnly) {
  const Tensor step = values({1, 1, 5, 5}, {1, 1, 1, 1, 1,  //
                                            1, 1, 1, 1, 1,  //
                                            0, 0, 0, 0, 0,  //
                                            0, 0, 0, 0, 0,  //
                                            0, 0, 0, 0, 0});
  const Tensor sobel = values({1, 1, 3, 3}, {1, 2, 1, 0, 0, 0, -1, -2, -1});
  EXPECT_THAT(run_conv(step, sobel), ElementsAre(4, 4, 4, 4, 4, 4, 0, 0, 0));
  EXPECT_THAT(run_conv(step, sobel, {.flip = true}), ElementsAre(-4, -4, -4, -4, -4, -4, 0, 0, 0));
}

TEST(Conv, PrewittOnARampIsConstant) {
  const Tensor x = counting({1, 1, 5, 5});
  const Tensor w = values({1, 1, 3, 3}, {1, 0, -1, 1, 0, -1, 1, 0, -1});
  EXPECT_EQ(run_conv(x, w), std::vector<double>(9, -6));
  EXPECT_EQ(run_conv(x, w, {.flip = true}), std::vector<double>(9, 6));
}

TEST(Conv, AFlipChangesNothingForAGaussian) {
  const Tensor x = counting({1, 1, 5, 5});
  const Tensor w = values({1, 1, 3, 3}, {1, 2, 1, 2, 4, 2, 1, 2, 1});
  EXPECT_EQ(run_conv(x, w), run_conv(x, w, {.flip = true}));
}

TEST(Conv, HalfIsNotSameAtStride2) {
  const Tensor x = counting({1, 1, 1, 6}), w = values({1, 1, 1, 3}, {1, 10, 100});
  const Conv same{.stride = {1, 2}, .padding = Padding::same};
  const Conv half{.stride = {1, 2}, .padding = Padding::half};
  EXPECT_THAT(run_conv(x, w, same), ElementsAre(321, 543, 65));   // one zero at the end
  EXPECT_THAT(run_conv(x, w, half), ElementsAre(210, 432, 654));  // one on both sides
}

TEST(Conv, PaddingOfEveryKindIn1D) {
  const Tensor x = values({1, 1, 3}, {1, 2, 3}), w = values({1, 1, 2}, {1, 10});
  EXPECT_THAT(run_conv(x, w), ElementsAre(21, 32));
  EXPECT_THAT(run_conv(x, w, {.padding = Padding::same_upper}), ElementsAre(21, 32, 3));
  EXPECT_THAT(run_conv(x, w, {.padding = Padding::same_lower}), ElementsAre(10, 21, 32));
  EXPECT_THAT(run_conv(x, w, {.padding = Padding::half}), ElementsAre(10, 21, 32, 3));
  EXPECT_THAT(run_conv(x, w, {.padding = Padding::full}), ElementsAre(10, 21, 32, 3));
  EXPECT_THAT(run_conv(x, w, {.padding = Padding{{2, 0}}}), ElementsAre(0, 10, 21, 32));
}

TEST(Conv, GivesTheShapesOfTheSpecification) {
  EXPECT_EQ(shape_of_conv({1, 3, 32, 32}, {16, 3, 3, 3}, {.padding = 1}), (Shape{1, 16, 32, 32}));
  EXPECT_EQ(shape_of_conv({1, 3, 32, 32}, {16, 3, 3, 3}, {.stride = {2}, .padding = 1}),
            (Shape{1, 16, 16, 16}));
  EXPECT_EQ(shape_of_conv({1, 3, 32, 32}, {16, 3, 3, 3}, {.padding = 2, .dilation = {2}}),
            (Shape{1, 16, 32, 32}));
  EXPECT_EQ(shape_of_conv({2, 1, 7, 7}, {3, 1, 3, 3}), (Shape{2, 3, 5, 5}));
  EXPECT_EQ(shape_of_conv({1, 1, 10, 10}, {1, 1, 3, 3}, {.stride = {2, 1}}), (Shape{1, 1, 4, 8}));
  EXPECT_EQ(shape_of_conv({1, 32, 64, 64}, {32, 1, 3, 3}, {.groups = 32}), (Shape{1, 32, 62, 62}));
  EXPECT_EQ(shape_of_conv({32, 256, 100}, {512, 256, 3}, {.padding = 1}), (Shape{32, 512, 100}));
  EXPECT_EQ(shape_of_conv({8, 1, 16000}, {32, 1, 25}, {.stride = {10}, .padding = 12}),
            (Shape{8, 32, 1600}));
  EXPECT_EQ(shape_of_conv({4, 3, 16, 112, 112}, {64, 3, 3, 7, 7},
                          {.stride = {1, 2, 2}, .padding = Padding{1, 3, 3}}),
            (Shape{4, 64, 16, 56, 56}));
  EXPECT_EQ(shape_of_conv({1, 1, 5, 5}, {1, 1, 3, 3}, {.padding = Padding{{1, 2}, {0, 1}}}),
            (Shape{1, 1, 6, 4}));
}

TEST(Conv, SymbolicSizesStayReadable) {
  const Dim n = Dim::symbol("N"), h = Dim::symbol("H");
  EXPECT_EQ(shape_of_conv({n, 3, h}, {8, 3, 3}, {.padding = 1}), (Shape{n, 8, h}));
  EXPECT_EQ(shape_of_conv({n, 3, h}, {8, 3, 3}, {.stride = {2}, .padding = Padding::same}),
            (Shape{n, 8, ceil_div(h, 2)}));
}

TEST(Conv, SumsOfBytesWrap) {
  const Value x = constant(Tensor::of<int8_t>({1, 1, 2}, {100, 100}));
  const Value w = constant(Tensor::of<int8_t>({1, 1, 2}, {1, 1}));
  EXPECT_THAT(run(conv(x, w)).data<int8_t>(), ElementsAre(-56));
}

TEST(Conv, AMistakeIsToldWithNodeRuleAndTypes) {
  const Value x = input("x", {DType::float32, {1, 8, 32, 32}});
  const Value w = input("w", {DType::float32, {16, 3, 3, 3}});
  try {
    conv(x, w, {}, "stem");
    FAIL() << "was accepted";
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(),
                 "conv 'stem' (C3): channels of x (8) must equal groups (1) × channels of w (3); "
                 "x is float32[1,8,32,32], w is float32[16,3,3,3]");
  }
}

TEST(ConvTranspose, SpreadsTheKernel) {
  const Value x = constant(values({1, 1, 2}, {1, 10})), w = constant(values({1, 1, 3}, {1, 2, 3}));
  EXPECT_THAT(run(conv_transpose(x, w)).data<double>(), ElementsAre(1, 12, 23, 30));
  EXPECT_THAT(run(conv_transpose(x, w, {.flip = true})).data<double>(), ElementsAre(3, 32, 21, 10));
  EXPECT_THAT(run(conv_transpose(x, w, {.stride = {2}, .output_padding = {1}})).data<double>(),
              ElementsAre(1, 2, 13, 20, 30, 0));
  EXPECT_THAT(run(conv_transpose(x, w, {.stride = {2}, .padding = 1})).data<double>(),
              ElementsAre(2, 13, 20));
}

TEST(ConvTranspose, HasTheStatedSize) {
  const Value x = input("x", {DType::float32, {1, 64, 16, 16}});
  const Value w = input("w", {DType::float32, {64, 32, 4, 4}});
  EXPECT_EQ(conv_transpose(x, w, {.stride = {2}, .padding = 1}).shape(), (Shape{1, 32, 32, 32}));
  EXPECT_EQ(conv_transpose(x, w, {.stride = {2}, .padding = 1, .output_size = {33, 32}}).shape(),
            (Shape{1, 32, 33, 32}));
  EXPECT_EQ(conv_transpose(x, w, {.stride = {2}, .padding = Padding::same}).shape(),
            (Shape{1, 32, 32, 32}));
}

TEST(ConvTranspose, AMistakeIsToldUnderItsOwnName) {
  const Value x = input("x", {DType::float32, {1, 4, 8}}),
              w = input("w", {DType::float32, {4, 2, 3}});
  try {
    conv_transpose(x, w, {.stride = {2}, .output_padding = {2}}, "up");
    FAIL() << "was accepted";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("conv_transpose 'up' (C8)"));
    EXPECT_THAT(error.what(), HasSubstr("max(stride, dilation) = 2, got 2"));
  }
}

TEST(ConvolutionBackward, GivesWhatTheMaskAsksFor) {
  const Value x = constant(counting({1, 1, 4})), w = constant(values({1, 1, 2}, {1, 10}));
  const Value grad = constant(values({1, 1, 3}, {1, 2, 3}));
  const auto [to_x, to_w, to_bias] = convolution_backward(grad, x, w);
  EXPECT_THAT(run(to_x).data<double>(), ElementsAre(1, 12, 23, 30));
  EXPECT_THAT(run(to_w).data<double>(), ElementsAre(14, 20));
  EXPECT_THAT(run(to_bias).data<double>(), ElementsAre(6));
  const auto only_weight = convolution_backward(grad, x, w, {.output_mask = {false, true, false}});
  EXPECT_FALSE(only_weight[0]);
  EXPECT_TRUE(only_weight[1]);
  EXPECT_FALSE(only_weight[2]);
}

TEST(ConvGradients, AreConvolutionsToAnyOrder) {
  // f = Σ conv(x, w)²; its third derivatives in w vanish, its second does not.
  const Value x = constant(counting({1, 1, 3})), w = input("w", {DType::float64, {1, 1, 2}});
  const Value y = conv(x, w);
  const Value first = gradients(reduce_sum(mul(y, y)), {w})[0];
  const Value second = gradients(reduce_sum(first), {w})[0];
  const Value third = gradients(reduce_sum(second), {w})[0];
  const auto results =
      compile({w}, {first, second, third}, {.backend = "reference"})({values({1, 1, 2}, {1, 1})});
  EXPECT_THAT(results[0].data<double>(), ElementsAre(26, 42));  // 2·(3·1+5·2), 2·(3·2+5·3)
  EXPECT_THAT(results[1].data<double>(), ElementsAre(26, 42));  // rows of 2·XᵀX: 10+16, 16+26
  EXPECT_THAT(results[2].data<double>(), ElementsAre(0, 0));
}

}  // namespace
}  // namespace convoy
