#include "convoy/cpu/kernels/product.h"

#include <algorithm>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/product.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#ifndef CONVOY_CPU_KERNELS_PRODUCT_ONCE_
#define CONVOY_CPU_KERNELS_PRODUCT_ONCE_
namespace convoy::cpu {

/// A piece of c, and how much of the sums goes through the cache at once.
inline constexpr int64_t tile_rows = 32, tile_columns = 64, tile_depth = 256;

/// Integers are multiplied as unsigned ones, which wrap by definition.
template <class T>
using ProductSum = std::conditional_t<std::is_floating_point_v<T>, T,
                                      std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>>;

inline int64_t count_of(const std::vector<int64_t>& offsets) {
  return static_cast<int64_t>(offsets.size());
}
inline int64_t count_of_elements(const ProductPlan& plan) {
  return static_cast<int64_t>(plan.b_elements.size());
}
inline int64_t tiles_of(const std::vector<int64_t>& offsets, int64_t tile) {
  return (count_of(offsets) + tile - 1) / tile;
}

/// OffsetPart of an axis: the offsets `begin` … `begin + count − 1`.
struct OffsetPart {
  const int64_t* offset;
  int64_t count;
};
inline OffsetPart part_of(const std::vector<int64_t>& offsets, int64_t begin, int64_t most) {
  return {offsets.data() + begin, std::min(most, count_of(offsets) - begin)};
}

}  // namespace convoy::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// panel[i·width + j] = from[outer[i] + inner[j]], zeros up to the width.
template <class S, class T>
void Pack(const T* from, const OffsetPart& outer, const OffsetPart& inner, int64_t width,
          S* panel) {
  bool neighbours = true;
  for (int64_t j = 1; j < inner.count; ++j)
    neighbours = neighbours && inner.offset[j] == inner.offset[j - 1] + 1;
  for (int64_t i = 0; i < outer.count; ++i, panel += width) {
    const T* row = from + outer.offset[i];
    if (neighbours)
      for (int64_t j = 0; j < inner.count; ++j) panel[j] = static_cast<S>(row[inner.offset[0] + j]);
    else
      for (int64_t j = 0; j < inner.count; ++j) panel[j] = static_cast<S>(row[inner.offset[j]]);
    std::fill(panel + inner.count, panel + width, S(0));
  }
}

/// sums[r, k] += Σ_d a[d, r] · b[d, k]; four rows times two vectors at a time stay in registers.
template <class S>
void Multiply(const S* HWY_RESTRICT a, const S* HWY_RESTRICT b, int64_t depth, int64_t rows,
              S* HWY_RESTRICT sums) {
  if constexpr (std::is_floating_point_v<S>) {
    const hn::CappedTag<S, 16> d;
    using V = hn::Vec<decltype(d)>;
    constexpr int64_t lanes = static_cast<int64_t>(hn::MaxLanes(decltype(d)()));
    static_assert(tile_columns % (2 * lanes) == 0);
    for (int64_t r = 0; r < rows; r += 4)
      for (int64_t k = 0; k < tile_columns; k += 2 * lanes) {
        S* at = sums + r * tile_columns + k;
        V sum[4][2];
        HWY_UNROLL(4)
        for (int64_t i = 0; i < 4; ++i) {
          sum[i][0] = hn::LoadU(d, at + i * tile_columns);
          sum[i][1] = hn::LoadU(d, at + i * tile_columns + lanes);
        }
        for (int64_t t = 0; t < depth; ++t) {
          const V b0 = hn::LoadU(d, b + t * tile_columns + k);
          const V b1 = hn::LoadU(d, b + t * tile_columns + k + lanes);
          HWY_UNROLL(4)
          for (int64_t i = 0; i < 4; ++i) {
            const V x = hn::Set(d, a[t * tile_rows + r + i]);
            sum[i][0] = hn::MulAdd(x, b0, sum[i][0]);
            sum[i][1] = hn::MulAdd(x, b1, sum[i][1]);
          }
        }
        HWY_UNROLL(4)
        for (int64_t i = 0; i < 4; ++i) {
          hn::StoreU(sum[i][0], d, at + i * tile_columns);
          hn::StoreU(sum[i][1], d, at + i * tile_columns + lanes);
        }
      }
  } else {
    for (int64_t t = 0; t < depth; ++t)
      for (int64_t r = 0; r < rows; ++r) {
        const S x = a[t * tile_rows + r];
        S* HWY_RESTRICT at = sums + r * tile_columns;
        for (int64_t k = 0; k < tile_columns; ++k) at[k] += x * b[t * tile_columns + k];
      }
  }
}

/// Whether zeros put into b leave sums with these factors as they are.
template <class S>
bool AllFinite(const S* a, int64_t count) {
  S zero = 0;
  for (int64_t i = 0; i < count; ++i) zero += a[i] * S(0);
  return zero == S(0);
}

