#include "convoy/cpu/kernels/conv_phases.h"

#include <gtest/gtest.h>

#include "tests/cpu/conv_case.h"

namespace convoy::cpu {
namespace {

/// x[n, c, p·stride + k·dilation − begin] += grad[n, o, p] · w[o, c, k], over blocked arrays.
std::vector<float> plain_input_grad(const ConvGeometry& conv, Images grad,
                                    const WeightView& weights) {
  Images result(conv.batch, conv.groups * conv.channels, conv.in, false);
  for (int64_t n = 0; n < conv.batch; ++n)
    for (int64_t g = 0; g < conv.groups; ++g)
      for (int64_t c = 0; c < conv.channels; ++c) {
        const int64_t channel = g * conv.channels + c;
        each_position(conv.in, [&](const Axes& p) { result.at(n, channel, p) = 0; });
        for (int64_t o = 0; o < conv.outputs; ++o)
          each_position(conv.out, [&](const Axes& p) {
            each_position(conv.kernel, [&](const Axes& k) {
              Axes position;
              if (meets(conv, p, k, position))
                result.at(n, channel, position) +=
                    grad.at(n, g * conv.outputs + o, p) * weights.at(g, o, c, k);
            });
          });
      }
  return result.values;
}

/// What any kernel makes of a phase: the definition of ConvGeometry, to the letter.
void run(const ConvPhase& phase, const float* x, const WeightView& weights, float* y) {
  const ConvGeometry& conv = phase.conv;
  const auto offset = [](const Strides& s, int64_t n, int64_t c, const Axes& p) {
    return n * s.batch + c / block * s.channel + c % block + p[0] * s.axis[0] + p[1] * s.axis[1] +
           p[2] * s.axis[2];
  };
  for (int64_t n = 0; n < conv.batch; ++n)
    for (int64_t g = 0; g < conv.groups; ++g)
      for (int64_t o = 0; o < conv.outputs; ++o)
        each_position(conv.out, [&](const Axes& p) {
          float sum = 0;
          for (int64_t c = 0; c < conv.channels; ++c)
            each_position(conv.kernel, [&](const Axes& k) {
              Axes position;
              if (meets(conv, p, k, position))
                sum += x[phase.x_offset + offset(conv.x, n, g * conv.channels + c, position)] *
                       weights.at(g, o, c, k);
            });
          float& to = y[phase.y_offset + offset(conv.y, n, g * conv.outputs + o, p)];
          EXPECT_TRUE(std::isnan(to)) << "written twice";
          to = sum;
        });
}

TEST(ConvPhases, are_together_the_gradient_of_the_input) {
  int empty = 0;
  for (unsigned seed = 0; seed < 300 && !::testing::Test::HasFailure(); ++seed) {
    std::mt19937 random(seed);
    ConvGeometry conv = random_conv(random, false);
    conv.channels = between(random, 1, 18);
    conv.outputs = between(random, 1, 5);
    for (size_t a = 0; a < 3; ++a) conv.in[a] = std::min<int64_t>(conv.in[a], 24);
    for (size_t a = 0; a < 3; ++a)
      if (conv.kernel[a] > 1) {
        conv.stride[a] = between(random, 1, 4);
        conv.dilation[a] = between(random, 1, 4);
      }
    Axes end = {};
    for (size_t a = 0; a < 3; ++a) {
      const int64_t span = (conv.kernel[a] - 1) * conv.dilation[a] + 1;
      end[a] = std::max(between(random, 0, span), span - conv.in[a] - conv.begin[a]);
    }
    finish(conv, end);

    Images grad(conv.batch, conv.groups * conv.outputs, conv.out, false);
    grad.fill(random);
    std::vector<float> w(
        static_cast<size_t>(conv.groups * conv.outputs * conv.channels * product(conv.kernel)));
    for (float& value : w) value = static_cast<float>(between(random, -4, 4));
    const WeightView forward = view_of(conv, w);

    Images result(conv.batch, conv.groups * conv.channels, conv.in, false);
    for (const ConvPhase& phase : input_grad_phases(conv)) {
      for (size_t a = 0; a < 3; ++a) EXPECT_GE(phase.conv.begin[a], 0);
      EXPECT_EQ(phase.conv.stride, (Axes{1, 1, 1}));
      if (phase.empty()) ++empty;
      run(phase, grad.values.data(), phase.weights(forward), result.values.data());
    }
    const std::vector<float> expected = plain_input_grad(conv, grad, forward);
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_TRUE(result.values[i] == expected[i] ||
                  (std::isnan(result.values[i]) && std::isnan(expected[i])))
          << ::testing::PrintToString(conv) << " at " << i << ": " << result.values[i] << ", not "
          << expected[i];
  }
  EXPECT_GT(empty, 20);
}

TEST(ConvPhases, of_stride_1_are_one) {
  ConvGeometry conv{
      .channels = 3, .outputs = 5, .in = {1, 8, 8}, .kernel = {1, 3, 3}, .begin = {0, 1, 1}};
  finish(conv, {0, 1, 1});
  const std::vector<ConvPhase> phases = input_grad_phases(conv);
  ASSERT_EQ(phases.size(), 1u);
  EXPECT_EQ(phases[0].conv.begin, (Axes{0, 1, 1}));
  EXPECT_EQ(phases[0].conv.channels, 5);
  EXPECT_EQ(phases[0].conv.outputs, 3);
}

TEST(ConvPhases, that_no_tap_reaches_are_zeros) {
  ConvGeometry conv{.batch = 2, .channels = 20, .outputs = 4, .in = {1, 5, 5}, .stride = {1, 2, 2}};
  finish(conv, {0, 0, 0});
  Images result(2, 20, conv.in, false);
  std::vector<ConvPhase> phases = input_grad_phases(conv);
  ASSERT_EQ(phases.size(), 4u);
  EXPECT_FALSE(phases[0].empty());
  for (size_t i = 1; i < 4; ++i) {
    ASSERT_TRUE(phases[i].empty());
    write_zeros(phases[i], reinterpret_cast<std::byte*>(result.values.data()), sizeof(float),
                {0, zero_items(phases[i])});
  }
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t c = 0; c < 20; ++c)
      each_position(conv.in, [&](const Axes& p) {
        if (p[1] % 2 == 0 && p[2] % 2 == 0)
          EXPECT_TRUE(std::isnan(result.at(n, c, p)));
        else
          EXPECT_EQ(result.at(n, c, p), 0);
      });
}

}  // namespace
}  // namespace convoy::cpu
