// Direct convolution on every instruction set against plain loops.
#include "convoy/cpu/kernels/conv_direct.h"

#include "convoy/cpu/kernels/conv_direct_work.h"
#include "tests/cpu/conv_check.h"

namespace convoy::cpu {
namespace {

struct Direct {
  static DirectConv plan(const ConvGeometry& g, const Epilogue& e, Tier t) {
    return plan_direct(g, e, t);
  }
  static DirectPack pack(Tier t) { return direct_pack(t); }
  static DirectConvKernel kernel(Tier t) { return direct_kernel(t); }
};

class ConvDirect : public ::testing::TestWithParam<Tier> {};
INSTANTIATE_TEST_SUITE_P(Tiers, ConvDirect, ::testing::ValuesIn(tiers()), [](const auto& tier) {
  return std::string(EnumNames<Tier>::values[static_cast<size_t>(tier.param)].second);
});

/// A square 2-D convolution with half padding.
ConvCase square(int64_t channels, int64_t outputs, int64_t kernel, int64_t stride, int64_t size,
                int64_t groups = 1, bool plain = false) {
  ConvCase c;
  c.g.groups = groups;
  c.g.channels = channels / groups;
  c.g.outputs = outputs / groups;
  c.g.in = {1, size, size};
  c.g.kernel = {1, kernel, kernel};
  c.g.stride = {1, stride, stride};
  c.g.begin = {0, kernel / 2, kernel / 2};
  c.g.out = {1, (size - 1) / stride + 1, (size - 1) / stride + 1};
  c.g.plain_input = plain;
  lay_out(c.g);
  return c;
}

TEST_P(ConvDirect, RandomGeometriesAreRight) {
  for (uint32_t seed = 0; seed < 400 && !HasFailure(); ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    check<Direct>(random_case(seed, false), GetParam(), seed);
  }
}

TEST_P(ConvDirect, PlainImagesAreRightInPlaceAndCopied) {
  int64_t copied = 0, padded_in_place = 0;
  for (uint32_t seed = 0; seed < 200 && !HasFailure(); ++seed) {
    ConvCase c = random_case(seed, false);
    c.g.plain_input = true;
    c.g.channels = 1 + seed % 4;
    c.g.in[2] += seed % 3 * 60;  // wide ones are read in place but for their edges
    c.g.out[2] += seed % 3 * 60 / c.g.stride[2];
    lay_out(c.g);
    if (seed % 5 == 0) {  // every other number of a larger array
      for (int64_t* stride : {&c.g.x.batch, &c.g.x.channel}) *stride *= 2;
      for (int64_t& stride : c.g.x.axis) stride *= 2;
    }
    const DirectConv plan = plan_direct(c.g, c.epilogue, GetParam());
    copied += plan.copied ? 1 : 0;
    padded_in_place += !plan.copied && c.g.begin[2] > 0 ? 1 : 0;
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    check<Direct>(c, GetParam(), seed);
  }
  EXPECT_GT(copied, 20);
  EXPECT_GT(padded_in_place, 20);
}

TEST_P(ConvDirect, LayersOfNetworksAreRight) {
  for (const ConvCase& c : {
           square(64, 80, 1, 1, 20),
           square(256, 64, 1, 1, 7),
           square(48, 64, 1, 1, 33),
           square(64, 64, 3, 2, 28),
           square(16, 16, 3, 1, 40),
           square(16, 8, 3, 1, 30),
           square(3, 16, 3, 2, 64, 1, true),
           square(3, 64, 7, 2, 56, 1, true),
           square(3, 64, 7, 2, 112, 1, true),
           square(3, 96, 11, 4, 61, 1, true),
           square(32, 32, 3, 1, 28, 8),
           square(64, 64, 3, 1, 14, 8),
           square(64, 64, 3, 2, 14, 4),
           square(64, 128, 3, 1, 7),
           square(32, 64, 3, 1, 14, 32),
           square(512, 1000, 1, 1, 1),
           square(40, 1, 1, 1, 10),
       })
    check<Direct>(c, GetParam(), 1);
}

TEST_P(ConvDirect, WeightsThatNoCacheHoldsAreWalkedOverOnce) {
  ConvCase strided = square(272, 120, 3, 2, 9), groups = square(544, 240, 3, 2, 5, 2);
  strided.g.batch = 2;
  const ConvCase deep = square(912, 40, 3, 1, 10);  // the widest tiles' weights would fill a cache
  for (const ConvCase& c : {strided, groups, deep}) {
    const DirectConv plan = plan_direct(c.g, c.epilogue, GetParam());
    EXPECT_TRUE(plan.outputs_first);
    EXPECT_LE(plan.tile_vectors * plan.lanes * c.g.channels * 9, 192 * 1024);
    EXPECT_GT(items(plan), 1);
    check<Direct>(c, GetParam(), 4);
  }
}

TEST_P(ConvDirect, AlexNetsGroupsOfPrimeSizesAreRight) {
  check<Direct>(square(26, 34, 3, 1, 11, 2), GetParam(), 2);
  check<Direct>(square(21, 33, 5, 1, 9, 3, true), GetParam(), 3);
}

/// Packed weights number by number, in the order that conv_direct.h states.
std::vector<float> packed_plainly(const DirectConv& plan, const WeightView& weights) {
  const ConvGeometry& g = plan.geometry;
  std::vector<float> packed;
  for (int64_t group = 0; group < g.groups; ++group)
    for (int64_t v = 0; v < plan.vectors; v += vectors_of_tile(plan, v))
      for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
        for (int64_t kh = 0; kh < g.kernel[1]; ++kh)
          for (int64_t c0 = 0; c0 < g.channels; c0 = segment_end(g, group, c0))
            for (int64_t kw = 0; kw < g.kernel[2]; ++kw)
              for (int64_t c = c0; c < segment_end(g, group, c0); ++c)
                for (int64_t i = 0; i < vectors_of_tile(plan, v) * plan.lanes; ++i) {
                  const int64_t o = v * plan.lanes + i;
                  packed.push_back(o < g.outputs ? weights.at(group, o, c, {kd, kh, kw}) : 0);
                }
  return packed;
}

TEST_P(ConvDirect, WeightsArePackedFromAnyView) {
  for (uint32_t seed = 0; seed < 400 && !HasFailure(); ++seed) {
    const ConvCase c = random_case(seed, false);
    const DirectConv plan = plan_direct(c.g, {}, GetParam());
    SCOPED_TRACE(::testing::Message() << "seed " << seed << ' ' << ::testing::PrintToString(c));
    const ConvGeometry& g = c.g;
    // As users have them, for gradients (outputs and channels exchanged), and every other tap.
    const bool exchanged = seed % 3 == 1, skips = seed % 3 == 2;
    const int64_t step = skips ? 2 : 1, row = g.kernel[2] * step, plane = g.kernel[1] * step * row;
    const int64_t taps = g.kernel[0] * step * plane;
    WeightView view{.group = g.outputs * g.channels * taps,
                    .output = exchanged ? taps : g.channels * taps,
                    .channel = exchanged ? g.outputs * taps : taps,
                    .tap = {plane * step, row * step, step}};
    if (c.flipped)
      for (size_t a = 0; a < 3; ++a) {
        view.first += (g.kernel[a] - 1) * view.tap[a];
        view.tap[a] = -view.tap[a];
      }
    // Exactly as many, so that a sanitizer sees what is read beyond them.
    std::vector<float> weights(static_cast<size_t>(g.groups * view.group));
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i + 1);
    view.data = weights.data();
    Floats packed(packed_size(plan));
    for (int64_t part = 0; part < 3; ++part)
      direct_pack(GetParam())(plan, view, packed.data(), share(pack_items(plan), part, 3));
    const std::vector<float> expected = packed_plainly(plan, view);
    ASSERT_EQ(packed.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_EQ(packed[static_cast<int64_t>(i)], expected[i]) << "at " << i;
  }
}

/// Items one by one from the last to the first give what one walk over them gives.
void expect_independent_items(int64_t channels, int64_t outputs, int64_t kernel, int64_t size,
                              Tier tier) {
  SCOPED_TRACE(::testing::Message() << channels << " to " << outputs << ", " << kernel << "x"
                                    << kernel << " on " << size);
  const ConvCase c = square(channels, outputs, kernel, 1, size);
  const DirectConv plan = plan_direct(c.g, {.kind = Epilogue::Kind::silu}, tier);
  const int64_t taps = kernel * kernel;
  std::vector<float> weights(static_cast<size_t>(channels * outputs * taps), 0.01f);
  const WeightView view{weights.data(), 0, 0, channels * taps, taps, {taps, kernel, 1}};
  Floats x(c.g.x.batch), once(c.g.y.batch), singly(c.g.y.batch), packed(packed_size(plan));
  for (int64_t i = 0; i < c.g.x.batch; ++i) x[i] = static_cast<float>(i % 17) - 8;
  direct_pack(tier)(plan, view, packed.data(), {0, pack_items(plan)});
  Floats scratch(scratch_bytes(plan) / 4);
  Worker worker{scratch.data()};
  const DirectConvKernel run = direct_kernel(tier);
  run(plan, {x.data(), packed.data(), nullptr, nullptr, once.data()}, {0, items(plan)}, worker);
  for (int64_t i = items(plan); i-- > 0;)
    run(plan, {x.data(), packed.data(), nullptr, nullptr, singly.data()}, {i, i + 1}, worker);
  EXPECT_GT(items(plan), 1);
  for (int64_t i = 0; i < c.g.y.batch; ++i) ASSERT_EQ(once[i], singly[i]) << i;
}

TEST_P(ConvDirect, ItemsLeaveEachOthersBitsAlone) {
  expect_independent_items(32, 48, 3, 30, GetParam());
  // The last vector of outputs has a tile of its own, wider than the parts that rows are cut into.
  expect_independent_items(480, 80, 1, 14, GetParam());
  expect_independent_items(240, 144, 1, 28, GetParam());
  expect_independent_items(672, 112, 1, 14, GetParam());
}

}  // namespace
}  // namespace convoy::cpu
