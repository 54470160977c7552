// Sums, maxima and norms of neighbours along an axis, and reductions over one, in the dtypes beside
// float32, against plain loops, on every tier.
#include "convoy/cpu/kernels/along_axis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "convoy/cpu/kernels/reduce_typed.h"
#include "scratch.h"

namespace convoy::cpu {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class T>
constexpr DType dtype_of = std::same_as<T, double>     ? DType::float64
                           : std::same_as<T, float>    ? DType::float32
                           : std::same_as<T, int8_t>   ? DType::int8
                           : std::same_as<T, uint16_t> ? DType::uint16
                                                       : DType::int64;

template <class T>
std::vector<T> drawn(int64_t count, std::mt19937& random) {
  std::vector<T> elements(static_cast<size_t>(count));
  for (T& e : elements)
    if constexpr (std::is_floating_point_v<T>)
      e = static_cast<T>(std::normal_distribution<double>(0, 3)(random));
    else
      e = static_cast<T>(random() % 9) - T(4);  // ties, and what wraps in bytes
  return elements;
}

struct Axis {
  int64_t outer, in, inner, out;
};
constexpr Axis shapes[] = {{3, 7, 1, 5},   {2, 70, 1, 150}, {17, 9, 3, 4}, {1, 5, 8, 3},
                           {2, 6, 33, 11}, {1, 1, 1, 1},    {0, 4, 2, 2},  {5, 200, 2, 66}};

AxisTaps drawn_taps(const Axis& axis, bool at_least_one, std::mt19937& random) {
  AxisTaps taps(static_cast<size_t>(axis.out));
  for (auto& element : taps) {
    const auto count = static_cast<int64_t>(random() % 4) + (at_least_one ? 1 : 0);
    for (int64_t k = 0; k < count; ++k)
      element.push_back({static_cast<int64_t>(random() % static_cast<uint64_t>(axis.in)),
                         std::normal_distribution<double>()(random)});
    std::ranges::sort(element, {}, &Tap::index);
  }
  return taps;
}

/// The result of f(o, i, taps of j) for every element.
template <class F>
void for_each(const Axis& axis, const AxisTaps& taps, F&& f) {
  for (int64_t o = 0; o < axis.outer; ++o)
    for (int64_t j = 0; j < axis.out; ++j)
      for (int64_t i = 0; i < axis.inner; ++i)
        f(static_cast<size_t>((o * axis.out + j) * axis.inner + i), taps[static_cast<size_t>(j)],
          [&, o, i](int64_t t) { return static_cast<size_t>((o * axis.in + t) * axis.inner + i); });
}

template <class T>
struct Outcome {
  std::vector<T> y;
  std::vector<int64_t> indices;
};

template <class T>
Outcome<T> run(const AlongAxis& plan, Tier tier, const std::vector<T>& x,
               const std::optional<std::vector<int64_t>>& found, bool with_indices) {
  Outcome<T> result;
  result.y.assign(static_cast<size_t>(plan.outer * plan.out() * plan.inner), T(77));
  if (with_indices) result.indices.assign(result.y.size(), -7);
  for (int64_t part = 0; part < 3; ++part) {
    Scratch scratch(scratch_bytes(plan));
    along_kernel(tier, plan.dtype)(
        plan,
        {x.data(), result.y.data(), with_indices ? result.indices.data() : nullptr,
         found ? found->data() : nullptr},
        share(items(plan), part, 3), scratch.worker);
    EXPECT_TRUE(scratch.intact());
    EXPECT_EQ(scratch.worker.ran, target_bit(tier));
  }
  return result;
}

template <class T>
void expect_sums(double tolerance) {
  std::mt19937 random(2);
  for (const Axis& axis : shapes) {
    const AxisTaps taps = drawn_taps(axis, false, random);
    const auto x = drawn<T>(axis.outer * axis.in * axis.inner, random);
    const AlongAxis plan =
        along_axis(Along::sum, dtype_of<T>, axis.outer, axis.in, axis.inner, taps);
    for (const Tier tier : tiers()) {
      const auto y = run<T>(plan, tier, x, {}, false).y;
      for_each(axis, taps, [&](size_t to, const std::vector<Tap>& element, auto&& at) {
        if constexpr (std::is_floating_point_v<T>) {
          double sum = 0;
          for (const Tap& tap : element) sum += tap.weight * static_cast<double>(x[at(tap.index)]);
          ASSERT_NEAR(static_cast<double>(y[to]), sum, tolerance);
        } else {
          uint64_t sum = 0;
          for (const Tap& tap : element) sum += static_cast<uint64_t>(x[at(tap.index)]);
          ASSERT_EQ(y[to], static_cast<T>(sum));
        }
      });
    }
  }
}

TEST(AlongAxis, SumsAreThoseOfLoops) {
  expect_sums<double>(1e-14);
  expect_sums<float>(1e-5);
  expect_sums<int8_t>(0);
  expect_sums<uint16_t>(0);
  expect_sums<int64_t>(0);
}

template <class T>
void expect_maxima() {
  std::mt19937 random(3);
  for (const Axis& axis : shapes)
    for (const bool with_found : {false, true}) {
      const AxisTaps taps = drawn_taps(axis, true, random);
      auto x = drawn<T>(axis.outer * axis.in * axis.inner, random);
      if constexpr (std::is_floating_point_v<T>)
        for (size_t i = 3; i < x.size(); i += 5) x[i] = static_cast<T>(nan);
      std::optional<std::vector<int64_t>> found;
      if (with_found) found = drawn<int64_t>(axis.outer * axis.in * axis.inner, random);
      AlongAxis plan =
          along_axis(Along::maximum, dtype_of<T>, axis.outer, axis.in, axis.inner, taps);
      plan.unit = 10;
      for (const Tier tier : tiers()) {
        const auto result = run<T>(plan, tier, x, found, true);
        const auto& y = result.y;
        const auto& indices = result.indices;
        EXPECT_EQ(run<T>(plan, tier, x, {}, false).indices.size(), 0u);
        for_each(axis, taps, [&](size_t to, const std::vector<Tap>& element, auto&& at) {
          const Tap* best = nullptr;
          for (const Tap& tap : element) {
            const T value = x[at(tap.index)];
            const T most = best ? x[at(best->index)] : T(0);
            if (!best || value > most || (value != value && most == most)) best = &tap;
          }
          const T most = x[at(best->index)];
          ASSERT_TRUE(y[to] == most || (y[to] != y[to] && most != most));
          ASSERT_EQ(indices[to], best->index * 10 + (found ? (*found)[at(best->index)] : 0));
        });
      }
    }
}

TEST(AlongAxis, MaximaAreTheFirstOfTheLargestAndNaNBeforeAll) {
  expect_maxima<double>();
  expect_maxima<float>();
  expect_maxima<int8_t>();
  expect_maxima<int64_t>();
}

TEST(AlongAxis, NormsDoNotOverflow) {
  std::mt19937 random(4);
  for (const Axis& axis : shapes)
    for (const double p : {1.0, 2.0, 3.5}) {
      const AxisTaps taps = drawn_taps(axis, false, random);
      auto x = drawn<double>(axis.outer * axis.in * axis.inner, random);
      for (double& e : x) e *= 1e300;
      AlongAxis plan =
          along_axis(Along::norm, DType::float64, axis.outer, axis.in, axis.inner, taps);
      plan.p = p;
      for (const Tier tier : tiers()) {
        const auto y = run<double>(plan, tier, x, {}, false).y;
        for_each(axis, taps, [&](size_t to, const std::vector<Tap>& element, auto&& at) {
          double sum = 0;
          for (const Tap& tap : element) sum += std::pow(std::abs(x[at(tap.index)] / 1e300), p);
          const double norm = std::pow(sum, 1 / p);
          ASSERT_NEAR(y[to] / 1e300, norm, 1e-13 * norm);
        });
      }
    }
  const AxisTaps all{{{0, 1}, {1, 1}}};
  const AlongAxis plan = along_axis(Along::norm, DType::float64, 3, 2, 1, all);
  const double infinity = std::numeric_limits<double>::infinity();
  const auto y = run<double>(plan, tiers()[0], {nan, 1, -infinity, 2, infinity, nan}, {}, false).y;
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_EQ(y[1], infinity);
  EXPECT_TRUE(std::isnan(y[2]));
}

template <class T>
void expect_reductions(double tolerance) {
  using enum Accumulate;
  using Of = TypedReduce::Of;
  std::mt19937 random(5);
  for (const Axis& axis : shapes)
    for (const auto& [how, of] :
         {std::pair{sum, Of::itself}, std::pair{sum, Of::magnitude}, std::pair{product, Of::itself},
          std::pair{max, Of::itself}, std::pair{min, Of::itself}, std::pair{sum, Of::square}})
      for (const int64_t parts : {1, 3}) {
        if (of == Of::square && !std::is_floating_point_v<T>) continue;
        const auto x = drawn<T>(axis.outer * axis.in * axis.inner, random);
        TypedReduce plan{dtype_of<T>, how, of, axis.outer, axis.in, axis.inner, parts};
        if (of == Of::square) plan.divisor = 2, plan.root = true;
        for (const Tier tier : tiers()) {
          std::vector<T> y(static_cast<size_t>(axis.outer * parts * axis.inner), T(77));
          for (int64_t part = 0; part < 3; ++part) {
            Worker worker;
            typed_reduce_kernel(tier, plan.dtype)(plan, {x.data(), y.data()},
                                                  share(items(plan), part, 3), worker);
            EXPECT_EQ(worker.ran, target_bit(tier));
          }
          for (int64_t o = 0; o < axis.outer; ++o)
            for (int64_t p = 0; p < parts; ++p)
              for (int64_t i = 0; i < axis.inner; ++i) {
                double expected = identity_of(how);
                const Range own = share(axis.in, p, parts);
                for (int64_t t = own.begin; t < own.end; ++t) {
                  auto e = static_cast<double>(
                      x[static_cast<size_t>((o * axis.in + t) * axis.inner + i)]);
                  if (of == Of::magnitude) e = std::is_unsigned_v<T> ? e : std::abs(e);
                  if (of == Of::square) e *= e;
                  expected = accumulate(how, expected, e);
                }
                if (of == Of::square) expected = std::sqrt(expected / 2);
                const T found = y[static_cast<size_t>((o * parts + p) * axis.inner + i)];
                if (own.begin == own.end && (how == max || how == min)) continue;  // of nothing
                if constexpr (std::is_floating_point_v<T>) {
                  ASSERT_NEAR(found, expected, tolerance * (1 + std::abs(expected)));
                } else if (std::abs(expected) < 0x1p52) {
                  ASSERT_EQ(found, static_cast<T>(static_cast<int64_t>(expected)));
                }
              }
        }
      }
}

TEST(TypedReduce, IsThatOfLoops) {
  expect_reductions<double>(1e-13);
  expect_reductions<int8_t>(0);
  expect_reductions<int64_t>(0);
}

TEST(TypedReduce, NaNAnywhereGivesNaNAndIntegersWrap) {
  for (const Tier tier : tiers()) {
    for (size_t at = 0; at < 37; ++at)
      for (const Accumulate how : {Accumulate::sum, Accumulate::max, Accumulate::min}) {
        std::vector<double> x(37, 1);
        x[at] = nan;
        double y = 0;
        Worker worker;
        const TypedReduce plan{.how = how, .outer = 1, .in = 37};
        typed_reduce_kernel(tier, DType::float64)(plan, {x.data(), &y}, {0, 1}, worker);
        EXPECT_TRUE(std::isnan(y)) << at;
      }
    const std::vector<int8_t> x(40, 100);
    int8_t sum = 0, product = 0;
    Worker worker;
    const TypedReduce plan{.dtype = DType::int8, .in = 40};
    typed_reduce_kernel(tier, DType::int8)(plan, {x.data(), &sum}, {0, 1}, worker);
    EXPECT_EQ(sum, static_cast<int8_t>(4000));
    const TypedReduce product_plan{.dtype = DType::int8, .how = Accumulate::product, .in = 3};
    typed_reduce_kernel(tier, DType::int8)(product_plan, {x.data(), &product}, {0, 1}, worker);
    EXPECT_EQ(product, static_cast<int8_t>(1000000));
  }
}

}  // namespace
}  // namespace convoy::cpu
