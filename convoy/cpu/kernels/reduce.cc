#include "convoy/cpu/kernels/reduce.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "convoy/cpu/kernels/blocked.h"

namespace convoy::cpu {

namespace {

constexpr int64_t tiles_in_float = 32;  // before their sum goes on in double
constexpr int64_t enough_items = 64;    // to keep many threads busy
constexpr int64_t fewest_tiles = 8;     // worth an item of their own

int64_t result_columns(const ReducePlan& plan, const Tile& cell) {
  return plan.columns_go ? 1 : cell.columns;
}
int64_t most_results(const ReducePlan& plan) {
  const Tiling& t = plan.program.tiling;
  return (plan.rows_go ? 1 : t.rows) * (plan.columns_go ? 1 : t.columns);
}

/// The tile at a point of `cells`, whole along the axes that go.
Tile cell_at(const ReducePlan& plan, const Space& point) {
  Tile tile = plan.program.tiling.tile(point);
  if (plan.rows_go) tile.rows = plan.program.tiling.rows;
  if (plan.columns_go) tile.columns = plan.program.tiling.columns;
  return tile;
}

/// The accumulators of one reduction, over the tiles of one cell: 16 lanes that a tile, or each of
/// its rows, folds into, or one for each element of a tile. They lie in the scratch memory.
class CellSum {
 public:
  static constexpr int64_t scratch_bytes = tile_size * (sizeof(double) + sizeof(float));

  CellSum(const ReducePlan& plan, size_t k, std::byte* scratch)
      : how_(plan.reductions[k].how),
        accumulator_(plan.accumulators[k]),
        rows_go_(plan.rows_go),
        columns_go_(plan.columns_go),
        wide_(reinterpret_cast<double*>(scratch + static_cast<int64_t>(k) * scratch_bytes)),
        sums_(reinterpret_cast<float*>(wide_ + tile_size)) {
    const Tiling& t = plan.program.tiling;
    // Products leave the range of float32 too easily.
    folds_ = how_ != Accumulate::product &&
             (columns_go_ ? rows_go_ || t.columns >= block : rows_go_ && t.columns == block);
  }

  void begin(const Tile& cell) {
    lines_ = rows_go_ ? 1 : cell.rows;
    count_ = folds_ ? lines_ * block : cell.count();
    std::fill_n(wide_, count_, identity_of(how_));
    if (!folds_) clear();
  }

  void add(const Operand& values, const Tile& tile) {
    const int64_t count = tile.count();
    if (folds_) {
      const int64_t length = count / lines_;
      for (int64_t line = 0; line < lines_; ++line) {
        const int64_t first = values.mask < 0 ? line * length : 0;
        accumulator_.fold({values.at + first, values.mask}, length, sums_);
        for (int64_t i = 0; i < block; ++i) meet(wide_[line * block + i], sums_[i]);
      }
    } else if (how_ == Accumulate::product) {
      for (int64_t i = 0; i < count; ++i) meet(wide_[i], values.at[i & values.mask]);
    } else {
      accumulator_.each(values, count, sums_);
      if (++tiles_ == tiles_in_float) widen();
    }
  }

  /// Hands every result of the cell to `take`, in order.
  template <class Take>
  void finish(const Tile& cell, Take take) {
    if (folds_ && columns_go_) {
      for (int64_t line = 0; line < lines_; ++line) take(total(line * block, 1, block, 0));
    } else if (folds_) {
      for (int64_t lane = 0; lane < block; ++lane) take(wide_[lane]);
    } else {
      widen();
      const int64_t together = columns_go_ ? cell.columns : 1;
      for (int64_t r = 0; r < lines_; ++r)
        for (int64_t c = 0; c < cell.columns; c += together)
          take(total(r * cell.columns + c, rows_go_ ? cell.rows : 1, together, cell.columns));
    }
  }

 private:
  void meet(double& sum, double x) const { sum = accumulate(how_, sum, x); }
  /// Of rows × columns accumulators.
  double total(int64_t first, int64_t rows, int64_t columns, int64_t next_row) const {
    double sum = identity_of(how_);
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < columns; ++c) meet(sum, wide_[first + r * next_row + c]);
    return sum;
  }
  void clear() {
    std::fill_n(sums_, count_, static_cast<float>(identity_of(how_)));
    tiles_ = 0;
  }
  void widen() {
    if (how_ == Accumulate::product) return;
    for (int64_t i = 0; i < count_; ++i) meet(wide_[i], sums_[i]);
    clear();
  }

  Accumulate how_;
  Accumulator accumulator_;
  bool rows_go_, columns_go_, folds_;
  int64_t lines_ = 0, count_ = 0, tiles_ = 0;
  double* wide_;
  float* sums_;
};

/// Puts results of a cell where they belong, in the order of CellSum::finish.
class Writer {
 public:
  Writer(const Reduction& reduction, const Tile& cell, int64_t columns, float* output)
      : reduction_(reduction),
        columns_(columns),
        to_(output + offset_of(cell.at, reduction.to)) {}

  void operator()(double sum) {
    const double value = (reduction_.root ? std::sqrt(sum) : sum) * reduction_.scale;
    to_[row_ * reduction_.to[4] + column_ * reduction_.to[5]] = static_cast<float>(value);
    if (++column_ < columns_) return;
    column_ = 0;
    ++row_;
  }