/// As Multiply, without the positions that have no element.
template <class S>
void MultiplyElements(const ProductPlan& plan, const OffsetPart& depth, const OffsetPart& columns,
                      const S* a, const S* b, int64_t rows, S* sums) {
  const int64_t plane = count_of_elements(plan);
  for (int64_t t = 0; t < depth.count; ++t)
    for (int64_t k = 0; k < columns.count; ++k) {
      const int64_t position = (depth.offset[t] + columns.offset[k]) % plane;
      if (!plan.b_elements[static_cast<size_t>(position)]) continue;
      for (int64_t r = 0; r < rows; ++r)
        sums[r * tile_columns + k] += a[t * tile_rows + r] * b[t * tile_columns + k];
    }
}

template <class T>
void Run(const ProductPlan& plan, const ProductArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  using S = ProductSum<T>;
  S* const a_panel = reinterpret_cast<S*>(worker.scratch);
  S* const b_panel = a_panel + tile_depth * tile_rows;
  S* const sums = b_panel + tile_depth * tile_columns;
  const int64_t row_tiles = tiles_of(plan.a_row, tile_rows);
  const int64_t column_tiles = tiles_of(plan.b_column, tile_columns);
  const auto of = [](const std::vector<int64_t>& offsets, int64_t i) {
    return offsets[static_cast<size_t>(i)];
  };
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t row = item % row_tiles * tile_rows;
    const int64_t column = item / row_tiles % column_tiles * tile_columns;
    const int64_t batch = item / row_tiles / column_tiles;
    const OffsetPart rows = part_of(plan.a_row, row, tile_rows);
    const OffsetPart columns = part_of(plan.b_column, column, tile_columns);
    const T* a = static_cast<const T*>(at.a) + of(plan.a_batch, batch);
    const T* b = static_cast<const T*>(at.b) + of(plan.b_batch, batch);
    std::fill(sums, sums + tile_rows * tile_columns, S(0));
    if (at.bias)
      for (int64_t r = 0; r < rows.count; ++r)
        std::fill_n(
            sums + r * tile_columns, tile_columns,
            static_cast<S>(static_cast<const T*>(at.bias)[of(plan.bias_batch, batch) + row + r]));
    for (int64_t t = 0; t < count_of(plan.a_depth); t += tile_depth) {
      const OffsetPart a_depth = part_of(plan.a_depth, t, tile_depth);
      const OffsetPart b_depth = part_of(plan.b_depth, t, tile_depth);
      Pack(a, a_depth, rows, tile_rows, a_panel);
      Pack(b, b_depth, columns, tile_columns, b_panel);
      if constexpr (std::is_floating_point_v<S>) {
        if (!plan.b_elements.empty() && !AllFinite(a_panel, a_depth.count * tile_rows)) {
          MultiplyElements(plan, b_depth, columns, a_panel, b_panel, rows.count, sums);
          continue;
        }
      }
      Multiply(a_panel, b_panel, a_depth.count, (rows.count + 3) / 4 * 4, sums);
    }
    T* c = static_cast<T*>(at.c) + of(plan.c_batch, batch);
    for (int64_t r = 0; r < rows.count; ++r)
      for (int64_t k = 0; k < columns.count; ++k)
        c[of(plan.c_row, row + r) + of(plan.c_column, column + k)] =
            static_cast<T>(sums[r * tile_columns + k]);
  }
}

}  // namespace

ProductKernel ProductOf(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> ProductKernel {
    if constexpr (is_half_storage<T> || std::same_as<T, bool>)
      return nullptr;
    else
      return &Run<T>;
  });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(ProductOf);

std::vector<int64_t> offsets_of(const std::vector<int64_t>& extents,
                                const std::vector<int64_t>& strides, int64_t first) {
  std::vector<int64_t> offsets{first};
  for (size_t a = 0; a < extents.size(); ++a) {
    std::vector<int64_t> finer;
    finer.reserve(offsets.size() * static_cast<size_t>(extents[a]));
    for (const int64_t offset : offsets)
      for (int64_t i = 0; i < extents[a]; ++i) finer.push_back(offset + i * strides[a]);
    offsets = std::move(finer);
  }
  return offsets;
}

int64_t items(const ProductPlan& plan) {
  return count_of(plan.a_batch) * tiles_of(plan.a_row, tile_rows) *
         tiles_of(plan.b_column, tile_columns);
}

int64_t scratch_bytes(const ProductPlan&) {
  return (tile_depth * (tile_rows + tile_columns) + tile_rows * tile_columns) *
         static_cast<int64_t>(sizeof(double));
}

ProductKernel product_kernel(Tier tier, DType dtype) {
  return HWY_DISPATCH_TABLE(ProductOf)[dispatch_index(tier)](dtype);
}

}  // namespace convoy::cpu
#endif
