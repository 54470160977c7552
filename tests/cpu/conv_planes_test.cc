#include "convoy/cpu/kernels/conv_planes.h"

#include <gtest/gtest.h>

#include "tests/cpu/conv_case.h"
#include "tests/cpu/weight_grad_check.h"

namespace convoy::cpu {
namespace {

/// Any convolution of one group and few channels.
ConvGeometry random_few(std::mt19937& random) {
  ConvGeometry conv = random_conv(random, true);
  conv.groups = 1;
  conv.channels = between(random, 1, most_planes);
  Axes end = {};
  for (size_t a = 0; a < 3; ++a)
    if (conv.kernel[a] > 1) {
      conv.stride[a] = between(random, 1, 5);
      conv.dilation[a] = between(random, 1, 4);
      const int64_t span = (conv.kernel[a] - 1) * conv.dilation[a] + 1;
      end[a] = std::max(between(random, 0, span), span - conv.in[a] - conv.begin[a]);
    }
  finish(conv, end);
  return conv;
}

struct Operands {
  Images grad, expected;
  std::vector<float> weights, bias;
  WeightView view;
};

/// x[n, c, p·stride + k·dilation − begin] += grad[n, o, p] · w[o, c, k], from the bias on, clamped.
Operands operands_of(const ConvGeometry& conv, const Epilogue& epilogue, std::mt19937& random) {
  Operands of{gradient_of(conv), input_of(conv), std::vector<float>(weight_count(conv)), {}, {}};
  of.grad.fill(random);
  const auto number = [&] { return static_cast<float>(between(random, -4, 4)); };
  for (float& w : of.weights) w = number();
  for (int64_t c = 0; c < conv.channels; ++c) of.bias.push_back(number());
  of.view = view_of(conv, of.weights);
  for (int64_t n = 0; n < conv.batch; ++n)
    for (int64_t c = 0; c < conv.channels; ++c) {
      each_position(conv.in, [&](const Axes& p) {
        of.expected.at(n, c, p) = of.bias[static_cast<size_t>(c)];
      });
      for (int64_t o = 0; o < conv.outputs; ++o)
        each_position(conv.out, [&](const Axes& p) {
          each_position(conv.kernel, [&](const Axes& k) {
            Axes position;
            if (meets(conv, p, k, position))
              of.expected.at(n, c, position) += of.grad.at(n, o, p) * of.view.at(0, o, c, k);
          });
        });
    }
  for (float& x : of.expected.values) x = std::clamp(x, epilogue.low, epilogue.high);
  return of;
}

void check(const ConvGeometry& conv, unsigned seed) {
  std::mt19937 random(seed);
  Epilogue epilogue;
  if (between(random, 0, 1)) epilogue.low = -3;
  if (between(random, 0, 1)) epilogue.high = 5;
  Operands of = operands_of(conv, epilogue, random);
  for (const Tier tier : tiers()) {
    const PlanesConv plan = plan_planes(conv, epilogue, tier);
    std::vector<float> packed(static_cast<size_t>(packed_size(plan)));
    for (int64_t part = 0; part < 3; ++part)
      pack_planes(plan, of.view, packed.data(), share(pack_items(plan), part, 3));
    std::vector<float> x(of.expected.values.size(), std::numeric_limits<float>::quiet_NaN());
    x.reserve(1);
    Worker worker;
    for (int64_t part = 2; part >= 0; --part) {
      Scratch scratch(scratch_bytes(plan));
      worker.scratch = scratch.data();
      planes_kernel(tier)(plan,
                          {.x = of.grad.values.data(),
                           .weights = packed.data(),
                           .bias = of.bias.data(),
                           .y = x.data()},
                          share(items(plan), part, 3), worker);
      EXPECT_TRUE(scratch.intact());
    }
    EXPECT_EQ(worker.ran, target_bit(tier));
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_EQ(x[i], of.expected.values[i])
          << ::testing::PrintToString(conv) << " on " << to_string(tier) << " at " << i;
  }
}

TEST(ConvPlanes, are_what_plain_loops_give) {
  for (unsigned seed = 0; seed < 300 && !::testing::Test::HasFailure(); ++seed) {
    std::mt19937 random(seed);
    check(random_few(random), seed);
  }
}

ConvGeometry square(int64_t channels, int64_t outputs, int64_t kernel, int64_t stride, int64_t size,
                    int64_t begin) {
  ConvGeometry conv{.channels = channels,
                    .outputs = outputs,
                    .in = {1, size, size},
                    .kernel = {1, kernel, kernel},
                    .stride = {1, stride, stride},
                    .begin = {0, begin, begin},
                    .plain_input = true};
  finish(conv, {0, begin, begin});
  return conv;
}

TEST(ConvPlanes, of_first_layers_are_right) {
  check(square(3, 16, 3, 2, 301, 1), 1);
  check(square(3, 64, 7, 2, 224, 3), 2);
  check(square(3, 37, 11, 4, 61, 2), 3);
  check(square(3, 48, 16, 16, 64, 0), 4);
  check(square(1, 17, 5, 1, 28, 2), 5);
  check(square(2, 33, 1, 3, 20, 0), 6);  // most positions receive nothing
}

}  // namespace
}  // namespace convoy::cpu