 private:
  const Reduction& reduction_;
  int64_t columns_;
  float* to_;
  int64_t row_ = 0, column_ = 0;
};

/// Where the partial results of reduction k in one part of a cell begin.
double* partials_of(const ReducePlan& plan, double* partials, int64_t item, size_t k) {
  return partials +
         (item * static_cast<int64_t>(plan.reductions.size()) + static_cast<int64_t>(k)) *
             most_results(plan);
}

}  // namespace

ReducePlan plan_reduce(Program program, std::vector<Reduction> reductions, Tier tier) {
  std::vector<Space*> strides;
  for (Access& access : program.inputs) strides.push_back(&access.stride);
  for (Reduction& reduction : reductions) strides.push_back(&reduction.to);
  collapse(program.size, strides);

  std::vector<int32_t> kept;
  for (const Reduction& reduction : reductions) kept.push_back(reduction.value);
  ReducePlan plan{.program = plan_pointwise(program, tier, kept),
                  .reductions = std::move(reductions)};
  for (const Reduction& reduction : plan.reductions)
    plan.accumulators.push_back(accumulator(tier, reduction.how));

  const Space& to = plan.reductions[0].to;
  const Tiling& tiling = plan.program.tiling;
  const auto goes = [&](size_t axis) { return tiling.size[axis] != 1 && to[axis] == 0; };
  for (size_t a = 0; a < max_axes; ++a) {
    plan.cells[a] = goes(a) ? 1 : tiling.grid[a];
    plan.walk[a] = goes(a) ? tiling.grid[a] : 1;
  }
  plan.columns_go = goes(5);
  plan.rows_go = goes(4);
  const int64_t cells = std::max<int64_t>(1, volume(plan.cells));
  plan.parts = std::clamp<int64_t>(enough_items / cells, 1,
                                   std::max<int64_t>(1, volume(plan.walk) / fewest_tiles));
  return plan;
}

int64_t items(const ReducePlan& plan) { return volume(plan.cells) * plan.parts; }
int64_t combine_items(const ReducePlan& plan) { return plan.parts > 1 ? volume(plan.cells) : 0; }
int64_t partial_bytes(const ReducePlan& plan) {
  if (plan.parts == 1) return 0;
  return items(plan) * static_cast<int64_t>(plan.reductions.size() * sizeof(double)) *
         most_results(plan);
}
int64_t scratch_bytes(const ReducePlan& plan) {
  return scratch_bytes(plan.program) +
         static_cast<int64_t>(plan.reductions.size()) *
             (CellSum::scratch_bytes + static_cast<int64_t>(sizeof(CellSum)));
}

void run_reduce(const ReducePlan& plan, const ReduceArrays& at, Range range, Worker& worker) {
  worker.ran |= target_bit(plan.program.tier);
  const size_t count = plan.reductions.size();
  auto* scratch = reinterpret_cast<std::byte*>(worker.scratch) + scratch_bytes(plan.program);
  auto* sums =
      reinterpret_cast<CellSum*>(scratch + static_cast<int64_t>(count) * CellSum::scratch_bytes);
  for (size_t k = 0; k < count; ++k) std::construct_at(sums + k, plan, k, scratch);

  TileRunner runner(plan.program, at.inputs, worker.scratch);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t part = item % plan.parts;
    const Space stays = point_of(item / plan.parts, plan.cells);
    const Tile cell = cell_at(plan, stays);
    for (size_t k = 0; k < count; ++k) sums[k].begin(cell);

    const Range steps = share(volume(plan.walk), part, plan.parts);
    for (int64_t step = steps.begin; step < steps.end; ++step) {
      Space point = point_of(step, plan.walk);
      for (size_t a = 0; a < max_axes; ++a) point[a] += stays[a];
      const Tile tile = plan.program.tiling.tile(point);
      const Operand* values = runner.run(tile, nullptr);
      for (size_t k = 0; k < count; ++k) sums[k].add(values[plan.reductions[k].value], tile);
    }

    for (size_t k = 0; k < count; ++k) {
      if (plan.parts == 1) {
        sums[k].finish(cell,
                       Writer(plan.reductions[k], cell, result_columns(plan, cell), at.outputs[k]));
      } else {
        double* to = partials_of(plan, at.partials, item, k);
        sums[k].finish(cell, [&](double sum) { *to++ = sum; });
      }
    }
  }
}

void run_combine(const ReducePlan& plan, const ReduceArrays& at, Range range, Worker&) {
  for (int64_t index = range.begin; index < range.end; ++index) {
    const Tile cell = cell_at(plan, point_of(index, plan.cells));
    const int64_t columns = result_columns(plan, cell);
    const int64_t results = (plan.rows_go ? 1 : cell.rows) * columns;
    for (size_t k = 0; k < plan.reductions.size(); ++k) {
      Writer write(plan.reductions[k], cell, columns, at.outputs[k]);
      for (int64_t i = 0; i < results; ++i) {
        double sum = identity_of(plan.reductions[k].how);
        for (int64_t part = 0; part < plan.parts; ++part)
          sum = accumulate(plan.reductions[k].how, sum,
                           partials_of(plan, at.partials, index * plan.parts + part, k)[i]);
        write(sum);
      }
    }
  }
}

}  // namespace convoy::cpu
