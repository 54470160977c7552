#include "convoy/cpu/kernels/winograd.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

#include <gtest/gtest.h>

#include "tests/cpu/conv_case.h"
#include "tests/cpu/conv_check.h"

namespace convoy::cpu {
namespace {

constexpr WinogradForm forms[] = {WinogradForm::f4x4, WinogradForm::f2x2, WinogradForm::stride2,
                                  WinogradForm::f3x3_4x4, WinogradForm::f2x2_5x5};

int64_t stride_of(WinogradForm form) { return form == WinogradForm::stride2 ? 2 : 1; }
int64_t side_of(WinogradForm form) {
  if (form == WinogradForm::f3x3_4x4) return 4;
  return form == WinogradForm::f2x2_5x5 ? 5 : 3;
}
int64_t tile_of(WinogradForm form) {
  if (form == WinogradForm::f3x3_4x4) return 3;
  return form == WinogradForm::f2x2 || form == WinogradForm::f2x2_5x5 ? 2 : 4;
}

/// Aligned, full of NaN, and watched at its end.
class Buffer {
 public:
  explicit Buffer(int64_t elements)
      : size_(static_cast<size_t>(elements)),
        data_(static_cast<float*>(
            ::operator new((size_ + guard) * sizeof(float), std::align_val_t{64}))) {
    std::fill(data_, data_ + size_, std::numeric_limits<float>::quiet_NaN());
    std::fill(data_ + size_, data_ + size_ + guard, -7.f);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    EXPECT_TRUE(std::all_of(data_ + size_, data_ + size_ + guard,
                            [](float value) { return value == -7.f; }));
    ::operator delete(data_, std::align_val_t{64});
  }
  float* data() { return data_; }

 private:
  static constexpr size_t guard = 64;
  size_t size_;
  float* data_;
};

/// A convolution with its arrays; weights lie as [outputs][channels][kernel].
struct Problem {
  ConvGeometry conv;
  Epilogue epilogue = {};
  Images x, residual;
  std::vector<float> weights, bias;
  WeightView view = {};

  Problem(ConvGeometry geometry, unsigned seed)
      : conv(geometry),
        x(conv.batch, conv.channels, conv.in, false),
        residual(conv.batch, conv.outputs, conv.out, false) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> value(-1, 1);
    for (Images* images : {&x, &residual})
      for (int64_t n = 0; n < conv.batch; ++n)
        for (int64_t c = 0; c < images->channels; ++c)
          each_position(images->size, [&](const Axes& p) { images->at(n, c, p) = value(random); });
    const Axes& k = conv.kernel;
    weights.resize(static_cast<size_t>(conv.outputs * conv.channels * product(k)));
    for (float& w : weights) w = value(random);
    bias.resize(static_cast<size_t>(whole_blocks(conv.outputs)));
    for (float& b : bias) b = value(random);
    conv.residual = residual.strides;
    view = {weights.data(), 0, 0, conv.channels * product(k), product(k), {k[1] * k[2], k[2], 1}};
  }

  double expected(int64_t n, int64_t o, const Axes& p) {
    double sum = double{bias[static_cast<size_t>(o)]};
    for (int64_t c = 0; c < conv.channels; ++c)
      each_position(conv.kernel, [&](const Axes& k) {
        Axes from;
        if (meets(conv, p, k, from)) sum += double{x.at(n, c, from)} * double{view.at(0, o, c, k)};
      });
    const double other = double{residual.at(n, o, p)};
    if (epilogue.residual == Epilogue::Residual::before) sum += other;
    sum = apply(epilogue, sum);
    return epilogue.residual == Epilogue::Residual::after ? sum + other : sum;
  }

