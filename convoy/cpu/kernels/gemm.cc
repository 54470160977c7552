#include "convoy/cpu/kernels/gemm.h"

#include <algorithm>
#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/gemm.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "convoy/cpu/kernels/steps-inl.h"

#ifndef CONVOY_CPU_KERNELS_GEMM_ONCE_
#define CONVOY_CPU_KERNELS_GEMM_ONCE_
namespace convoy::cpu {

inline constexpr int64_t stream_width = 1024;  // columns whose sums stay in the nearest cache

/// One panel of B: [depth][width], columns that are missing as zeros.
inline void pack_panel(const GemmPlan& plan, const float* b, int64_t first, int64_t width,
                       float* to) {
  const int64_t count = std::min(width, plan.columns - first);
  b += first * plan.b.column;
  if (plan.b.column == 1) {
    for (int64_t k = 0; k < plan.depth; ++k) {
      std::copy_n(b + k * plan.b.row, count, to + k * width);
      std::fill_n(to + k * width + count, width - count, 0.f);
    }
    return;
  }
  for (int64_t j = 0; j < width; ++j)
    for (int64_t k = 0; k < plan.depth; ++k)
      to[k * width + j] = j < count ? b[k * plan.b.row + j * plan.b.column] : 0.f;
}

}  // namespace convoy::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// A tile: so many rows by two vectors, all accumulators in registers.
constexpr int64_t tile_rows = has_512_bits ? 14 : HWY_TARGET == HWY_NEON ? 12 : 6;
constexpr int64_t panel_width = 2 * lanes;
constexpr int64_t dots_width = 16;

/// Where the results of a row of a tile go.
struct Row {
  float* c;
  int64_t stride, columns;
  const float* bias;
  int64_t bias_stride;

  HWY_INLINE void Store(V v, int64_t j, V low, V high) const {
    if (columns - j >= lanes && stride == 1 && (!bias || bias_stride <= 1)) {
      if (bias) v = hn::Add(v, bias_stride == 1 ? hn::LoadU(D(), bias + j) : All(*bias));
      hn::StoreU(Clamp(v, low, high), D(), c + j);
      return;
    }
    HWY_ALIGN float buffer[lanes], added[lanes] = {};
    const int64_t count = std::min(lanes, columns - j);
    for (int64_t i = 0; bias && i < count; ++i) added[i] = bias[(j + i) * bias_stride];
    hn::Store(Clamp(hn::Add(v, hn::Load(D(), added)), low, high), D(), buffer);
    for (int64_t i = 0; i < count; ++i) c[(j + i) * stride] = buffer[i];
  }
};

struct TileArrays {
  const float* a;
  int64_t a_row, a_column;
  const float* panel;
  int64_t depth;
  Row first;
  int64_t c_row, bias_row;
  float low, high;
};

template <int64_t R>
void Tile(const TileArrays& t) {
  const D d;
  V sum[R][2];
  HWY_UNROLL(16) for (int64_t r = 0; r < R; ++r) sum[r][0] = sum[r][1] = hn::Zero(d);
  const float* a = t.a;
  const float* b = t.panel;
  for (int64_t k = 0; k < t.depth; ++k, a += t.a_column, b += panel_width) {
    const V left = hn::LoadU(d, b), right = hn::LoadU(d, b + lanes);
    HWY_UNROLL(16) for (int64_t r = 0; r < R; ++r) {
      const V x = hn::Set(d, a[r * t.a_row]);
      sum[r][0] = hn::MulAdd(x, left, sum[r][0]);
      sum[r][1] = hn::MulAdd(x, right, sum[r][1]);
    }
  }
  Row row = t.first;
  const V low = All(t.low), high = All(t.high);
  HWY_UNROLL(16) for (int64_t r = 0; r < R; ++r) {
    row.Store(sum[r][0], 0, low, high);
    if (row.columns > lanes) row.Store(sum[r][1], lanes, low, high);
    row.c += t.c_row;
    if (row.bias) row.bias += t.bias_row;
  }
}

