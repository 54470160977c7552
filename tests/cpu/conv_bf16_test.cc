// Convolution of bfloat16 images on every instruction set that has products of them, against plain
// loops in double over the same rounded numbers.
#include "convoy/cpu/kernels/conv_bf16.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/cpu/conv_check.h"
#include "tests/cpu/scratch.h"

namespace convoy::cpu {
namespace {

float rounded(double v) { return static_cast<float>(BFloat16(static_cast<float>(v))); }

/// What is drawn for arrays: real numbers, or whole ones, whose sums are exact.
enum class Numbers { real, whole };

/// Elements of an array as float, NaN at first, and their bfloat16.
class Halves {
 public:
  explicit Halves(int64_t count) : bits_(static_cast<size_t>(count) + 1, BFloat16(nan32)) {}
  BFloat16* data() { return bits_.data(); }
  float operator[](int64_t i) const { return static_cast<float>(bits_[static_cast<size_t>(i)]); }
  void set(int64_t i, float v) { bits_[static_cast<size_t>(i)] = BFloat16(v); }

 private:
  std::vector<BFloat16> bits_;
};

struct Settings {
  Bf16Set set;
  bool float_output = false;
  Numbers numbers = Numbers::real;
  int threads = 1;
};

void check_bf16(const ConvCase& c, const Settings& settings, uint32_t seed) {
  SCOPED_TRACE(::testing::Message()
               << ::testing::PrintToString(c) << " float output " << settings.float_output
               << " whole " << (settings.numbers == Numbers::whole) << " seed " << seed);
  const ConvGeometry& g = c.g;
  std::mt19937 random(seed);
  const auto value = [&] {
    if (settings.numbers == Numbers::whole) return static_cast<float>(between(random, -3, 3));
    return rounded(std::uniform_real_distribution<double>(-1, 1)(random));
  };
  const int64_t channels = g.groups * g.channels, outputs = g.groups * g.outputs;
  Floats plain_x(g.plain_input ? g.batch * g.x.batch : 0), y_floats(g.batch * g.y.batch);
  Halves x(g.plain_input ? 0 : g.batch * g.x.batch), y(g.batch * g.y.batch);
  Halves residual(g.batch * g.residual.batch);
  Floats bias(whole_blocks(outputs));
  const auto x_at = [&](int64_t i) { return g.plain_input ? plain_x[i] : x[i]; };
  for (int64_t n = 0; n < g.batch; ++n) {
    for (int64_t k = 0; k < channels; ++k)
      each_position(g.in, [&](const Axes& p) {
        const int64_t i = offset(g.x, g.plain_input, n, k, p);
        if (g.plain_input) {
          plain_x[i] = value();
        } else {
          x.set(i, value());
        }
      });
    for (int64_t k = 0; k < outputs; ++k)
      each_position(
          g.out, [&](const Axes& p) { residual.set(offset(g.residual, false, n, k, p), value()); });
  }
  for (int64_t k = 0; k < outputs; ++k) bias[k] = value();

  const int64_t taps = product(g.kernel);
  std::vector<float> weights(static_cast<size_t>(outputs * g.channels * taps) + 1);
  for (float& w : weights) w = value();
  WeightView view{weights.data(),    0,    g.outputs * g.channels * taps,
                  g.channels * taps, taps, {g.kernel[1] * g.kernel[2], g.kernel[2], 1}};
  if (c.flipped) {
    view.first = taps - 1;
    for (int64_t& tap : view.tap) tap = -tap;
  }

  const Bf16Conv plan = plan_bf16(
      g, c.epilogue,
      {.set = settings.set, .threads = settings.threads, .float_output = settings.float_output});
  Floats packed(packed_size(plan));
  for (int64_t part = 0; part < 3; ++part)
    pack_bf16(plan, view, packed.data(), share(pack_items(plan), part, 3));
  Scratch scratch(scratch_bytes(plan));
  const Bf16ConvArrays at{
      g.plain_input ? static_cast<const void*>(plain_x.data()) : x.data(), packed.data(),
      c.bias ? bias.data() : nullptr,
      c.epilogue.residual == Epilogue::Residual::none ? nullptr : residual.data(),
      settings.float_output ? static_cast<void*>(y_floats.data()) : y.data()};
  for (int64_t part = 0; part < 3; ++part)
    bf16_kernel(settings.set)(plan, at, share(items(plan), 2 - part, 3), scratch.worker);
  EXPECT_EQ(scratch.worker.ran, target_bit(settings.set));
  EXPECT_TRUE(scratch.intact());

  std::vector<bool> written(static_cast<size_t>(g.batch * g.y.batch));
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t k = 0; k < whole_blocks(outputs); ++k) {
      const int64_t group = k / g.outputs, o = k % g.outputs;
      bool failed = false;
      each_position(g.out, [&](const Axes& p) {
        const int64_t there = offset(g.y, false, n, k, p);
        written[static_cast<size_t>(there)] = true;
        if (k >= outputs || failed) return;
        double sum = c.bias ? static_cast<double>(bias[k]) : 0, size = 1 + std::fabs(sum);
        each_position(g.kernel, [&](const Axes& t) {
          Axes from;
          if (!meets(g, p, t, from)) return;
          for (int64_t ch = 0; ch < g.channels; ++ch) {
            const double v = static_cast<double>(x_at(
                                 offset(g.x, g.plain_input, n, group * g.channels + ch, from))) *
                             static_cast<double>(view.at(group, o, ch, t));
            sum += v;
            size += std::fabs(v);
          }
        });
        const double r = static_cast<double>(residual[offset(g.residual, false, n, k, p)]);
        if (c.epilogue.residual == Epilogue::Residual::before) sum += r;
        double expected = apply(c.epilogue, sum);
        double bound = c.epilogue.kind == Epilogue::Kind::silu ? std::fabs(expected) / 4096 : 0;
        if (c.epilogue.residual == Epilogue::Residual::after) expected += r;
        const double got = static_cast<double>(settings.float_output ? y_floats[there] : y[there]);
        if (settings.numbers == Numbers::whole) {
          if (!settings.float_output) expected = static_cast<double>(rounded(expected));
          failed = got != expected;
        } else {
          bound += 1e-6 * size;
          if (!settings.float_output) bound += (std::fabs(expected) + bound) / 256;
          failed = !(std::fabs(got - expected) <= bound);
        }
        EXPECT_FALSE(failed) << got << " instead of " << expected << " at image " << n
                             << " channel " << k << " position " << p[0] << ' ' << p[1] << ' '
                             << p[2];
      });
      if (failed) return;
    }
  for (size_t i = 0; i < written.size(); ++i) {
    const auto at_i = static_cast<int64_t>(i);
    ASSERT_TRUE((written[i] && !settings.float_output) || std::isnan(y[at_i])) << i;
    ASSERT_TRUE((written[i] && settings.float_output) || std::isnan(y_floats[at_i])) << i;
  }
}

/// A random case that the kernel takes: plain images have one group of few channels.
ConvCase bf16_case(uint32_t seed, bool depthwise) {
  ConvCase c = random_case(seed, depthwise);
  if (!c.g.plain_input) return c;
  c.g.groups = 1;
  c.g.channels = (c.g.channels - 1) % 4 + 1;
  const bool skips = c.g.y.axis[2] != block;
  lay_out(c.g, skips ? Axes{1, 1, 2} : Axes{1, 1, 1});
  return c;
}

class ConvBf16 : public ::testing::TestWithParam<Bf16Set> {};
INSTANTIATE_TEST_SUITE_P(Sets, ConvBf16, ::testing::ValuesIn(bf16_sets()),
                         [](const auto& set) { return std::string(to_string(set.param)); });
// Machines without bfloat16 run none.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ConvBf16);

TEST_P(ConvBf16, RandomCasesAreRightToWithinARounding) {
  for (uint32_t seed = 0; seed < 400 && !HasFatalFailure(); ++seed)
    check_bf16(bf16_case(seed, false),
               {GetParam(), seed % 5 == 0, Numbers::real, 1 + static_cast<int>(seed % 3)}, seed);
}

TEST_P(ConvBf16, RandomDepthwiseCasesAreRightToWithinARounding) {
  for (uint32_t seed = 0; seed < 200; ++seed)
    check_bf16(bf16_case(seed, true),
               {GetParam(), seed % 5 == 0, Numbers::real, 1 + static_cast<int>(seed % 3)}, seed);
}

TEST_P(ConvBf16, SumsOfWholeNumbersAreExact) {
  for (uint32_t seed = 1000; seed < 1200; ++seed) {
    ConvCase c = bf16_case(seed, seed % 4 == 0);
    if (c.epilogue.kind == Epilogue::Kind::silu) c.epilogue.kind = Epilogue::Kind::clamp;
    check_bf16(c, {GetParam(), seed % 2 == 0, Numbers::whole, 2}, seed);
  }
}

/// A square 2-D convolution with half padding.
ConvCase square(int64_t channels, int64_t outputs, int64_t kernel, int64_t stride, int64_t size,
                int64_t groups = 1, bool plain = false) {
  ConvCase c;
  c.g.groups = groups;
  c.g.channels = channels / groups;
  c.g.outputs = outputs / groups;
  c.g.plain_input = plain;
  for (size_t a = 1; a < 3; ++a) {
    c.g.in[a] = size;
    c.g.kernel[a] = kernel;
    c.g.stride[a] = stride;
    c.g.begin[a] = kernel / 2;
    c.g.out[a] = (size + 2 * (kernel / 2) - kernel) / stride + 1;
  }
  lay_out(c.g);
  c.epilogue.kind = Epilogue::Kind::silu;
  return c;
}

TEST_P(ConvBf16, LayersOfNetworksAreRight) {
  for (const ConvCase& c : {
           square(64, 80, 1, 1, 20),
           square(256, 64, 1, 1, 7),
           square(48, 64, 1, 1, 33),
           square(64, 64, 3, 2, 28),
           square(16, 16, 3, 1, 40),
           square(16, 8, 3, 1, 30),
           square(3, 16, 3, 2, 64, 1, true),
           square(3, 64, 7, 2, 56, 1, true),
           square(3, 96, 11, 4, 61, 1, true),
           square(32, 32, 3, 1, 28, 8),
           square(64, 64, 3, 1, 14, 8),
           square(64, 64, 3, 2, 14, 4),
           square(64, 128, 3, 1, 7),
           square(256, 256, 3, 1, 7),  // weights beyond a second-level cache
           square(32, 64, 3, 1, 14, 32),
           square(96, 96, 5, 2, 14, 96),
           square(512, 1000, 1, 1, 1),
           square(40, 1, 1, 1, 10),
       })
    for (const int threads : {1, 2}) check_bf16(c, {GetParam(), false, Numbers::real, threads}, 1);
}

TEST_P(ConvBf16, LongRowsAreCutIntoColumns) {
  ConvCase c;
  c.g.channels = 80;
  c.g.outputs = 24;
  c.g.in = {1, 1, 9001};
  c.g.kernel = {1, 1, 5};
  c.g.begin = {0, 0, 2};
  c.g.out = {1, 1, 9001};
  lay_out(c.g);
  EXPECT_LT(plan_bf16(c.g, c.epilogue, {.set = GetParam()}).item_columns, c.g.out[2]);
  check_bf16(c, {GetParam()}, 5);
}

TEST_P(ConvBf16, ItemsLeaveEachOthersBitsAlone) {
  const ConvCase c = square(32, 96, 3, 1, 30);
  const Bf16Conv plan = plan_bf16(c.g, c.epilogue, {.set = GetParam(), .threads = 8});
  std::vector<float> weights(32 * 96 * 9, 0.01f);
  const WeightView view{weights.data(), 0, 0, 32 * 9, 9, {9, 3, 1}};
  Halves x(c.g.x.batch), once(c.g.y.batch), singly(c.g.y.batch);
  Floats packed(packed_size(plan));
  for (int64_t i = 0; i < c.g.x.batch; ++i) x.set(i, static_cast<float>(i % 17) - 8);
  pack_bf16(plan, view, packed.data(), {0, pack_items(plan)});
  Scratch scratch(scratch_bytes(plan));
  const Bf16ConvKernel kernel = bf16_kernel(GetParam());
  kernel(plan, {x.data(), packed.data(), nullptr, nullptr, once.data()}, {0, items(plan)},
         scratch.worker);
  EXPECT_GT(items(plan), 1);
  for (int64_t i = items(plan); i-- > 0;)
    kernel(plan, {x.data(), packed.data(), nullptr, nullptr, singly.data()}, {i, i + 1},
           scratch.worker);
  for (int64_t i = 0; i < c.g.y.batch; ++i) ASSERT_EQ(once[i], singly[i]) << i;
}

TEST_P(ConvBf16, ThreadsDoNotChangeABit) {
  const ConvCase c = square(40, 72, 3, 1, 19);
  std::vector<float> weights(40 * 72 * 9);
  std::mt19937 random(3);
  for (float& w : weights) w = std::uniform_real_distribution<float>(-1, 1)(random);
  const WeightView view{weights.data(), 0, 0, 40 * 9, 9, {9, 3, 1}};
  Halves x(c.g.x.batch);
  for (int64_t i = 0; i < c.g.x.batch; ++i) x.set(i, static_cast<float>(i % 37) / 7 - 2);
  const auto result = [&](int threads) {
    const Bf16Conv plan = plan_bf16(c.g, c.epilogue, {.set = GetParam(), .threads = threads});
    Floats packed(packed_size(plan));
    pack_bf16(plan, view, packed.data(), {0, pack_items(plan)});
    Scratch scratch(scratch_bytes(plan));
    Halves y(c.g.y.batch);
    bf16_kernel(GetParam())(plan, {x.data(), packed.data(), nullptr, nullptr, y.data()},
                            {0, items(plan)}, scratch.worker);
    return y;
  };
  const Halves one = result(1), two = result(2), many = result(16);
  for (int64_t n = 0; n < c.g.batch * 72; ++n)
    each_position(c.g.out, [&](const Axes& p) {
      const int64_t i = offset(c.g.y, false, n / 72, n % 72, p);
      ASSERT_EQ(one[i], two[i]);
      ASSERT_EQ(one[i], many[i]);
    });
}

TEST_P(ConvBf16, SiluIsRightToItsEnds) {
  ConvCase c = square(1, 1, 1, 1, 1);
  const float one = 1;
  const WeightView weights{.data = &one};
  const Bf16Conv plan = plan_bf16(c.g, c.epilogue, {.set = GetParam(), .float_output = true});
  Floats packed(packed_size(plan)), y(16);
  pack_bf16(plan, weights, packed.data(), {0, 1});
  Scratch scratch(scratch_bytes(plan));
  const auto silu_of = [&](float v) {
    Halves x(16);
    x.set(0, v);
    bf16_kernel(GetParam())(plan, {x.data(), packed.data(), nullptr, nullptr, y.data()}, {0, 1},
                            scratch.worker);
    return y[0];
  };
  for (float v = -80; v < 80; v += 0.0625f) {
    const double x = static_cast<double>(rounded(static_cast<double>(v)));
    const double expected = x / (1 + std::exp(-x));
    ASSERT_NEAR(static_cast<double>(silu_of(v)), expected, std::fabs(expected) / 4096) << v;
  }
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(silu_of(infinity), infinity);
  EXPECT_EQ(silu_of(-1e30f), 0);
  EXPECT_TRUE(std::isnan(silu_of(-infinity)));
  EXPECT_TRUE(std::isnan(silu_of(nan32)));
}

}  // namespace
}  // namespace convoy::cpu