  Images run(Tier tier, WinogradForm form, const WinogradMachine& machine, int64_t parts) const {
    const WinogradConv plan = plan_winograd(conv, epilogue, tier, form, machine);
    Buffer packed(packed_size(plan)), shared(shared_bytes(plan) / 4);
    WeightView packed_view = view;
    std::vector<float> split;
    if (plan.shifts() > 1) {
      const int64_t taps = product(plan.geometry.kernel), channels = plan.geometry.channels;
      split.resize(static_cast<size_t>(conv.outputs * channels * taps));
      for (int64_t part = 0; part < parts; ++part)
        split_weights(plan, conv, view, split.data(), share(conv.outputs, part, parts));
      packed_view = {split.data(),    0,    0,
                     channels * taps, taps, {plan.taps * plan.taps, plan.taps, 1}};
    }
    for (int64_t part = 0; part < parts; ++part)
      winograd_pack(tier)(plan, packed_view, packed.data(), share(pack_items(plan), part, parts));
    Images y(conv.batch, conv.outputs, conv.out, false);
    const WinogradArrays at{
        {x.values.data(), packed.data(), bias.data(), residual.values.data(), y.values.data()},
        shared.data()};
    Worker worker;
    for (int phase = 0; phase < plan.phases; ++phase)
      for (int64_t part = parts; part-- > 0;) {
        Buffer scratch(scratch_bytes(plan) / 4);
        worker.scratch = scratch.data();
        winograd_kernel(tier)(plan, phase, at, share(items(plan, phase), part, parts), worker);
      }
    EXPECT_EQ(worker.ran, target_bit(tier));
    return y;
  }
};

/// The largest error in proportion to the largest value.
double error(Problem& problem, Images y) {
  double worst = 0, largest = 1e-30;
  for (int64_t n = 0; n < y.batch; ++n)
    for (int64_t o = 0; o < y.channels; ++o)
      each_position(y.size, [&](const Axes& p) {
        const double expected = problem.expected(n, o, p);
        const double e = std::fabs(double{y.at(n, o, p)} - expected);
        worst = std::max(worst, std::isnan(e) ? 1e9 : e);
        largest = std::max(largest, std::fabs(expected));
      });
  return worst / largest;
}

// Of the largest value; what the header promises, with room for small sums.
double tolerance(WinogradForm form) { return form == WinogradForm::f2x2 ? 4e-6 : 4e-5; }

/// Values above the true channels are NaN or anything.
std::vector<float> values(Images y) {
  std::vector<float> result;
  for (int64_t n = 0; n < y.batch; ++n)
    for (int64_t o = 0; o < y.channels; ++o)
      each_position(y.size, [&](const Axes& p) { result.push_back(y.at(n, o, p)); });
  return result;
}

void check(Problem& problem, WinogradForm form) {
  ASSERT_TRUE(winograd_fits(problem.conv, form));
  for (const Tier tier : tiers()) {
    const auto where = [&] {
      return ::testing::PrintToString(problem.conv) + ' ' + std::string(to_string(form)) + " on " +
             std::string(to_string(tier));
    };
    const Images whole = problem.run(tier, form, {}, 1);
    EXPECT_LT(error(problem, whole), tolerance(form)) << where();
    // However it is shared out, and with whatever cache: bit by bit the same.
    const WinogradMachine machines[] = {{}, {1 << 14, 1}, {1 << 20, 4}, {1 << 14, 64}};
    for (const WinogradMachine& machine : machines)
      EXPECT_EQ(values(problem.run(tier, form, machine, 3)), values(whole))
          << where() << " by " << machine.threads << " threads";
  }
}

ConvGeometry random_geometry(std::mt19937& random, WinogradForm form) {
  ConvGeometry conv;
  const int64_t channels[] = {1, 3, 8, 16, 17, 24, 32, 48, 80};
  const int64_t stride = stride_of(form), side = side_of(form);
  conv.batch = between(random, 0, 3);
  conv.channels = channels[between(random, 0, 8)];
  conv.outputs = channels[between(random, 0, 8)];
  conv.kernel = {between(random, 0, 2) ? 1 : between(random, 1, 4), side, side};
  conv.stride = {1, stride, stride};
  Axes end = {0, 0, 0};
  for (size_t a = 0; a < 3; ++a) {
    const int64_t most = conv.kernel[a] - (a == 0 ? 0 : 1);
    conv.begin[a] = between(random, 0, most);
    end[a] = between(random, 0, most);
    conv.in[a] = std::max(between(random, 1, a == 0 ? conv.kernel[a] * 2 : 15),
                          conv.kernel[a] - conv.begin[a] - end[a]);
  }
  finish(conv, end);
  return conv;
}

Epilogue random_epilogue(std::mt19937& random) {
  Epilogue e;
  e.kind = static_cast<Epilogue::Kind>(between(random, 0, 2));
  e.residual = static_cast<Epilogue::Residual>(between(random, 0, 2));
  if (between(random, 0, 1)) e.low = 0;
  if (between(random, 0, 1)) e.high = 6;
  e.activate = twist;
  e.alpha = 0.5f;
  e.beta = -0.25f;
  return e;
}

class Winograd : public ::testing::TestWithParam<WinogradForm> {};

TEST_P(Winograd, is_what_plain_loops_give) {
  for (unsigned seed = 0; seed < 40 && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    Problem problem(random_geometry(random, GetParam()), seed);
    problem.epilogue = random_epilogue(random);
    check(problem, GetParam());
  }
}

TEST_P(Winograd, fits_maps_of_every_small_size) {
  const int64_t stride = stride_of(GetParam()), side = side_of(GetParam());
  for (int64_t size = 1; size <= 9; ++size) {
    ConvGeometry conv{.batch = 2,
                      .channels = 5,
                      .outputs = 33,
                      .in = {1, size, 10 - size},
                      .kernel = {1, side, side},
                      .stride = {1, stride, stride},
                      .begin = {0, side / 2, side / 2}};
    finish(conv, {0, side / 2, side / 2});
    Problem problem(conv, 1);
    check(problem, GetParam());
  }
}

// The gradient of the input is a convolution with flipped weights whose channels are exchanged.
TEST_P(Winograd, takes_weights_wherever_they_lie) {
  std::mt19937 random(3);
  ConvGeometry conv = random_geometry(random, GetParam());
  conv.batch = 1;
  conv.channels = 18;
  conv.outputs = 35;
  finish(conv, {conv.kernel[0] - 1, 1, 1});
  Problem problem(conv, 2);
  const int64_t taps = product(conv.kernel), side = side_of(GetParam());
  problem.view = {problem.weights.data(),   taps - 1, 0, taps, taps * conv.outputs,
                  {-side * side, -side, -1}};
  check(problem, GetParam());
}

// Every third tap of a kernel of 7×7, or 13×13, as the gradient of a convolution with stride 3
// takes them.
TEST_P(Winograd, takes_some_of_the_taps_of_a_larger_kernel) {
  std::mt19937 random(4);
  ConvGeometry conv = random_geometry(random, GetParam());
  conv.batch = 1;
  conv.channels = 19;
  conv.outputs = 34;
  finish(conv, {conv.kernel[0] - 1, 1, 1});
  Problem problem(conv, 3);
  const int64_t larger = 3 * side_of(GetParam()) - 2, slice = larger * larger;
  const int64_t taps = conv.kernel[0] * slice;
  problem.weights.resize(static_cast<size_t>(34 * 19 * taps));
  std::uniform_real_distribution<float> any(-1, 1);
  for (float& w : problem.weights) w = any(random);
  for (const int64_t sign : {1, -1}) {
    const int64_t first = sign > 0 ? 0 : taps - 1;
    problem.view = {problem.weights.data(),
                    first,
                    0,
                    19 * taps,
                    taps,
                    {sign * slice, sign * 3 * larger, sign * 3}};
    check(problem, GetParam());
  }
}

// Weights of small maps that no cache holds are kept as taps and transformed when they are needed.
TEST_P(Winograd, weights_from_far_away_are_no_more_than_the_taps) {
  const int64_t stride = stride_of(GetParam()), side = side_of(GetParam());
  const int64_t tile = tile_of(GetParam());
  struct Maps {
    int64_t batch, rows, columns;  // of tiles
  };
  // The last ones have more tiles than keep the input in the cache.
  for (const auto& [batch, rows, columns] : {Maps{2, 3, 2}, Maps{2, 5, 5}, Maps{1, 7, 9}}) {
    ConvGeometry conv{.batch = batch,
                      .channels = 83,
                      .outputs = 70,
                      .in = {1, rows * tile * stride - stride, columns * tile * stride - 1},
                      .kernel = {1, side, side},
                      .stride = {1, stride, stride},
                      .begin = {0, side / 2, side / 2}};
    finish(conv, {0, side / 2, side / 2});
    Problem problem(conv, 6);
    const WinogradMachine far{1 << 14, 3, 100};
    for (const Tier tier : tiers()) {
      const WinogradConv plan = plan_winograd(conv, {}, tier, GetParam(), far);
      ASSERT_EQ(plan.tiles, batch * rows * columns);
      ASSERT_GT(plan.late_channels, 0);
      EXPECT_LT(plan.late_channels, conv.channels);  // so that sums go on where they stopped
      EXPECT_EQ(packed_size(plan), 80 * 83 * side * side);
      EXPECT_EQ(plan_winograd(conv, {}, tier, GetParam()).late_channels, 0);
      EXPECT_EQ(values(problem.run(tier, GetParam(), far, 3)),
                values(problem.run(tier, GetParam(), {}, 1)));
    }
  }
}

// With a depth, slices of the output share the transforms, some slices at a time.
TEST(WinogradLate, weights_of_kernels_with_depth_are_no_more_than_the_taps) {
  for (const int64_t pad : {0, 2}) {
    ConvGeometry conv{.batch = 1,
                      .channels = 83,
                      .outputs = 70,
                      .in = {6, 9, 10},
                      .kernel = {3, 3, 3},
                      .begin = {pad, 1, 1}};
    finish(conv, {2, 1, 1});
    Problem problem(conv, 9);
    problem.epilogue.residual = Epilogue::Residual::after;
    const WinogradMachine far{1 << 17, 3, 100};
    for (const Tier tier : tiers()) {
      const WinogradConv plan = plan_winograd(conv, {}, tier, WinogradForm::f4x4, far);
      ASSERT_GT(plan.late_channels, 0);
      EXPECT_LT(plan.late_channels, conv.channels);
      EXPECT_GT(plan.depth_chunks(), 1);
      EXPECT_EQ(packed_size(plan), 80 * 83 * 27);
      const Images y = problem.run(tier, WinogradForm::f4x4, far, 3);
      EXPECT_LT(error(problem, y), tolerance(WinogradForm::f4x4)) << to_string(tier);
      EXPECT_EQ(values(y), values(problem.run(tier, WinogradForm::f4x4, {}, 1)));
    }
  }
}

// With more, the products of all tiles would not stay in the cache.
TEST(WinogradLate, up_to_64_tiles_share_weights_that_are_transformed_late) {
  const WinogradMachine far{1 << 14, 2, 100};
  for (const auto& [size, late] : {std::pair{Axes{1, 32, 29}, true}, {Axes{1, 17, 50}, false}}) {
    ConvGeometry conv{.batch = 1,
                      .channels = 83,
                      .outputs = 70,
                      .in = size,
                      .kernel = {1, 3, 3},
                      .begin = {0, 1, 1}};
    finish(conv, {0, 1, 1});
    Problem problem(conv, 8);
    for (const Tier tier : tiers()) {
      const WinogradConv plan = plan_winograd(conv, {}, tier, WinogradForm::f4x4, far);
      EXPECT_EQ(plan.tiles, late ? 64 : 65);
      EXPECT_EQ(plan.late_channels > 0, late) << to_string(tier);
      const Images y = problem.run(tier, WinogradForm::f4x4, far, 2);
      EXPECT_LT(error(problem, y), tolerance(WinogradForm::f4x4)) << to_string(tier);
      EXPECT_EQ(values(y), values(problem.run(tier, WinogradForm::f4x4, {}, 1)));
    }
  }
}

// Where a vector holds a block, up to sixteen tiles use late weights as they are made.
TEST(WinogradFew, tiles_need_no_array_of_weights) {
  const struct {
    int64_t batch;
    Axes size;
    bool few;
  } cases[] = {{1, {1, 4, 3}, true},   {1, {1, 7, 4}, true},  {3, {1, 2, 4}, true},
               {1, {1, 7, 7}, true},   {5, {1, 4, 4}, true},  {7, {1, 2, 3}, true},
               {1, {1, 10, 9}, true},  {13, {1, 1, 1}, true}, {1, {1, 12, 17}, true},
               {1, {1, 14, 14}, true}, {17, {1, 1, 4}, false}};
  const WinogradMachine far{1 << 14, 3, 100};
  for (const auto& [batch, size, few] : cases) {
    ConvGeometry conv{.batch = batch,
                      .channels = 83,
                      .outputs = 70,
                      .in = size,
                      .kernel = {1, 3, 3},
                      .begin = {0, 1, 1}};
    finish(conv, {0, 1, 1});
    Problem problem(conv, 7);
    problem.epilogue.residual = Epilogue::Residual::before;
    for (const Tier tier : tiers()) {
      const WinogradConv plan =
          plan_winograd(conv, problem.epilogue, tier, WinogradForm::f4x4, far);
      EXPECT_EQ(plan.few, few && plan.lanes == block) << to_string(tier);
      const Images late = problem.run(tier, WinogradForm::f4x4, far, 3);
      EXPECT_LT(error(problem, late), tolerance(WinogradForm::f4x4)) << to_string(tier);
      EXPECT_EQ(values(late), values(problem.run(tier, WinogradForm::f4x4, {}, 1)));
    }
  }
}

// Parts of larger arrays, and every other row and column of one.
TEST_P(Winograd, reads_and_writes_parts_of_larger_arrays) {
  std::mt19937 random(5);
  ConvGeometry conv = random_geometry(random, GetParam());
  conv.batch = 2;
  conv.channels = 20;
  conv.outputs = 24;
  finish(conv, {conv.kernel[0] - 1, 1, 1});
  Problem dense(conv, 4);
  dense.epilogue.residual = Epilogue::Residual::after;
  for (const Epilogue::Kind kind : {Epilogue::Kind::clamp, Epilogue::Kind::other}) {
    dense.epilogue.kind = kind;
    dense.epilogue.activate = twist;
    Problem spread = dense;
    spread.x = Images(2, 52, {conv.in[0] + 1, conv.in[1] + 2, conv.in[2] + 3}, false);
    spread.residual = Images(2, 40, {conv.out[0], conv.out[1] * 2, conv.out[2] + 1}, false);
    spread.conv.x = spread.x.strides;
    spread.conv.residual = spread.residual.strides;
    for (int64_t n = 0; n < 2; ++n) {
      for (int64_t c = 0; c < 20; ++c)
        each_position(conv.in, [&](const Axes& p) { spread.x.at(n, c, p) = dense.x.at(n, c, p); });
      for (int64_t o = 0; o < 24; ++o)
        each_position(conv.out, [&](const Axes& p) {
          spread.residual.at(n, o, p) = dense.residual.at(n, o, p);
        });
    }
    for (const Tier tier : tiers()) {
      const WinogradConv plan = plan_winograd(conv, dense.epilogue, tier, GetParam());
      Images wide(2, 40, {conv.out[0], 2 * conv.out[1], 2 * conv.out[2]}, false);
      WinogradConv spread_plan = plan;
      spread_plan.geometry = spread.conv;
      spread_plan.geometry.y = wide.strides;
      spread_plan.geometry.y.axis[1] *= 2;
      spread_plan.geometry.y.axis[2] *= 2;
      Buffer packed(packed_size(plan)), scratch(scratch_bytes(plan) / 4);
      winograd_pack(tier)(plan, dense.view, packed.data(), {0, pack_items(plan)});
      Worker worker{scratch.data()};
      winograd_kernel(tier)(spread_plan, 0,
                            {{spread.x.values.data(), packed.data(), dense.bias.data(),
                              spread.residual.values.data(), wide.values.data()}},
                            {0, items(plan, 0)}, worker);
      Images expected = dense.run(tier, GetParam(), {}, 1);
      for (int64_t n = 0; n < 2; ++n)
        for (int64_t o = 0; o < 40; ++o)
          each_position(wide.size, [&](const Axes& p) {
            const bool ours = o < 24 && p[1] % 2 == 0 && p[2] % 2 == 0;
            if (ours) {
              EXPECT_EQ(wide.at(n, o, p), expected.at(n, o, {p[0], p[1] / 2, p[2] / 2}));
            } else if (o >= whole_blocks(24) || p[1] % 2 || p[2] % 2) {
              EXPECT_TRUE(std::isnan(wide.at(n, o, p)));
            }
          });
    }
  }
}

// Kernels of more taps than the form's, most of them no multiple.
TEST_P(Winograd, splits_larger_kernels) {
  const int64_t stride = stride_of(GetParam()), side = side_of(GetParam());
  for (unsigned seed = 0; seed < 12 && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    ConvGeometry conv{.batch = between(random, 1, 2),
                      .channels = seed % 3 == 0 ? 32 : 16,
                      .outputs = between(random, 1, 40),
                      .in = {1, between(random, 1, 20), between(random, 1, 20)},
                      .kernel = {1, between(random, side, 9), between(random, side + 1, 9)},
                      .stride = {1, stride, stride}};
    Axes end = {};
    for (size_t a = 1; a < 3; ++a) {
      conv.begin[a] = between(random, 0, conv.kernel[a]);
      end[a] =
          std::max(between(random, 0, conv.kernel[a]), conv.kernel[a] - conv.in[a] - conv.begin[a]);
    }
    if (seed % 4 == 0) {
      conv.kernel[0] = conv.in[0] = 2;
      conv.begin[0] = 1;
    }
    finish(conv, end);
    Problem problem(conv, seed);
    EXPECT_GT(plan_winograd(conv, {}, tiers().front(), GetParam()).shifts(), 1);
    check(problem, GetParam());
  }
}

// What the header promises.
TEST_P(Winograd, keeps_its_errors_small) {
  const int64_t stride = stride_of(GetParam()), side = side_of(GetParam());
  const bool has_points_above_one =
      GetParam() != WinogradForm::f2x2 && GetParam() != WinogradForm::stride2;
  const double most = has_points_above_one ? 5e-6 : 2e-6;
  for (const int64_t channels : {16, 64, 256}) {
    ConvGeometry conv{.channels = channels,
                      .outputs = 32,
                      .in = {1, 14, 14},
                      .kernel = {1, side, side},
                      .stride = {1, stride, stride},
                      .begin = {0, side / 2, side / 2}};
    finish(conv, {0, side / 2, side / 2});
    Problem problem(conv, 7);
    for (const Tier tier : tiers()) {
      const double e = error(problem, problem.run(tier, GetParam(), {}, 1));
      EXPECT_LT(e, most) << channels << " channels on " << to_string(tier);
    }
  }
}

// The cheapest form for layers of which that was measured.
TEST(WinogradCost, tells_which_form_is_fastest) {
  const auto cost = [](int64_t channels, int64_t size, WinogradForm form) {
    ConvGeometry conv{.channels = channels,
                      .outputs = channels,
                      .in = {1, size, size},
                      .kernel = {1, 3, 3},
                      .begin = {0, 1, 1}};
    finish(conv, {0, 1, 1});
    return winograd_cost(plan_winograd(conv, {}, tiers().front(), form)) /
           static_cast<double>(conv.products());
  };
  if (tiers().front() != Tier::avx512) GTEST_SKIP() << "measured with AVX-512";
  for (const auto& [channels, size] :
       {std::pair{16, 160}, {32, 80}, {64, 80}, {128, 28}, {256, 14}}) {
    EXPECT_LT(cost(channels, size, WinogradForm::f4x4), cost(channels, size, WinogradForm::f2x2));
    EXPECT_LT(cost(channels, size, WinogradForm::f2x2), 1);
  }
  EXPECT_LT(cost(512, 7, WinogradForm::f2x2), cost(512, 7, WinogradForm::f4x4));
  EXPECT_GT(cost(512, 1, WinogradForm::f4x4), 1);
}

std::string form_name(const ::testing::TestParamInfo<WinogradForm>& info) {
  return std::string(to_string(info.param));
}
INSTANTIATE_TEST_SUITE_P(Forms, Winograd, ::testing::ValuesIn(forms), form_name);

TEST(WinogradFits, what_it_computes_and_nothing_else) {
  const ConvGeometry good{.channels = 16, .outputs = 16, .in = {1, 8, 8}, .kernel = {1, 3, 3}};
  EXPECT_TRUE(winograd_fits(good, WinogradForm::f4x4));
  EXPECT_TRUE(winograd_fits(good, WinogradForm::f2x2));
  EXPECT_FALSE(winograd_fits(good, WinogradForm::stride2));
  EXPECT_FALSE(winograd_fits(good, WinogradForm::f2x2_5x5));
  ConvGeometry bad = good;
  bad.groups = 2;
  EXPECT_FALSE(winograd_fits(bad, WinogradForm::f4x4));
  bad = good;
  bad.plain_input = true;
  EXPECT_FALSE(winograd_fits(bad, WinogradForm::f4x4));
  bad = good;
  bad.dilation[2] = 2;
  EXPECT_FALSE(winograd_fits(bad, WinogradForm::f4x4));
  bad = good;
  bad.kernel[1] = 1;
  EXPECT_FALSE(winograd_fits(bad, WinogradForm::f4x4));
  for (const int64_t channels : {16, 17}) {  // more taps are split where blocks are full
    bad.channels = channels;
    bad.kernel = {1, 4, 4};
    EXPECT_EQ(winograd_fits(bad, WinogradForm::f4x4), channels == 16);
    EXPECT_TRUE(winograd_fits(bad, WinogradForm::f3x3_4x4));
    EXPECT_FALSE(winograd_fits(bad, WinogradForm::f2x2_5x5));
    bad.kernel = {1, 5, 5};
    EXPECT_EQ(winograd_fits(bad, WinogradForm::f4x4), channels == 16);
    EXPECT_TRUE(winograd_fits(bad, WinogradForm::f2x2_5x5));
  }
  bad = good;
  bad.stride = {1, 2, 2};
  EXPECT_FALSE(winograd_fits(bad, WinogradForm::f4x4));
  EXPECT_TRUE(winograd_fits(bad, WinogradForm::stride2));
  bad.stride = {2, 2, 2};
  EXPECT_FALSE(winograd_fits(bad, WinogradForm::stride2));
}

}  // namespace
}  // namespace convoy::cpu
