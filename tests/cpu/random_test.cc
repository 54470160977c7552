// Random numbers against their definition, bit for bit, on every tier.
#include "convoy/cpu/kernels/random.h"

#include <vector>

#include <gtest/gtest.h>

#include "convoy/base/convert.h"
#include "convoy/base/philox.h"

namespace convoy::cpu {
namespace {

template <class T>
void expect_numbers(RandomKind kind, DType dtype) {
  for (const RandomKey key : {RandomKey{1, 2}, RandomKey{~uint64_t{0}, uint64_t{1} << 63}})
    for (const int64_t count : {0, 1, 31, 4096, 9001})
      for (const Tier tier : tiers()) {
        const uint64_t words[] = {key.seed, key.stream};
        const RandomPlan plan{kind, dtype, count};
        std::vector<T> numbers(static_cast<size_t>(count) + 1, convert<T>(-5.0));
        for (int64_t part = 0; part < 3; ++part) {
          Worker worker;
          random_kernel(tier, dtype)(plan, {words, numbers.data()}, share(items(plan), part, 3),
                                     worker);
          EXPECT_EQ(worker.ran, target_bit(tier));
        }
        for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
          const uint64_t bits = random_bits(key, i);
          const double exact = kind == RandomKind::uniform
                                   ? uniform_from_bits(bits, uniform_digits(dtype))
                                   : normal_from_bits(bits);
          ASSERT_EQ(convert<double>(numbers[i]), convert<double>(convert<T>(exact)))
              << to_string(tier) << " number " << i;
        }
        EXPECT_EQ(convert<double>(numbers.back()), -5);  // one behind the last
      }
}

TEST(Random, NumbersAreThoseOfTheCounter) {
  for (const RandomKind kind : {RandomKind::uniform, RandomKind::normal}) {
    expect_numbers<float>(kind, DType::float32);
    expect_numbers<double>(kind, DType::float64);
    expect_numbers<Float16>(kind, DType::float16);
    expect_numbers<BFloat16>(kind, DType::bfloat16);
  }
}

}  // namespace
}  // namespace convoy::cpu
