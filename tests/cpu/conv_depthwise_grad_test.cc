#include "convoy/cpu/kernels/conv_depthwise_grad.h"

#include <gtest/gtest.h>

#include "tests/cpu/conv_case.h"
#include "tests/cpu/weight_grad_check.h"

namespace convoy::cpu {
namespace {

ConvGeometry random_depthwise(std::mt19937& random) {
  ConvGeometry conv = random_conv(random, false);
  conv.channels = conv.outputs = 1;
  const int64_t channels[] = {1, 7, 16, 17, 40};
  conv.groups = channels[between(random, 0, 4)];
  const Axes out = conv.out;
  finish(conv, {0, 0, 0});
  conv.out = out;  // the padding behind stays
  conv.y = blocked_strides(conv.groups, out);
  return conv;
}

TEST(DepthwiseGrad, of_weights_is_what_plain_loops_give) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    std::mt19937 random(seed);
    const ConvGeometry conv = random_depthwise(random);
    ASSERT_TRUE(depthwise_grad_fits(conv));
    Images x = input_of(conv), grad = gradient_of(conv);
    x.fill(random);
    grad.fill(random);
    const std::vector<float> expected = plain_weight_grad(conv, x, grad);
    for (const Tier tier : tiers())
      for (const int64_t parts : {1, 2}) {
        std::vector<float> w(weight_count(conv), std::numeric_limits<float>::quiet_NaN());
        Worker worker;
        for (int64_t part = 0; part < parts; ++part) {
          Scratch scratch(depthwise_weight_grad_scratch_bytes(conv));
          worker.scratch = scratch.data();
          depthwise_weight_grad_kernel(tier)(conv, {x.values.data(), grad.values.data(), w.data()},
                                             share(depthwise_weight_grad_items(conv), part, parts),
                                             worker);
          EXPECT_TRUE(scratch.intact());
        }
        ASSERT_EQ(w, expected) << ::testing::PrintToString(conv) << " on " << to_string(tier);
        EXPECT_EQ(worker.ran, target_bit(tier));
      }
  }
}

TEST(DepthwiseGrad, of_the_input_is_what_plain_loops_give) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    std::mt19937 random(seed);
    const ConvGeometry conv = random_depthwise(random);
    Images grad = gradient_of(conv), expected = input_of(conv);
    grad.fill(random);
    const int64_t taps = product(conv.kernel);
    std::vector<float> w(weight_count(conv));
    for (float& value : w) value = static_cast<float>(between(random, -4, 4));
    for (int64_t n = 0; n < conv.batch; ++n)
      for (int64_t c = 0; c < conv.groups; ++c) {
        each_position(conv.in, [&](const Axes& p) { expected.at(n, c, p) = 0; });
        int64_t tap = 0;
        each_position(conv.kernel, [&](const Axes& k) {
          each_position(conv.out, [&](const Axes& p) {
            Axes position;
            if (meets(conv, p, k, position))
              expected.at(n, c, position) +=
                  grad.at(n, c, p) * w[static_cast<size_t>(c * taps + tap)];
          });
          ++tap;
        });
      }
    for (const Tier tier : tiers())
      for (const int64_t parts : {1, 3}) {
        Images result = input_of(conv);
        Worker worker;
        for (int64_t part = 0; part < parts; ++part) {
          Scratch scratch(depthwise_input_grad_scratch_bytes(conv));
          worker.scratch = scratch.data();
          depthwise_input_grad_kernel(tier)(
              conv, {grad.values.data(), w.data(), result.values.data()},
              share(depthwise_input_grad_items(conv), part, parts), worker);
          EXPECT_TRUE(scratch.intact());
        }
        EXPECT_EQ(worker.ran, target_bit(tier));
        for (int64_t n = 0; n < conv.batch; ++n)
          for (int64_t c = 0; c < conv.groups; ++c)
            each_position(conv.in, [&](const Axes& p) {
              ASSERT_EQ(result.at(n, c, p), expected.at(n, c, p))
                  << ::testing::PrintToString(conv) << " on " << to_string(tier);
            });
      }
  }
}

}  // namespace
}  // namespace convoy::cpu
