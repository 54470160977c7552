// Copies of any strides and by tables, against element by element copies.
#include "convoy/cpu/kernels/copy.h"

#include <cstring>
#include <numeric>

#include <gtest/gtest.h>

#include "convoy/cpu/kernels/table_copy.h"
#include "convoy/ops/pad_sources.h"
#include "tests/cpu/blocked_array.h"

namespace convoy::cpu {
namespace {

using List = std::vector<int64_t>;

template <class F>
void for_each_position(const List& extents, F&& f) {
  for (const int64_t extent : extents)
    if (extent == 0) return;
  List p(extents.size(), 0);
  for (;;) {
    f(static_cast<const List&>(p));
    size_t a = p.size();
    while (a > 0 && ++p[a - 1] == extents[a - 1]) p[--a] = 0;
    if (a == 0) return;
  }
}

int64_t offset_of(const List& p, const List& strides) {
  return std::inner_product(p.begin(), p.end(), strides.begin(), int64_t{0});
}

List dense_strides(const List& extents) {
  List strides(extents.size(), 1);
  for (size_t a = extents.size(); a-- > 1;) strides[a - 1] = strides[a] * extents[a];
  return strides;
}

std::vector<std::byte> bytes_of(int64_t count, int64_t element, std::mt19937& random) {
  std::vector<std::byte> bytes(static_cast<size_t>(count * element));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(draw(random, 0, 255));
  return bytes;
}

int64_t count_of(const List& extents) {
  return std::accumulate(extents.begin(), extents.end(), int64_t{1}, std::multiplies<>());
}

// `to` is dense in a random order of axes, within a larger array; `from` is dense in another
// order, with axes that are repeated or walked backwards.
TEST(Copy, AnyStridesOnEitherSide) {
  for (const Tier tier : tiers()) {
    std::mt19937 random(9);
    for (int i = 0; i < 400; ++i) {
      const int64_t element = int64_t{1} << (i % 4), rank = draw(random, 0, 5);
      List extents, from(static_cast<size_t>(rank)), to = from;
      for (int64_t a = 0; a < rank; ++a)
        extents.push_back(i % 7 == 0 && a == 0 ? 70 : draw(random, i % 50 == 0 ? 0 : 1, 9));
      int64_t from_first = 0, from_size = 1, to_size = 1;
      List order(static_cast<size_t>(rank));
      std::iota(order.begin(), order.end(), 0);
      const auto lay_out = [&](List& strides, int64_t& size, bool dense) {
        if (i % 3 != 0) std::shuffle(order.begin(), order.end(), random);
        for (const int64_t a : order) {
          strides[static_cast<size_t>(a)] = size;
          size *= std::max<int64_t>(extents[static_cast<size_t>(a)], 1) +
                  (dense ? 0 : draw(random, 0, 1));
        }
      };
      lay_out(from, from_size, i % 2 == 0);
      lay_out(to, to_size, i % 5 != 0);
      for (size_t a = 0; a < from.size(); ++a) {
        const int64_t how = draw(random, 0, 5);
        if (how == 0) from[a] = 0;
        if (how == 1 && extents[a] > 0) {
          from_first += from[a] * (extents[a] - 1);
          from[a] = -from[a];
        }
      }
      const auto source = bytes_of(from_size + 3, element, random);
      auto target = bytes_of(to_size + 3, element, random), expected = target;
      for_each_position(extents, [&](const List& p) {
        std::memcpy(expected.data() + (3 + offset_of(p, to)) * element,
                    source.data() + (from_first + offset_of(p, from)) * element,
                    static_cast<size_t>(element));
      });
      const CopyPlan plan = copy_plan(element, extents, from, to, from_first, 3);
      const int64_t ran =
          run_in_parts(copy_kernel(tier), plan, CopyArrays{source.data(), target.data()},
                       items(plan), 0, 1 + i % 3);
      ASSERT_EQ(target, expected) << "case " << i;
      EXPECT_EQ(ran, target_bit(tier));
    }
  }
}

TEST(Copy, AxesAreJoined) {
  const List extents = {2, 3, 4, 5};
  const CopyPlan whole = copy_plan(4, extents, dense_strides(extents), dense_strides(extents));
  EXPECT_EQ(whole.axes.size(), 2u);
  EXPECT_EQ(whole.axes[1].extent, 120);
  EXPECT_EQ(whole.kind, CopyPlan::Kind::runs);
  // [2,3,4,5] → [2,4,5,3]: a batch of matrices.
  const List last = {60, 1, 15, 3};
  const CopyPlan transposed = copy_plan(4, extents, dense_strides(extents), last);
  EXPECT_EQ(transposed.axes.size(), 3u);
  EXPECT_EQ(transposed.kind, CopyPlan::Kind::transposed);
}

TEST(Copy, LongCopiesHaveManyPieces) {
  const List extents = {1000000}, one = {1};
  EXPECT_GE(items(copy_plan(4, extents, one, one)), 16);
  const List matrix = {512, 512}, from = {1, 512}, to = {512, 1};
  EXPECT_GE(items(copy_plan(4, matrix, from, to)), 16);
}

TEST(Copy, BorderAndMiddleMakeAConstantPad) {
  std::mt19937 random(10);
  for (int i = 0; i < 100; ++i) {
    const size_t rank = static_cast<size_t>(draw(random, 0, 4));
    List before, inner, after, extents;
    for (size_t a = 0; a < rank; ++a) {
      before.push_back(draw(random, 0, 2));
      inner.push_back(draw(random, 0, 4));
      after.push_back(draw(random, 0, 2));
      extents.push_back(before[a] + inner[a] + after[a]);
    }
    const uint16_t value = 77;
    std::vector<uint16_t> y(static_cast<size_t>(count_of(extents)), 0);
    const List strides = dense_strides(extents);
    for (const CopyPlan& plan : border_plans(2, before, inner, after, strides))
      run_in_parts(copy_kernel(tiers()[0]), plan, CopyArrays{&value, y.data()}, items(plan), 0, 2);
    for_each_position(extents, [&](const List& p) {
      bool middle = true;
      for (size_t a = 0; a < rank; ++a)
        middle = middle && p[a] >= before[a] && p[a] < before[a] + inner[a];
      ASSERT_EQ(y[static_cast<size_t>(offset_of(p, strides))], middle ? 0 : 77);
    });
  }
}

TEST(TableCopy, PadsOfEveryModeAndRandomPicks) {
  std::mt19937 random(11);
  for (int i = 0; i < 200; ++i) {
    const int64_t element = int64_t{1} << (i % 4);
    const size_t rank = static_cast<size_t>(draw(random, 0, 4));
    List extents, sizes;
    std::vector<List> sources(rank);
    const auto mode = static_cast<PadMode>(draw(random, 0, 3));
    for (size_t a = 0; a < rank; ++a) {
      extents.push_back(draw(random, 1, 5));
      const int64_t pad = i % 3 == 0 && a + 1 == rank ? 0 : draw(random, 0, 3);
      for (int64_t p = -pad; p < extents[a] + pad; ++p)
        sources[a].push_back(i % 5 == 0 ? draw(random, 0, extents[a] - 1)
                                        : pad_source(mode, p, extents[a]));
      sizes.push_back(static_cast<int64_t>(sources[a].size()));
    }
    const auto x = bytes_of(count_of(extents), element, random);
    std::array<std::byte, 8> value;
    value.fill(std::byte{0xab});
    auto y = bytes_of(count_of(sizes), element, random), expected = y;
    const List from = dense_strides(extents), to = dense_strides(sizes);
    for_each_position(sizes, [&](const List& p) {
      const std::byte* source = x.data();
      for (size_t a = 0; a < rank && source != value.data(); ++a) {
        const int64_t index = sources[a][static_cast<size_t>(p[a])];
        source = index < 0 ? value.data() : source + index * from[a] * element;
      }
      std::memcpy(expected.data() + offset_of(p, to) * element, source,
                  static_cast<size_t>(element));
    });
    const TableCopyPlan plan = table_copy_plan(element, sources, extents, value);
    run_in_parts(&table_copy, plan, CopyArrays{x.data(), y.data()}, items(plan), 0, 1 + i % 3);
    ASSERT_EQ(y, expected) << "case " << i;
  }
}

}  // namespace
}  // namespace convoy::cpu
