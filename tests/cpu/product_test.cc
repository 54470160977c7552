// Matrix products of every dtype over scattered elements against plain loops, on every tier.
#include "convoy/cpu/kernels/product.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "scratch.h"

namespace convoy::cpu {
namespace {

std::vector<int64_t> drawn_offsets(int64_t count, int64_t step, std::mt19937& random) {
  std::vector<int64_t> offsets;
  for (int64_t i = 0; i < count; ++i) offsets.push_back(i * step);
  if (random() % 2) std::shuffle(offsets.begin(), offsets.end(), random);
  return offsets;
}

template <class T>
std::vector<T> drawn(int64_t count, std::mt19937& random) {
  std::vector<T> elements(static_cast<size_t>(count));
  for (T& e : elements)
    if constexpr (std::is_floating_point_v<T>)
      e = std::normal_distribution<T>()(random);
    else
      e = static_cast<T>(random() | static_cast<uint64_t>(random()) << 32);
  return elements;
}

/// The product by three loops, in double, or as integers wrap.
template <class T>
std::vector<T> by_loops(const ProductPlan& plan, const std::vector<T>& a, const std::vector<T>& b,
                        const std::vector<T>& bias, std::vector<T> c) {
  using Sum = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;
  const auto at = [](int64_t offset) { return static_cast<size_t>(offset); };
  for (size_t i = 0; i < plan.a_batch.size(); ++i)
    for (size_t r = 0; r < plan.a_row.size(); ++r)
      for (size_t k = 0; k < plan.b_column.size(); ++k) {
        Sum sum = bias.empty() ? Sum(0) : static_cast<Sum>(bias[at(plan.bias_batch[i]) + r]);
        for (size_t d = 0; d < plan.a_depth.size(); ++d)
          sum += static_cast<Sum>(a[at(plan.a_batch[i] + plan.a_row[r] + plan.a_depth[d])]) *
                 static_cast<Sum>(b[at(plan.b_batch[i] + plan.b_depth[d] + plan.b_column[k])]);
        c[at(plan.c_batch[i] + plan.c_row[r] + plan.c_column[k])] = static_cast<T>(sum);
      }
  return c;
}

template <class T>
void expect_products(DType dtype, double tolerance) {
  std::mt19937 random(1);
  for (const auto& [batch, rows, depth, columns] : {std::array<int64_t, 4>{1, 1, 1, 1},
                                                    {2, 3, 7, 5},
                                                    {1, 33, 257, 65},
                                                    {3, 4, 0, 6},
                                                    {1, 31, 300, 130},
                                                    {2, 64, 5, 1},
                                                    {1, 1, 600, 67},
                                                    {0, 2, 3, 4},
                                                    {2, 5, 3, 0}}) {
    ProductPlan plan{.dtype = dtype};
    plan.a_batch = drawn_offsets(batch, rows * depth, random);
    plan.b_batch = drawn_offsets(batch, depth * columns, random);
    plan.c_batch = drawn_offsets(batch, rows * columns, random);
    plan.bias_batch = drawn_offsets(batch, rows, random);
    plan.a_row = drawn_offsets(rows, depth, random);
    plan.c_row = drawn_offsets(rows, columns, random);
    plan.a_depth = drawn_offsets(depth, 1, random);
    plan.b_depth = drawn_offsets(depth, columns, random);
    plan.b_column = drawn_offsets(columns, 1, random);
    plan.c_column = drawn_offsets(columns, 1, random);
    const auto a = drawn<T>(batch * rows * depth, random);
    const auto b = drawn<T>(batch * depth * columns, random);
    for (const bool with_bias : {false, true}) {
      const auto bias = drawn<T>(with_bias ? std::max<int64_t>(batch * rows, 1) : 0, random);
      const std::vector<T> before(static_cast<size_t>(batch * rows * columns), T(9));
      const auto expected = by_loops(plan, a, b, bias, before);
      for (const Tier tier : tiers()) {
        auto c = before;
        for (int64_t part = 0; part < 3; ++part) {
          Scratch scratch(scratch_bytes(plan));
          product_kernel(tier, dtype)(
              plan, {a.data(), b.data(), c.data(), with_bias ? bias.data() : nullptr},
              share(items(plan), part, 3), scratch.worker);
          ASSERT_TRUE(scratch.intact());
          EXPECT_EQ(scratch.worker.ran, target_bit(tier));
        }
        for (size_t i = 0; i < c.size(); ++i)
          ASSERT_NEAR(static_cast<double>(c[i]), static_cast<double>(expected[i]),
                      tolerance * std::sqrt(1.0 + static_cast<double>(depth)) * 8)
              << to_string(tier) << " element " << i << " of " << rows << "×" << depth << "×"
              << columns;
      }
    }
  }
}

TEST(Product, OfFloatsIsThatOfLoops) {
  expect_products<double>(DType::float64, 1e-15);
  expect_products<float>(DType::float32, 1e-6);
}

TEST(Product, OfIntegersWraps) {
  expect_products<int8_t>(DType::int8, 0);
  expect_products<uint8_t>(DType::uint8, 0);
  expect_products<int16_t>(DType::int16, 0);
  expect_products<uint16_t>(DType::uint16, 0);
  expect_products<int32_t>(DType::int32, 0);
  expect_products<uint32_t>(DType::uint32, 0);
  expect_products<int64_t>(DType::int64, 0);
  expect_products<uint64_t>(DType::uint64, 0);
}

TEST(Product, NaNReachesTheElementsThatReadIt) {
  ProductPlan plan{.dtype = DType::float64};
  plan.a_row = plan.c_row = {0, 3};
  plan.a_depth = {0, 1, 2};
  plan.b_depth = {0, 2, 4};
  plan.b_column = plan.c_column = {0, 1};
  const std::vector<double> a{1, 2, 3, 4, std::nan(""), 6}, b{1, 2, 3, 4, 5, 6};
  for (const Tier tier : tiers()) {
    std::vector<double> c(5, -1);
    Scratch scratch(scratch_bytes(plan));
    product_kernel(tier, plan.dtype)(plan, {a.data(), b.data(), c.data()}, {0, items(plan)},
                                     scratch.worker);
    EXPECT_EQ(c[0], 22);
    EXPECT_EQ(c[1], 28);
    EXPECT_EQ(c[2], -1);  // no row's
    EXPECT_TRUE(std::isnan(c[3]) && std::isnan(c[4]));
  }
}

TEST(Product, OffsetsGoThroughAllPositions) {
  EXPECT_EQ(offsets_of({2, 3}, {10, -1}, 5), (std::vector<int64_t>{5, 4, 3, 15, 14, 13}));
  EXPECT_EQ(offsets_of({}, {}, 7), std::vector<int64_t>{7});
  EXPECT_TRUE(offsets_of({3, 0}, {1, 1}).empty());
}

}  // namespace
}  // namespace convoy::cpu