template <size_t... R>
constexpr auto TilesOf(std::index_sequence<R...>) {
  return std::array{&Tile<static_cast<int64_t>(R) + 1>...};
}

HWY_INLINE const float* BiasAt(const GemmPlan& plan, const GemmArrays& at, int64_t row,
                               int64_t column) {
  return at.bias ? at.bias + row * plan.bias_row + column * plan.bias_column : nullptr;
}

void RunTiles(const GemmPlan& plan, const GemmArrays& at, Range range, Worker& worker) {
  constexpr auto tiles = TilesOf(std::make_index_sequence<static_cast<size_t>(tile_rows)>());
  const int64_t chunks = (plan.rows + plan.rows_of_item - 1) / plan.rows_of_item;
  const float* packed = nullptr;  // what the scratch memory holds
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t chunk = item % chunks, panel = item / chunks % plan.panels;
    const Space batch = point_of(item / chunks / plan.panels, plan.batch);
    const int64_t first = panel * panel_width;
    const float* b = plan.packed ? at.b + first * plan.depth
                                 : at.b + offset_of(batch, plan.b.batch) + first * plan.b.column;
    if (!plan.packed && packed != b) {
      pack_panel(plan, at.b + offset_of(batch, plan.b.batch), first, panel_width, worker.scratch);
      packed = b;
    }
    const float* a = at.a + offset_of(batch, plan.a.batch);
    float* c = at.c + offset_of(batch, plan.c.batch) + first * plan.c.column;
    const int64_t columns = std::min(panel_width, plan.columns - first);
    const int64_t end = std::min(plan.rows, (chunk + 1) * plan.rows_of_item);
    for (int64_t r = chunk * plan.rows_of_item; r < end; r += tile_rows) {
      const auto rows = static_cast<size_t>(std::min(tile_rows, end - r));
      const float* bias = BiasAt(plan, at, r, first);
      tiles[rows - 1]({a + r * plan.a.row,
                       plan.a.row,
                       plan.a.column,
                       plan.packed ? b : worker.scratch,
                       plan.depth,
                       {c + r * plan.c.row, plan.c.column, columns, bias, plan.bias_column},
                       plan.c.row,
                       plan.bias_row,
                       plan.low,
                       plan.high});
    }
  }
}

/// y[j] += Σ a[k]·b[k][j] for four k, so that y is read once for them.
HWY_INLINE void AddRows(const float* a, int64_t a_stride, const float* b, int64_t b_row,
                        int64_t rows, int64_t columns, float* y) {
  const D d;
  const V a0 = All(a[0]), a1 = All(rows > 1 ? a[a_stride] : 0.f);
  const V a2 = All(rows > 2 ? a[2 * a_stride] : 0.f), a3 = All(rows > 3 ? a[3 * a_stride] : 0.f);
  const float *b0 = b, *b1 = b + b_row, *b2 = b1 + b_row, *b3 = b2 + b_row;
  int64_t j = 0;
  if (rows == 4) {
    for (; j + lanes <= columns; j += lanes) {
      V v = hn::MulAdd(a0, hn::LoadU(d, b0 + j), hn::LoadU(d, y + j));
      v = hn::MulAdd(a1, hn::LoadU(d, b1 + j), v);
      v = hn::MulAdd(a2, hn::LoadU(d, b2 + j), v);
      hn::StoreU(hn::MulAdd(a3, hn::LoadU(d, b3 + j), v), d, y + j);
    }
  }
  for (; j < columns; ++j)
    for (int64_t k = 0; k < rows; ++k) y[j] += a[k * a_stride] * b[k * b_row + j];
}

