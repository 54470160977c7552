#include "convoy/base/philox.h"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>

namespace convoy {
namespace {

using Words = std::array<uint32_t, 4>;

// The three vectors that the authors publish with Random123 (kat_vectors, philox4x32 10).
TEST(Philox, GivesThePublishedVectors) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, BitsAreTheWordsOfBlocksInOrder) {
  const RandomKey key{0x299f31d0a4093822, 0x0370734413198a2e};
  // Block 0x05a308d3243f6a88, one bit short of the published counter, for the index is twice that.
  const std::array<uint32_t, 4> words =
      philox({0x243f6a88, 0x05a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
  const uint64_t index = 2 * 0x05a308d3243f6a88u;
  EXPECT_EQ(random_bits(key, index), words[0] | uint64_t{words[1]} << 32);
  EXPECT_EQ(random_bits(key, index + 1), words[2] | uint64_t{words[3]} << 32);
  EXPECT_EQ(random_bits({0, 0}, 0), 0xe169c58d6627e8d5u);
  EXPECT_EQ(random_bits({0, 0}, 1), 0x9b00dbd8bc57ac4cu);
  EXPECT_NE(random_bits({0, 1}, 0), random_bits({0, 0}, 0));
  EXPECT_NE(random_bits({1, 0}, 0), random_bits({0, 0}, 0));
}

TEST(Philox, UniformIsBelowOneAndCutsOff) {
  EXPECT_EQ(uniform_from_bits(0), 0);
  EXPECT_EQ(uniform_from_bits(~uint64_t{0}), 1 - 0x1p-53);
  EXPECT_EQ(uniform_from_bits(~uint64_t{0}, 24), 1 - 0x1p-24);
  EXPECT_EQ(uniform_from_bits(uint64_t{1} << 63, 8), 0.5);
}

TEST(PortableLog, AgreesWithTheLibrary) {
  for (int exponent = -60; exponent <= 60; ++exponent)
    for (double m = 1; m < 2; m += 0.013) {
      const double x = std::ldexp(m, exponent);
      EXPECT_NEAR(portable_log(x), std::log(x), 1e-15 * std::max(0.01, std::abs(std::log(x)))) << x;
    }
  EXPECT_EQ(portable_log(1), 0);
}

TEST(NormalQuantile, InvertsTheDistribution) {
  EXPECT_EQ(normal_quantile(0.5), 0);
  // The two values that AS 241 gives to check an implementation with.
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-15);
  EXPECT_NEAR(normal_quantile(1e-3), -3.090232306167814, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-13);
  for (double p = 1e-3; p < 0.5; p += 1e-3) {
    const double x = normal_quantile(p);
    EXPECT_NEAR(0.5 * std::erfc(-x / std::sqrt(2.0)), p, 1e-14);
    EXPECT_NEAR(normal_quantile(1 - p), -x, 1e-12);
  }
}

// The numbers everybody gets from one seed, on every platform: bits, not approximations.
TEST(NormalQuantile, IsTheSameEverywhere) {
  uint64_t hash = 0;
  for (uint64_t i = 0; i < 10000; ++i) {
    const double x = normal_from_bits(random_bits({42, 7}, i));
    hash = (hash ^ std::bit_cast<uint64_t>(x)) * 0x100000001b3;
  }
  EXPECT_EQ(normal_from_bits(random_bits({42, 7}, 0)), 0x1.420fdd4ad2613p+0);
  EXPECT_EQ(hash, 0xd8bf3cb107d7dff8u);
}

}  // namespace
}  // namespace convoy
