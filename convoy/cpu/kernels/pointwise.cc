#include "convoy/cpu/kernels/pointwise.h"

#include <algorithm>
#include <limits>

#include "convoy/cpu/kernels/blocked.h"

namespace convoy::cpu {

namespace {

constexpr int64_t parts(int64_t size, int64_t part) { return (size + part - 1) / part; }

// As many even parts as needed, whole blocks each.
constexpr int64_t even_part(int64_t size, int64_t largest) {
  const int64_t even = parts(size, std::max<int64_t>(1, parts(size, largest)));
  return std::min(whole_blocks(even), largest);
}

Pointwise::Source::Kind kind_of(const Access& access, const Tiling& tiling) {
  using Kind = Pointwise::Source::Kind;
  const bool plain = access.dtype == DType::float32;
  const bool one_row = tiling.rows == 1 || access.stride[4] == 0;
  if (plain && tiling.dense(access.stride)) return Kind::in_place;
  if (plain && one_row && tiling.columns == block && access.stride[5] == 1) return Kind::repeated;
  if (one_row && (tiling.columns == 1 || access.stride[5] == 0)) return Kind::copies;
  if (one_row && tiling.columns == block && access.stride[5] == 1) return Kind::copies;
  return Kind::slot;
}

// Bytes of the tables before the slots.
template <class T>
int64_t table_bytes(size_t count) {
  return (static_cast<int64_t>(count * sizeof(T)) + 63) / 64 * 64;
}

/// Slots of a tile each, given back after their last use.
class Slots {
 public:
  explicit Slots(int64_t first) : end_(first) {}
  int64_t take() {
    if (free_.empty()) {
      end_ += tile_size;
      return end_ - tile_size;
    }
    const int64_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(int64_t slot) { free_.push_back(slot); }
  int64_t end() const { return end_; }

 private:
  int64_t end_;
  std::vector<int64_t> free_;
};

}  // namespace

Tiling tiling_of(const Space& size) {
  Tiling t{.size = size};
  t.columns = size[5] <= tile_size ? size[5] : even_part(size[5], tile_size);
  const int64_t most = t.columns == size[5] ? tile_size / std::max<int64_t>(1, t.columns) : 1;
  t.rows = std::max<int64_t>(1, parts(size[4], std::max<int64_t>(1, parts(size[4], most))));
  t.columns = std::max<int64_t>(1, t.columns);
  t.grid = size;
  t.grid[4] = parts(size[4], t.rows);
  t.grid[5] = parts(size[5], t.columns);
  return t;
}

Tile Tiling::tile(const Space& point) const {
  Tile tile{point, 0, 0};
  tile.at[4] *= rows;
  tile.at[5] *= columns;
  tile.rows = std::min(rows, size[4] - tile.at[4]);
  tile.columns = std::min(columns, size[5] - tile.at[5]);
  return tile;
}

bool Tiling::dense(const Space& stride) const {
  return (columns == 1 || stride[5] == 1) && (rows == 1 || stride[4] == columns);
}

Pointwise plan_pointwise(const Program& program, Tier tier, std::span<const int32_t> kept) {
  Pointwise plan{.tier = tier, .tiling = tiling_of(program.size)};
  int64_t floats = 0;
  for (const Access& access : program.inputs) {
    const auto kind = kind_of(access, plan.tiling);
    plan.sources.push_back({kind, access.stride, load_row(access.dtype, tier), floats});
    if (kind == Pointwise::Source::Kind::copies) floats += block;
    if (kind == Pointwise::Source::Kind::slot) floats += tile_size;
  }

  const size_t inputs = program.inputs.size(), count = program.code.size();
  constexpr size_t for_ever = std::numeric_limits<size_t>::max();
  std::vector<size_t> last_use(inputs + count, 0);
  for (size_t i = 0; i < count; ++i)
    for (size_t k = 0; k < operands_of(program.code[i].op); ++k)
      last_use[static_cast<size_t>(program.code[i].from[k])] = i;
  for (const int32_t value : kept) last_use[static_cast<size_t>(value)] = for_ever;

  Slots slots(floats);
  for (size_t i = 0; i < count; ++i) {
    const Instruction& code = program.code[i];
    for (size_t value = inputs; value < inputs + i; ++value)  // the result may replace an operand
      if (last_use[value] == i) slots.give_back(plan.commands[value - inputs].slot);
    plan.commands.push_back(
        {step(tier, code.op), code.from, code.alpha, code.beta, slots.take(), -1});
  }
  plan.slot_floats = slots.end();
  return plan;
}

int64_t scratch_bytes(const Pointwise& plan) {
  return table_bytes<Operand>(static_cast<size_t>(plan.values())) +
         table_bytes<std::array<int64_t, 2>>(plan.sources.size()) +
         plan.slot_floats * static_cast<int64_t>(sizeof(float));
}

TileRunner::TileRunner(const Pointwise& plan, const void* const* inputs, float* scratch)
    : plan_(plan),
      inputs_(inputs) {
  static_assert(sizeof(Place) == sizeof(std::array<int64_t, 2>));
  auto* bytes = reinterpret_cast<std::byte*>(scratch);
  values_ = reinterpret_cast<Operand*>(bytes);
  bytes += table_bytes<Operand>(static_cast<size_t>(plan.values()));
  places_ = reinterpret_cast<Place*>(bytes);
  bytes += table_bytes<Place>(plan.sources.size());
  slots_ = reinterpret_cast<float*>(bytes);
  std::fill_n(places_, plan.sources.size(), Place{-1, -1});
}

void TileRunner::load(size_t input, const Tile& tile) {
  using Kind = Pointwise::Source::Kind;
  const Pointwise::Source& source = plan_.sources[input];
  const void* array = inputs_[input];
  const int64_t offset = offset_of(tile.at, source.stride);
  switch (source.kind) {
    case Kind::in_place:
      values_[input] = {static_cast<const float*>(array) + offset, -1};
      return;
    case Kind::repeated:
      values_[input] = {static_cast<const float*>(array) + offset, block - 1};
      return;
    case Kind::copies:
    case Kind::slot:
      break;
  }
  float* slot = slots_ + source.slot;
  const bool whole = source.kind == Kind::slot;
  values_[input] = {slot, whole ? -1 : block - 1};
  const int64_t count = whole ? tile.count() : block;
  if (places_[input].offset == offset && places_[input].count == count) return;
  places_[input] = {offset, count};
  if (!whole) {
    const int64_t step = plan_.tiling.columns == block ? source.stride[5] : 0;
    return source.load(array, offset, step, block, slot);
  }
  for (int64_t row = 0; row < tile.rows; ++row)
    source.load(array, offset + row * source.stride[4], source.stride[5], tile.columns,
                slot + row * tile.columns);
}

const Operand* TileRunner::run(const Tile& tile, float* const* outputs) {
  const size_t inputs = plan_.sources.size();
  for (size_t i = 0; i < inputs; ++i) load(i, tile);
  const int64_t count = tile.count();
  Operand* value = values_ + inputs;
  for (const Pointwise::Command& command : plan_.commands) {
    std::array<Operand, 3> from;
    for (size_t k = 0; k < 3; ++k) from[k] = values_[command.from[k]];
    float* to = command.output < 0 ? slots_ + command.slot : outputs[command.output];
    command.step(from.data(), to, count, command.alpha, command.beta);
    *value++ = {to, -1};
  }
  return values_;
}

}  // namespace convoy::cpu
