// conv → batch norm → silu at the size of a first layer: forward against plain loops, gradients of
// all six inputs against central differences of those loops.
#include "convoy/composites/conv_bn_silu.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "convoy/base/checked.h"
#include "convoy/convoy.h"

namespace convoy {
namespace {

constexpr int64_t channels = 3, outputs = 16, size = 32;
using Arrays = std::vector<std::vector<double>>;  // x, w, gamma, beta, mean, variance

const std::vector<Extents> shapes{{1, channels, size, size},
                                  {outputs, channels, 3, 3},
                                  {outputs},
                                  {outputs},
                                  {outputs},
                                  {outputs}};

std::vector<double> random(const Extents& extents, std::mt19937& generator) {
  std::normal_distribution<double> normal;
  std::vector<double> values(static_cast<size_t>(element_count(std::span(extents))));
  for (double& value : values) value = normal(generator);
  return values;
}

/// The block as anyone would write it down.
std::vector<double> plain_block(const Arrays& a) {
  const auto at = [](int64_t i) { return static_cast<size_t>(i); };
  std::vector<double> y;
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t row = 0; row < size; ++row)
      for (int64_t column = 0; column < size; ++column) {
        double sum = 0;
        for (int64_t c = 0; c < channels; ++c)
          for (int64_t i = 0; i < 3; ++i)
            for (int64_t j = 0; j < 3; ++j) {
              const int64_t h = row + i - 1, v = column + j - 1;
              if (h < 0 || h >= size || v < 0 || v >= size) continue;
              sum += a[0][at((c * size + h) * size + v)] *
                     a[1][at(((o * channels + c) * 3 + i) * 3 + j)];
            }
        const double z =
            a[2][at(o)] * (sum - a[4][at(o)]) / std::sqrt(a[5][at(o)] + 1e-5) + a[3][at(o)];
        y.push_back(z / (1 + std::exp(-z)));
      }
  return y;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Tensor tensor(size_t input, const std::vector<double>& values) {
  return Tensor::of<double>(shapes[input], std::span<const double>(values));
}

TEST(ConvBnSilu, ForwardAndGradientsOfAllSixInputs) {
  std::mt19937 generator(3);
  Arrays arrays;
  std::vector<Value> in;
  for (size_t i = 0; i < shapes.size(); ++i) {
    arrays.push_back(random(shapes[i], generator));
    in.push_back(input("in" + std::to_string(i), {DType::float64, to_shape(shapes[i])}));
  }
  for (double& variance : arrays[5]) variance = 0.5 + std::abs(variance);

  const Value y = conv_bn_silu(in[0], in[1], in[2], in[3], in[4], in[5]);
  ASSERT_EQ(to_string(y.shape()), "[1,16,32,32]");
  const std::vector<double> projection = random(to_extents(y.shape()), generator);
  const Value seed =
      constant(Tensor::of<double>(to_extents(y.shape()), std::span<const double>(projection)));
  std::vector<Value> results = gradients({y}, in, {seed});
  results.push_back(y);
  std::vector<Tensor> fed;
  for (size_t i = 0; i < arrays.size(); ++i) fed.push_back(tensor(i, arrays[i]));
  const std::vector<Tensor> run = compile(in, results, {.backend = "reference"})(fed);

  const std::vector<double> expected = plain_block(arrays);
  const auto forward = run[6].data<double>();
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(forward[i], expected[i], 1e-11);

  constexpr double step = 1e-6;
  for (size_t i = 0; i < arrays.size(); ++i) {
    const std::vector<double> direction = random(shapes[i], generator);
    Arrays up = arrays, down = arrays;
    for (size_t k = 0; k < direction.size(); ++k) {
      up[i][k] += step * direction[k];
      down[i][k] -= step * direction[k];
    }
    const double slope =
        (dot(projection, plain_block(up)) - dot(projection, plain_block(down))) / (2 * step);
    const auto grad = run[i].data<double>();
    const double ours = dot({grad.begin(), grad.end()}, direction);
    EXPECT_NEAR(ours, slope, 1e-6 * std::max(1.0, std::abs(slope))) << "input " << i;
  }
}

TEST(ConvBnSilu, TakesTheAttributesOfItsPartsAndNamesThem) {
  const auto of = [](Extents extents) { return input("", {DType::float32, to_shape(extents)}); };
  const Value o = of({8});
  const Value y = conv_bn_silu(of({1, 4, 9, 9}), of({8, 2, 3, 3}), o, o, o, o,
                               {.conv = {.stride = {2}, .padding = Padding::half, .groups = 2},
                                .batch_norm = {.epsilon = 1e-3}},
                               "stem");
  EXPECT_EQ(to_string(y.shape()), "[1,8,5,5]");
  EXPECT_EQ(y.node()->name, "stem.silu");
  const Node& norm = *y.node()->inputs[0].node();
  EXPECT_EQ(std::get<BatchNorm>(*norm.op()).epsilon, 1e-3);
}

}  // namespace
}  // namespace convoy
