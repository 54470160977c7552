#include "convoy/cpu/kernels/unshuffle.h"

#include <gtest/gtest.h>

#include "tests/cpu/conv_case.h"
#include "tests/cpu/scratch.h"
#include "tests/cpu/weight_grad_check.h"

namespace convoy::cpu {
namespace {

/// y by the definition, [image][output][position].
std::vector<float> plain_conv(const ConvGeometry& conv, Images x, const WeightView& weights) {
  std::vector<float> y;
  for (int64_t n = 0; n < conv.batch; ++n)
    for (int64_t o = 0; o < conv.outputs; ++o)
      each_position(conv.out, [&](const Axes& p) {
        float sum = 0;
        for (int64_t c = 0; c < conv.channels; ++c)
          each_position(conv.kernel, [&](const Axes& k) {
            Axes position;
            if (meets(conv, p, k, position)) sum += x.at(n, c, position) * weights.at(0, o, c, k);
          });
        y.push_back(sum);
      });
  return y;
}

void check(const ConvGeometry& strided, std::mt19937& random) {
  SCOPED_TRACE(::testing::PrintToString(strided));
  const auto u = unshuffled(strided);
  ASSERT_TRUE(u);
  Images x = input_of(strided);
  x.fill(random);
  std::vector<float> weights(weight_count(strided));
  for (float& w : weights) w = static_cast<float>(between(random, -4, 4));
  const WeightView view = view_of(strided, weights, between(random, 0, 1));

  Images image(u->conv.batch, u->conv.channels, u->conv.in, false);
  std::vector<float> taps(weight_count(u->conv), std::numeric_limits<float>::quiet_NaN());
  for (int64_t part = 0; part < 3; ++part)
    unshuffle_weights(*u, view, taps.data(), share(unshuffle_weight_items(*u), part, 3));
  const std::vector<float> expected = plain_conv(strided, x, view);
  for (const Tier tier : tiers()) {
    std::ranges::fill(image.values, std::numeric_limits<float>::quiet_NaN());
    Worker worker;
    for (int64_t part = 2; part >= 0; --part) {
      Scratch scratch(unshuffle_scratch_bytes(*u));
      worker.scratch = scratch.data();
      unshuffle_image(*u, to_blocked_kernel(tier), x.values.data(), image.values.data(),
                      share(unshuffle_items(*u), part, 3), worker);
      EXPECT_TRUE(scratch.intact());
    }
    for (const float value : image.values) ASSERT_FALSE(std::isnan(value));
    ASSERT_EQ(plain_conv(u->conv, image, view_of(u->conv, taps)), expected);
  }
}

TEST(Unshuffle, leaves_the_convolution_as_it_is) {
  for (unsigned seed = 0; seed < 200 && !::testing::Test::HasFailure(); ++seed) {
    std::mt19937 random(seed);
    ConvGeometry conv{.batch = between(random, 0, 2),
                      .channels = between(random, 1, 4),
                      .outputs = between(random, 1, 5),
                      .in = {1, between(random, 1, 20), between(random, 1, 20)},
                      .plain_input = true};
    conv.stride[1] = conv.stride[2] = between(random, 2, 4);
    Axes end = {};
    for (size_t a = 1; a < 3; ++a) {
      conv.kernel[a] = between(random, 1, 9);
      conv.begin[a] = between(random, 0, conv.kernel[a] - 1);
      end[a] =
          std::max(between(random, 0, conv.kernel[a]), conv.kernel[a] - conv.in[a] - conv.begin[a]);
    }
    if (between(random, 0, 3) == 0) {
      conv.in[0] = between(random, 1, 4);
      conv.kernel[0] = between(random, 1, 3);
      conv.begin[0] = 1;
      end[0] = 2;
    }
    finish(conv, end);
    check(conv, random);
  }
}

TEST(Unshuffle, makes_four_taps_of_seven_at_stride_2) {
  ConvGeometry conv{.channels = 3,
                    .outputs = 64,
                    .in = {1, 224, 224},
                    .kernel = {1, 7, 7},
                    .stride = {1, 2, 2},
                    .begin = {0, 3, 3},
                    .plain_input = true};
  finish(conv, {0, 3, 3});
  const auto u = unshuffled(conv);
  ASSERT_TRUE(u);
  EXPECT_EQ(u->conv.channels, 12);
  EXPECT_EQ(u->conv.kernel, (Axes{1, 4, 4}));
  EXPECT_EQ(u->conv.in, (Axes{1, 112, 112}));
  EXPECT_EQ(u->conv.out, conv.out);
}

TEST(Unshuffle, needs_a_plain_image_and_one_stride_of_both_axes) {
  const ConvGeometry good{.channels = 3,
                          .outputs = 8,
                          .in = {1, 9, 9},
                          .kernel = {1, 5, 5},
                          .stride = {1, 2, 2},
                          .plain_input = true,
                          .x = plain_strides(3, {1, 9, 9})};
  EXPECT_TRUE(unshuffled(good));
  for (const auto& spoil : std::initializer_list<void (*)(ConvGeometry&)>{
           [](ConvGeometry& g) { g.plain_input = false; }, [](ConvGeometry& g) { g.groups = 3; },
           [](ConvGeometry& g) { g.stride = {1, 2, 1}; },
           [](ConvGeometry& g) { g.stride = {2, 2, 2}; },
           [](ConvGeometry& g) { g.stride = {1, 5, 5}; },
           [](ConvGeometry& g) { g.stride = {1, 1, 1}; },
           [](ConvGeometry& g) { g.dilation[2] = 2; }, [](ConvGeometry& g) { g.x.axis[2] = 3; }}) {
    ConvGeometry bad = good;
    spoil(bad);
    EXPECT_FALSE(unshuffled(bad));
  }
}

}  // namespace
}  // namespace convoy::cpu
