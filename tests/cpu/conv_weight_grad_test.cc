#include "convoy/cpu/kernels/conv_weight_grad.h"

#include <gtest/gtest.h>

#include "tests/cpu/conv_case.h"
#include "tests/cpu/weight_grad_check.h"

namespace convoy::cpu {
namespace {

std::vector<float> run(Tier tier, const ConvGeometry& conv, const Images& x, const Images& grad,
                       int64_t parts) {
  const WeightGradPlan plan = weight_grad_plan(tier, conv);
  std::vector<float> w(weight_count(conv), std::numeric_limits<float>::quiet_NaN());
  std::vector<float> shared(static_cast<size_t>(shared_bytes(plan)) / sizeof(float),
                            std::numeric_limits<float>::quiet_NaN());
  const WeightGradArrays at{x.values.data(), grad.values.data(), w.data(), shared.data()};
  Worker worker;
  for (int64_t part = 0; part < parts; ++part) {
    Scratch scratch(scratch_bytes(plan));
    worker.scratch = scratch.data();
    weight_grad_kernel(tier)(plan, at, share(items(plan), part, parts), worker);
    EXPECT_TRUE(scratch.intact());
  }
  for (int64_t part = 0; part < parts; ++part)
    add_weight_grad_parts(plan, at, share(add_items(plan), part, parts), worker);
  EXPECT_EQ(worker.ran, target_bit(tier));
  return w;
}

void check(const ConvGeometry& conv, unsigned seed) {
  std::mt19937 random(seed);
  Images x = input_of(conv), grad = gradient_of(conv);
  x.fill(random);
  grad.fill(random);
  const std::vector<float> expected = plain_weight_grad(conv, x, grad);
  for (const Tier tier : tiers())
    for (const int64_t parts : {1, 3})
      EXPECT_EQ(run(tier, conv, x, grad, parts), expected)
          << ::testing::PrintToString(conv) << " on " << to_string(tier) << " in " << parts;
}

TEST(ConvWeightGrad, is_what_plain_loops_give) {
  for (unsigned seed = 0; seed < 150 && !::testing::Test::HasFailure(); ++seed) {
    std::mt19937 random(seed);
    check(random_conv(random, false), seed);
  }
}

TEST(ConvWeightGrad, of_a_plain_input_is_what_plain_loops_give) {
  for (unsigned seed = 0; seed < 100 && !::testing::Test::HasFailure(); ++seed) {
    std::mt19937 random(seed);
    check(random_conv(random, true), seed);
  }
}

// Pieces of several tiles and several blocks, fields shorter than an image, joined images.
TEST(ConvWeightGrad, of_points_is_what_plain_loops_give) {
  for (const int64_t size : {1, 3, 23})
    for (const int64_t channels : {80, 136, 256}) {
      ConvGeometry conv{
          .batch = 3, .channels = channels, .outputs = 392 - channels, .in = {1, size, size}};
      finish(conv, {0, 0, 0});
      check(conv, 1);
    }
}

// Few weights, many pixels: pieces are parts of these.
TEST(ConvWeightGrad, of_many_pixels_is_what_plain_loops_give) {
  for (const int64_t outputs : {5, 16, 40})
    for (const int64_t channels : {1, 3}) {
      ConvGeometry conv{.batch = 2,
                        .channels = channels,
                        .outputs = outputs,
                        .in = {1, 131, 97},
                        .kernel = {1, 3, 3},
                        .stride = {1, outputs == 5 ? 2 : 1, 1},
                        .plain_input = true};
      finish(conv, {0, 1, 1});
      EXPECT_GT(weight_grad_plan(tiers().front(), conv).parts, 1);
      check(conv, 1);
    }
  // Rows so long that they are read in place but for their ends.
  for (const int64_t outputs : {5, 16, 40})
    for (const int64_t channels : {1, 2, 3})
      for (const int64_t kernel : {3, 5}) {
        ConvGeometry conv{.batch = 1,
                          .channels = channels,
                          .outputs = outputs,
                          .in = {1, 36, 230},
                          .kernel = {1, kernel, kernel},
                          .stride = {1, 1 + outputs % 2, 1},
                          .begin = {0, 2, 1},
                          .plain_input = true};
        finish(conv, {0, 1, 2});
        EXPECT_EQ(weight_grad_plan(tiers().front(), conv).rows, 1);
        check(conv, 1);
      }
  for (const int64_t channels : {20, 40}) {
    ConvGeometry conv{.batch = 2, .channels = channels, .outputs = 36, .in = {1, 97, 89}};
    finish(conv, {0, 0, 0});
    EXPECT_GT(weight_grad_plan(tiers().front(), conv).parts, 1);
    check(conv, 1);
  }
}

TEST(ConvWeightGrad, of_groups_within_a_block_is_what_plain_loops_give) {
  for (const int64_t channels : {1, 4, 8, 12, 24})
    for (const int64_t outputs : {1, 4, 8, 12, 24}) {
      ConvGeometry conv{.batch = 2,
                        .groups = 5,
                        .channels = channels,
                        .outputs = outputs,
                        .in = {1, 9, 6},
                        .kernel = {1, 3, 3},
                        .begin = {0, 1, 1}};
      finish(conv, {0, 1, 1});
      check(conv, 1);
    }
}

// Parts of larger arrays: the strides tell what lies between.
TEST(ConvWeightGrad, reads_parts_of_larger_arrays) {
  std::mt19937 random(1);
  ConvGeometry conv{
      .batch = 2, .channels = 20, .outputs = 24, .in = {1, 6, 5}, .kernel = {1, 3, 3}};
  finish(conv, {0, 0, 0});
  Images x(3, 52, {1, 8, 9}, false), grad(2, 40, {1, 9, 6}, false);
  conv.x = x.strides;
  conv.y = grad.strides;
  conv.y.axis[1] *= 2;  // every other row and column
  conv.y.axis[2] *= 2;
  Images dense_x = input_of(conv), dense_grad = gradient_of(conv);
  dense_x.fill(random);
  dense_grad.fill(random);
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t c = 0; c < 20; ++c)
      each_position(conv.in, [&](const Axes& p) { x.at(n, c, p) = dense_x.at(n, c, p); });
    for (int64_t o = 0; o < 24; ++o)
      each_position(conv.out, [&](const Axes& p) {
        grad.at(n, o, {0, 2 * p[1], 2 * p[2]}) = dense_grad.at(n, o, p);
      });
  }
  for (const Tier tier : tiers())
    EXPECT_EQ(run(tier, conv, x, grad, 1), plain_weight_grad(conv, dense_x, dense_grad));
}

}  // namespace
}  // namespace convoy::cpu