void RunStream(const GemmPlan& plan, const GemmArrays& at, Range range, Worker& worker) {
  for (int64_t item = range.begin; item < range.end; ++item) {
    const Space batch = point_of(item / plan.panels, plan.batch);
    const int64_t first = item % plan.panels * plan.panel;
    const int64_t columns = std::min(plan.panel, plan.columns - first);
    const float* a = at.a + offset_of(batch, plan.a.batch);
    const float* b = at.b + offset_of(batch, plan.b.batch) + first;
    float* c = at.c + offset_of(batch, plan.c.batch) + first * plan.c.column;
    std::fill_n(worker.scratch, plan.rows * stream_width, 0.f);
    for (int64_t k = 0; k < plan.depth; k += 4)
      for (int64_t r = 0; r < plan.rows; ++r)
        AddRows(a + r * plan.a.row + k * plan.a.column, plan.a.column, b + k * plan.b.row,
                plan.b.row, std::min<int64_t>(4, plan.depth - k), columns,
                worker.scratch + r * stream_width);
    for (int64_t r = 0; r < plan.rows; ++r) {
      const float* bias = BiasAt(plan, at, r, first);
      const Row row{c + r * plan.c.row, plan.c.column, columns, bias, plan.bias_column};
      for (int64_t j = 0; j < columns; j += lanes)
        row.Store(hn::LoadU(D(), worker.scratch + r * stream_width + j), j, All(plan.low),
                  All(plan.high));
    }
  }
}

/// sums[n] = Σ a·b[n] over `count` elements, of `N` rows b that are `step` apart. Rows come from
/// far away: several at once, and fetched ahead, keep more of them on their way.
template <int64_t N>
HWY_INLINE void Dots(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, int64_t step,
                     int64_t count, float* sums) {
  const D d;
  constexpr int64_t ahead = 256;  // elements
  V sum[N][2];
  HWY_UNROLL(4) for (int64_t n = 0; n < N; ++n) sum[n][0] = sum[n][1] = hn::Zero(d);
  int64_t k = 0;
  for (; k + 2 * block <= count; k += 2 * block) {
    HWY_UNROLL(4) for (int64_t n = 0; n < N; ++n) {
      const float* const row = b + n * step + k;
      __builtin_prefetch(row + ahead, 0, 2);
      __builtin_prefetch(row + ahead + block, 0, 2);
      HWY_UNROLL(8) for (int64_t v = 0; v < 2 * block; v += 2 * lanes) {
        sum[n][0] = hn::MulAdd(hn::LoadU(d, a + k + v), hn::LoadU(d, row + v), sum[n][0]);
        sum[n][1] =
            hn::MulAdd(hn::LoadU(d, a + k + v + lanes), hn::LoadU(d, row + v + lanes), sum[n][1]);
      }
    }
  }
  HWY_UNROLL(4) for (int64_t n = 0; n < N; ++n) {
    sums[n] = hn::GetLane(hn::SumOfLanes(d, hn::Add(sum[n][0], sum[n][1])));
    for (int64_t t = k; t < count; ++t) sums[n] += a[t] * b[n * step + t];
  }
}

void RunDots(const GemmPlan& plan, const GemmArrays& at, Range range) {
  for (int64_t item = range.begin; item < range.end; ++item) {
    const Space batch = point_of(item / plan.panels, plan.batch);
    const int64_t first = item % plan.panels * plan.panel;
    const int64_t last = std::min(plan.columns, first + plan.panel);
    const float* a = at.a + offset_of(batch, plan.a.batch);
    const float* b = at.b + offset_of(batch, plan.b.batch);
    float* c = at.c + offset_of(batch, plan.c.batch);
    for (int64_t j = first, count; j < last; j += count) {
      count = last - j >= 4 ? 4 : 1;
      const float* const rows = b + j * plan.b.column;
      for (int64_t r = 0; r < plan.rows; ++r) {
        float sums[4];
        if (count == 4)
          Dots<4>(a + r * plan.a.row, rows, plan.b.column, plan.depth, sums);
        else
          Dots<1>(a + r * plan.a.row, rows, plan.b.column, plan.depth, sums);
        for (int64_t n = 0; n < count; ++n) {
          const float sum = sums[n] + (at.bias ? *BiasAt(plan, at, r, j + n) : 0.f);
          c[r * plan.c.row + (j + n) * plan.c.column] = sum < plan.low    ? plan.low
                                                        : sum > plan.high ? plan.high
                                                                          : sum;
        }
      }
    }
  }
}

}  // namespace

