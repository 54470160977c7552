// One convolution for the tests of its kernels: arrays full of NaN where nothing belongs, and the
// result by plain loops in double.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <ostream>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "convoy/cpu/kernels/conv_geometry.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"
#include "tests/cpu/blocked_array.h"
#include "tests/cpu/conv_case.h"

namespace convoy::cpu {

/// 64-byte aligned floats, NaN at first.
class Floats {
 public:
  explicit Floats(int64_t count)
      : count_(static_cast<size_t>(count)),
        data_(static_cast<float*>(::operator new(count_ * sizeof(float), alignment))) {
    for (size_t i = 0; i < count_; ++i) data_[i] = nan32;
  }
  ~Floats() { ::operator delete(data_, alignment); }
  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;

  float* data() { return data_; }
  const float* data() const { return data_; }
  size_t size() const { return count_; }
  float& operator[](int64_t i) { return data_[i]; }

 private:
  static constexpr std::align_val_t alignment{64};
  size_t count_;
  float* data_;
};

inline int64_t offset(const Strides& s, bool plain, int64_t n, int64_t c, const Axes& p) {
  return n * s.batch + (plain ? c * s.channel : c / block * s.channel + c % block) +
         p[0] * s.axis[0] + p[1] * s.axis[1] + p[2] * s.axis[2];
}

/// A function that twice is not the same as once, for Kind::other.
inline void twist(float* y, int64_t count, float alpha, float beta) {
  for (int64_t i = 0; i < count; ++i) y[i] = alpha * std::fabs(y[i]) + beta;
}

inline double apply(const Epilogue& e, double v) {
  switch (e.kind) {
    case Epilogue::Kind::clamp:
      return std::min<double>(std::max<double>(v, e.low), e.high);
    case Epilogue::Kind::silu:
      return v / (1 + std::exp(-v));
    case Epilogue::Kind::other:
      return e.alpha * std::fabs(v) + e.beta;
  }
  return nan32;
}

struct ConvCase {
  ConvGeometry g = {};
  Epilogue epilogue = {};
  bool bias = true;
  bool flipped = false;  // taps of the weights run backwards

  friend void PrintTo(const ConvCase& c, std::ostream* out) {
    PrintTo(c.g, out);
    *out << " y.axis " << c.g.y.axis[0] << ' ' << c.g.y.axis[1] << ' ' << c.g.y.axis[2]
         << " epilogue " << static_cast<int>(c.epilogue.kind) << " residual "
         << static_cast<int>(c.epilogue.residual) << (c.bias ? " bias" : "")
         << (c.flipped ? " flipped" : "");
  }
};

/// Strides of dense arrays; `skip` positions of y from one to the next.
inline void lay_out(ConvGeometry& g, const Axes& skip = {1, 1, 1}) {
  const int64_t channels = g.groups * g.channels, outputs = g.groups * g.outputs;
  g.x = g.plain_input ? plain_strides(channels, g.in) : blocked_strides(channels, g.in);
  Axes whole;
  for (size_t a = 0; a < 3; ++a) whole[a] = g.out[a] * skip[a];
  g.y = blocked_strides(outputs, whole);
  for (size_t a = 0; a < 3; ++a) g.y.axis[a] *= skip[a];
  g.residual = blocked_strides(outputs, g.out);
}

/// Fills the arrays, runs `Kernel`'s plan on `tier` in uneven ranges, and compares.
/// Api: plan(g, epilogue, tier), pack(tier), kernel(tier), and the free functions of a kernel's
/// header.
template <class Api>
void check(const ConvCase& c, Tier tier, uint32_t seed) {
  SCOPED_TRACE(::testing::Message()
               << ::testing::PrintToString(c) << " tier " << static_cast<int>(tier));
  const ConvGeometry& g = c.g;
  std::mt19937 random(seed);
  const auto value = [&] { return std::uniform_real_distribution<float>(-1, 1)(random); };
  const int64_t channels = g.groups * g.channels, outputs = g.groups * g.outputs;

  Floats x(g.batch * g.x.batch), y(g.batch * g.y.batch);
  Floats residual(g.batch * g.residual.batch), bias(whole_blocks(outputs));
  for (int64_t n = 0; n < g.batch; ++n) {
    for (int64_t k = 0; k < channels; ++k)
      each_position(g.in, [&](const Axes& p) { x[offset(g.x, g.plain_input, n, k, p)] = value(); });
    for (int64_t k = 0; k < outputs; ++k)
      each_position(g.out,
                    [&](const Axes& p) { residual[offset(g.residual, false, n, k, p)] = value(); });
  }
  for (int64_t k = 0; k < outputs; ++k) bias[k] = value();

  const int64_t taps = product(g.kernel);
  std::vector<float> weights(static_cast<size_t>(outputs * g.channels * taps));
  for (float& w : weights) w = value();
  WeightView view{weights.data(),    0,    g.outputs * g.channels * taps,
                  g.channels * taps, taps, {g.kernel[1] * g.kernel[2], g.kernel[2], 1}};
  if (c.flipped) {
    view.first = taps - 1;
    for (int64_t& tap : view.tap) tap = -tap;
  }

  const auto plan = Api::plan(g, c.epilogue, tier);
  Floats packed(packed_size(plan));
  const int64_t pieces = pack_items(plan);
  for (int64_t part = 0; part < 3; ++part)
    Api::pack(tier)(plan, view, packed.data(), share(pieces, part, 3));
  Floats scratch(scratch_bytes(plan) / 4 + 16);
  Worker worker{scratch.data()};
  const ConvArrays at{x.data(), packed.data(), c.bias ? bias.data() : nullptr,
                      c.epilogue.residual == Epilogue::Residual::none ? nullptr : residual.data(),
                      y.data()};
  for (int64_t part = 0; part < 3; ++part)
    Api::kernel(tier)(plan, at, share(items(plan), 2 - part, 3), worker);
  EXPECT_EQ(worker.ran, target_bit(tier));
  EXPECT_TRUE(std::isnan(scratch[static_cast<int64_t>(scratch.size()) - 1]));

  std::vector<bool> written(y.size());
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
            const double v = static_cast<double>(
                                 x[offset(g.x, g.plain_input, n, group * g.channels + ch, from)]) *
                             static_cast<double>(view.at(group, o, ch, t));
            sum += v;
            size += std::fabs(v);
          }
        });
        const double r = static_cast<double>(residual[offset(g.residual, false, n, k, p)]);
        if (c.epilogue.residual == Epilogue::Residual::before) sum += r;
        double expected = apply(c.epilogue, sum);
        if (c.epilogue.residual == Epilogue::Residual::after) expected += r;
        const double got = static_cast<double>(y[there]);
        failed = !(std::fabs(got - expected) <= 1e-6 * size);
        EXPECT_FALSE(failed) << got << " instead of " << expected << " at image " << n
                             << " channel " << k << " position " << p[0] << ' ' << p[1] << ' '
                             << p[2];
      });
      if (failed) return;
    }
  for (size_t i = 0; i < y.size(); ++i)
    if (!written[i]) {
      ASSERT_TRUE(std::isnan(y[static_cast<int64_t>(i)])) << "position that y skips: " << i;
    }
}

