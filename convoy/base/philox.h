// Random bits from a counter: the same on every platform, in any order, from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "convoy/base/dtype.h"

namespace convoy {

/// Philox4x32-10: four random words from a counter of four words and a key of two. (Salmon,
/// Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.)
constexpr std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                                         std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// Which sequence of random numbers: those of two different keys have nothing to do with each
/// other.
struct RandomKey {
  uint64_t seed = 0;
  uint64_t stream = 0;
};

/// 64 random bits, number `index` of the sequence of `key`: the seed is Philox's key; the stream
/// and half the index, low words first in the counter, find the block, which holds two of them.
constexpr uint64_t random_bits(RandomKey key, uint64_t index) {
  const uint64_t block = index / 2;
  const auto low = [](uint64_t word) { return static_cast<uint32_t>(word); };
  const auto high = [](uint64_t word) { return static_cast<uint32_t>(word >> 32); };
  const std::array<uint32_t, 4> words =
      philox({low(block), high(block), low(key.stream), high(key.stream)},
             {low(key.seed), high(key.seed)});
  return index % 2 == 0 ? words[0] | uint64_t{words[1]} << 32 : words[2] | uint64_t{words[3]} << 32;
}

/// The top `digits` of the bits as a number in [0, 1): a multiple of 2^−digits. A shorter one is
/// the longer one cut off.
constexpr double uniform_from_bits(uint64_t bits, int digits = 53) {
  return static_cast<double>(bits >> (64 - digits)) / static_cast<double>(uint64_t{1} << digits);
}

/// How many bits a uniform number of a floating dtype is made of: as many as it has, so that
/// nothing rounds up to 1.
int uniform_digits(DType dtype);

/// log 2 in two parts, the first with zeros at its end, so that its product with an exponent is
/// exact.
inline constexpr double log_2_high = 0x1.62e42fefa38p-1, log_2_low = 0x1.ef35793c7673p-45;

/// The natural logarithm of a finite x > 0, normal, by arithmetic alone: unlike the C library's,
/// the same on every platform. Within a few units in the last place.
double portable_log(double x);

/// A ratio of polynomials, coefficients from the constant one on.
struct Rational {
  std::span<const double> numerator, denominator;
};
/// The three parts of normal_quantile: for q = p − ½ with |q| <= 0.425, q times the ratio at
/// 0.180625 − q²; in the tails the ratio at r − 1.6 for r = √(−log min(p, 1−p)) up to 5, and that
/// at r − 5 beyond.
extern const Rational quantile_middle, quantile_tail, quantile_far;

/// The x with Φ(x) = p for 0 < p < 1, by arithmetic and square roots alone. (Wichura, "Algorithm
/// AS 241: the percentage points of the normal distribution", Applied Statistics 37, 1988.)
double normal_quantile(double p);

/// A standard normal number from the top 52 bits, by normal_quantile at the middles of 2^52 equal
/// parts of (0, 1).
double normal_from_bits(uint64_t bits);

}  // namespace convoy