int64_t PanelWidth(GemmPlan::Method method) {
  switch (method) {
    case GemmPlan::Method::stream:
      return stream_width;
    case GemmPlan::Method::dots:
      return dots_width;
    case GemmPlan::Method::tiles:
      break;
  }
  return panel_width;
}
int64_t TileRows() { return tile_rows; }

void Run(const GemmPlan& plan, const GemmArrays& arrays, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  GemmArrays at = arrays;
  if (plan.exchanged) std::swap(at.a, at.b);
  switch (plan.method) {
    case GemmPlan::Method::tiles:
      return RunTiles(plan, at, range, worker);
    case GemmPlan::Method::stream:
      return RunStream(plan, at, range, worker);
    case GemmPlan::Method::dots:
      return RunDots(plan, at, range);
  }
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(PanelWidth);
HWY_EXPORT(TileRows);
HWY_EXPORT(Run);

namespace {

constexpr int64_t few_rows = 4;
constexpr int64_t enough_items = 32;

constexpr int64_t parts(int64_t size, int64_t part) { return (size + part - 1) / part; }

}  // namespace

GemmPlan plan_gemm(GemmPlan plan, Tier tier) {
  if (plan.columns == 1 && !plan.packed) {  // Cᵀ = Bᵀ·Aᵀ has one row
    plan.exchanged = true;
    std::swap(plan.a, plan.b);
    std::swap(plan.rows, plan.columns);
    for (MatrixStrides* m : {&plan.a, &plan.b, &plan.c}) std::swap(m->row, m->column);
    std::swap(plan.bias_row, plan.bias_column);
  }
  using Method = GemmPlan::Method;
  const bool few = plan.rows <= few_rows && !plan.packed;
  if (few && plan.b.row == 1 && (plan.a.column == 1 || plan.depth == 1))
    plan.method = Method::dots;
  else if (few && plan.b.column == 1)
    plan.method = Method::stream;
  const size_t index = dispatch_index(tier);
  plan.panel = HWY_DISPATCH_TABLE(PanelWidth)[index](plan.method);
  const int64_t batches = std::max<int64_t>(1, volume(plan.batch));
  if (plan.method == Method::stream) {  // narrower where more threads could help
    const int64_t wanted = parts(plan.columns * batches, enough_items);
    plan.panel = std::clamp<int64_t>(parts(wanted, 64) * 64, 64, plan.panel);
  }
  plan.panels = parts(plan.columns, plan.panel);
  plan.rows_of_item = std::max<int64_t>(1, plan.rows);
  if (plan.method == Method::tiles) {
    const int64_t tile = HWY_DISPATCH_TABLE(TileRows)[index]();
    const int64_t chunks = parts(enough_items, std::max<int64_t>(1, plan.panels * batches));
    // A panel is packed again for each chunk of rows: those are not too short.
    plan.rows_of_item = std::max(4 * tile, parts(parts(plan.rows, chunks), tile) * tile);
  }
  return plan;
}

int64_t items(const GemmPlan& plan) {
  const int64_t chunks = parts(plan.rows, plan.rows_of_item);
  return volume(plan.batch) * plan.panels * chunks;
}

int64_t scratch_bytes(const GemmPlan& plan) {
  const auto bytes = static_cast<int64_t>(sizeof(float));
  if (plan.method == GemmPlan::Method::tiles)
    return plan.packed ? 0 : plan.depth * plan.panel * bytes;
  return plan.method == GemmPlan::Method::stream ? plan.rows * stream_width * bytes : 0;
}

int64_t packed_size(const GemmPlan& plan) { return plan.panels * plan.panel * plan.depth; }

void pack_gemm(const GemmPlan& plan, const float* b, float* to) {
  for (int64_t panel = 0; panel < plan.panels; ++panel)
    pack_panel(plan, b, panel * plan.panel, plan.panel, to + panel * plan.panel * plan.depth);
}

GemmKernel gemm_kernel(Tier tier) { return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