/// A case of small random numbers: odd sizes, uneven padding, everything that may meet.
inline ConvCase random_case(uint32_t seed, bool depthwise) {
  std::mt19937 random(seed);
  const auto pick = [&](std::initializer_list<int64_t> list) {
    return list.begin()[random() % list.size()];
  };
  ConvCase c;
  ConvGeometry& g = c.g;
  g.batch = pick({1, 1, 1, 2, 3, 0});
  const int64_t dimensions = pick({1, 2, 2, 2, 3});
  g.groups = depthwise ? pick({1, 3, 16, 17, 40}) : pick({1, 1, 1, 2, 3, 5});
  g.channels = depthwise ? 1 : pick({1, 2, 3, 4, 7, 8, 16, 17, 24, 32, 35});
  g.outputs = depthwise ? 1 : pick({1, 2, 4, 5, 8, 12, 16, 24, 31, 32, 48, 80});
  g.plain_input = !depthwise && random() % 4 == 0;
  Axes skip{1, 1, 1};
  for (size_t a = static_cast<size_t>(3 - dimensions); a < 3; ++a) {
    g.kernel[a] = pick({1, 1, 2, 3, 3, 3, 5, 7});
    g.stride[a] = pick({1, 1, 1, 2, 2, 3});
    g.dilation[a] = pick({1, 1, 1, 2, 3});
    g.begin[a] = pick({0, 0, 1, 1, 2, 3, 5});
    g.in[a] = a == 2 ? pick({1, 2, 5, 7, 14, 15, 20, 29, 43, 71}) : pick({1, 2, 3, 5, 7, 10});
    const int64_t behind = pick({0, 1, 2, 4});
    const int64_t reach = (g.kernel[a] - 1) * g.dilation[a] + 1;
    g.out[a] = std::max<int64_t>(0, g.in[a] + g.begin[a] + behind - reach) / g.stride[a] + 1;
    skip[a] = pick({1, 1, 1, 1, 2});
  }
  if (random() % 4 == 0) {  // as most of 1x1 are
    g.kernel = g.stride = {1, 1, 1};
    g.begin = {0, 0, 0};
    g.out = g.in;
  }
  if (random() % 2) skip = {1, 1, 1};
  lay_out(g, skip);
  c.bias = random() % 4 != 0;
  c.flipped = random() % 4 == 0;
  c.epilogue.kind =
      std::array{Epilogue::Kind::clamp, Epilogue::Kind::silu, Epilogue::Kind::other}[random() % 3];
  c.epilogue.residual = std::array{Epilogue::Residual::none, Epilogue::Residual::before,
                                   Epilogue::Residual::after}[random() % 3];
  if (random() % 2) c.epilogue.low = 0;
  if (random() % 2) c.epilogue.high = 0.75f;
  c.epilogue.activate = twist;
  c.epilogue.alpha = 0.5f;
  c.epilogue.beta = -0.25f;
  return c;
}

}  // namespace convoy::cpu
