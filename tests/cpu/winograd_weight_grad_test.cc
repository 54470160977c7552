#include "convoy/cpu/kernels/winograd_weight_grad.h"

#include <gtest/gtest.h>

#include "tests/cpu/conv_case.h"
#include "tests/cpu/weight_grad_check.h"

namespace convoy::cpu {
namespace {

std::vector<float> run(Tier tier, const ConvGeometry& conv, const Images& x, const Images& grad,
                       int64_t threads, int64_t parts) {
  const WinogradWeightGrad plan = winograd_weight_grad_plan(tier, conv, threads);
  std::vector<float> w(weight_count(conv), std::numeric_limits<float>::quiet_NaN());
  Scratch shared(shared_bytes(plan));
  const WeightGradArrays at{x.values.data(), grad.values.data(), w.data(), shared.data()};
  Worker worker;
  for (int phase = 0; phase < phases(plan); ++phase)
    for (int64_t part = 0; part < parts; ++part) {
      Scratch scratch(scratch_bytes(plan));
      worker.scratch = scratch.data();
      winograd_weight_grad_kernel(tier)(plan, phase, at, share(items(plan, phase), part, parts),
                                        worker);
      EXPECT_TRUE(scratch.intact() && shared.intact());
    }
  EXPECT_EQ(worker.ran, target_bit(tier));
  return w;
}

void check(const ConvGeometry& conv, unsigned seed) {
  ASSERT_TRUE(winograd_weight_grad_fits(conv));
  std::mt19937 random(seed);
  Images x = input_of(conv), grad = gradient_of(conv);
  x.fill(random);
  grad.fill(random);
  const std::vector<float> expected = plain_weight_grad(conv, x, grad);
  float largest = 1;
  for (const float value : expected) largest = std::max(largest, std::abs(value));
  for (const Tier tier : tiers())
    for (const int64_t threads : {1, 3}) {
      const std::vector<float> w = run(tier, conv, x, grad, threads, 1);
      for (size_t i = 0; i < w.size(); ++i)
        ASSERT_NEAR(w[i], expected[i], 2e-5 * static_cast<double>(largest))
            << ::testing::PrintToString(conv) << " on " << to_string(tier) << " at " << i;
      EXPECT_EQ(w, run(tier, conv, x, grad, threads, 4)) << "shared out otherwise";
    }
}

TEST(WinogradWeightGrad, is_what_plain_loops_give) {
  for (unsigned seed = 0; seed < 60 && !::testing::Test::HasFailure(); ++seed) {
    std::mt19937 random(seed);
    const int64_t channels[] = {1, 7, 16, 24, 33};
    ConvGeometry conv{.batch = between(random, 0, 3),
                      .channels = channels[between(random, 0, 4)],
                      .outputs = channels[between(random, 0, 4)],
                      .in = {1, between(random, 3, 30), between(random, 3, 30)},
                      .kernel = {1, 3, 3}};
    Axes end = {0, 0, 0};
    for (size_t a = 1; a < 3; ++a) {
      conv.begin[a] = between(random, 0, 3);
      end[a] = between(random, 0, 3);
    }
    if (between(random, 0, 3) == 0) {
      conv.kernel[0] = between(random, 2, 3);
      conv.in[0] = between(random, 3, 5);
      conv.begin[0] = between(random, 0, 2);
      end[0] = between(random, 0, 2);
      conv.in[1] = std::min<int64_t>(conv.in[1], 9);
    }
    finish(conv, end);
    check(conv, seed);
  }
}

// Kernels that are several blocks of taps, some of them partly beyond the kernel.
TEST(WinogradWeightGrad, of_larger_kernels_is_what_plain_loops_give) {
  for (unsigned seed = 0; seed < 30 && !::testing::Test::HasFailure(); ++seed) {
    std::mt19937 random(seed);
    const int64_t channels[] = {1, 16, 19, 40};
    ConvGeometry conv{.batch = between(random, 0, 3),
                      .channels = channels[between(random, 0, 3)],
                      .outputs = channels[between(random, 0, 3)],
                      .in = {1, between(random, 7, 30), between(random, 7, 30)},
                      .kernel = {1, between(random, 2, 7), between(random, 3, 8)}};
    Axes end = {0, 0, 0};
    for (size_t a = 1; a < 3; ++a) {
      conv.begin[a] = between(random, 0, conv.kernel[a]);
      end[a] = between(random, 1, conv.kernel[a]);
    }
    if (between(random, 0, 5) == 0) {
      conv.kernel[0] = 2;
      conv.in[0] = 3;
      conv.begin[0] = 1;
    }
    finish(conv, end);
    if (winograd_weight_grad_fits(conv)) check(conv, seed);
  }
  ConvGeometry many{.channels = 144,
                    .outputs = 130,
                    .in = {1, 7, 8},
                    .kernel = {1, 5, 7},
                    .begin = {0, 2, 3}};  // too many for a piece of all blocks of a row
  finish(many, {0, 2, 3});
  ASSERT_TRUE(winograd_weight_grad_fits(many));
  EXPECT_EQ(winograd_weight_grad_plan(tiers().front(), many).tap_blocks, 1);
  check(many, 1);
}

TEST(WinogradWeightGrad, fits_kernels_that_blocks_of_taps_do_not_exceed_much) {
  const auto fits = [](int64_t height, int64_t width) {
    return winograd_weight_grad_fits(
        {.channels = 16, .outputs = 16, .in = {1, 20, 20}, .kernel = {1, height, width}});
  };
  EXPECT_TRUE(fits(3, 3) && fits(5, 5) && fits(7, 7) && fits(3, 7) && fits(2, 3));
  EXPECT_FALSE(fits(1, 1) || fits(4, 4) || fits(1, 9) || fits(2, 2));
}

// Several groups of channels and outputs, one chunk and many.
TEST(WinogradWeightGrad, of_many_channels_is_what_plain_loops_give) {
  for (const int64_t size : {7, 33}) {
    ConvGeometry conv{.batch = 2,
                      .channels = size == 7 ? 272 : 144,
                      .outputs = 160,
                      .in = {1, size, 9},
                      .kernel = {1, 3, 3},
                      .begin = {0, 1, 1}};
    finish(conv, {0, 1, 1});
    check(conv, 1);
  }
}

}  // namespace
}  // namespace convoy::cpu
