#include "convoy/cpu/kernels/random.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "convoy/base/convert.h"
#include "convoy/base/philox.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/random.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#ifndef CONVOY_CPU_KERNELS_RANDOM_ONCE_
#define CONVOY_CPU_KERNELS_RANDOM_ONCE_
namespace convoy::cpu {

/// Numbers of a piece; numbers that are made at a time, two of each of Philox's blocks.
inline constexpr int64_t random_piece = 4096, numbers_abreast = 32;

}  // namespace convoy::cpu
#endif

// Plain loops over neighbours, of which compilers make vectors.
HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

constexpr int64_t blocks = numbers_abreast / 2;
/// Words of 32 bits of as many blocks, each in 64, so that their products fit.
using Words = std::array<uint64_t, static_cast<size_t>(blocks)>;
using Numbers = std::array<double, static_cast<size_t>(numbers_abreast)>;
using Bits = std::array<uint64_t, static_cast<size_t>(numbers_abreast)>;

/// random_bits of the numbers from 2·first on.
void MakeBits(RandomKey key, uint64_t first, Bits& bits) {
  constexpr uint64_t low = 0xFFFFFFFF;
  Words a, b, c, d;
  for (size_t i = 0; i < a.size(); ++i) {
    a[i] = (first + i) & low;
    b[i] = (first + i) >> 32;
    c[i] = key.stream & low;
    d[i] = key.stream >> 32;
  }
  uint64_t k0 = key.seed & low, k1 = key.seed >> 32;
  for (int round = 0; round < 10; ++round) {
    for (size_t i = 0; i < a.size(); ++i) {
      const uint64_t left = uint64_t{0xD2511F53} * a[i], right = uint64_t{0xCD9E8D57} * c[i];
      a[i] = (right >> 32) ^ b[i] ^ k0;
      b[i] = right & low;
      c[i] = (left >> 32) ^ d[i] ^ k1;
      d[i] = left & low;
    }
    k0 = (k0 + 0x9E3779B9) & low;
    k1 = (k1 + 0xBB67AE85) & low;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    bits[2 * i] = a[i] | b[i] << 32;
    bits[2 * i + 1] = c[i] | d[i] << 32;
  }
}

void MakeUniform(const Bits& bits, int digits, Numbers& to) {
  const double unit = std::ldexp(1.0, -digits);
  for (size_t i = 0; i < to.size(); ++i)
    to[i] = static_cast<double>(static_cast<int64_t>(bits[i] >> (64 - digits))) * unit;
}

/// The middle of the distribution for all, then the tails of those few that are there.
void MakeNormal(const Bits& bits, Numbers& to) {
  const std::span<const double> a = quantile_middle.numerator, b = quantile_middle.denominator;
  Numbers q, r, over, under;
  for (size_t i = 0; i < to.size(); ++i) {
    q[i] = (static_cast<double>(static_cast<int64_t>(bits[i] >> 12)) + 0.5) * 0x1p-52 - 0.5;
    r[i] = 0.180625 - q[i] * q[i];
  }
  over.fill(a.back());
  under.fill(b.back());
  for (size_t k = a.size() - 1; k-- > 0;)
    for (size_t i = 0; i < to.size(); ++i) over[i] = over[i] * r[i] + a[k];
  for (size_t k = b.size() - 1; k-- > 0;)
    for (size_t i = 0; i < to.size(); ++i) under[i] = under[i] * r[i] + b[k];
  for (size_t i = 0; i < to.size(); ++i) to[i] = q[i] * over[i] / under[i];
  for (size_t i = 0; i < to.size(); ++i)
    if (std::abs(q[i]) > 0.425) to[i] = normal_from_bits(bits[i]);
}

template <class T>
void Run(const RandomPlan& plan, const RandomArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const RandomKey key{at.key[0], at.key[1]};
  const int digits = uniform_digits(plan.dtype);
  const int64_t end = std::min(range.end * random_piece, plan.count);
  Bits bits;
  Numbers numbers;
  for (int64_t i = range.begin * random_piece; i < end; i += numbers_abreast) {
    MakeBits(key, static_cast<uint64_t>(i / 2), bits);
    if (plan.kind == RandomKind::uniform)
      MakeUniform(bits, digits, numbers);
    else
      MakeNormal(bits, numbers);
    T* to = static_cast<T*>(at.to) + i;
    const int64_t count = std::min(numbers_abreast, end - i);
    for (int64_t k = 0; k < count; ++k) to[k] = convert<T>(numbers[static_cast<size_t>(k)]);
  }
}

}  // namespace

RandomKernel RandomOf(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> RandomKernel {
    if constexpr (is_floating_element<T>)
      return &Run<T>;
    else
      return nullptr;
  });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(RandomOf);

int64_t items(const RandomPlan& plan) { return (plan.count + random_piece - 1) / random_piece; }

RandomKernel random_kernel(Tier tier, DType dtype) {
  return HWY_DISPATCH_TABLE(RandomOf)[dispatch_index(tier)](dtype);
}

}  // namespace convoy::cpu
#endif
