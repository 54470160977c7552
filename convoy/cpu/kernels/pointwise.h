// Fused programs of elementwise functions: what one pass over memory computes between its loads
// and its stores (elementwise.h) or sums (reduce.h). The space is walked in tiles small enough for
// the nearest cache; every instruction is a loop over the values of a tile.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "convoy/cpu/kernels/elements.h"
#include "convoy/cpu/kernels/steps.h"
#include "convoy/cpu/kernels/strided.h"

namespace convoy::cpu {

/// One function of earlier values.
struct Instruction {
  PointwiseOp op = Fused::copy;
  std::array<int32_t, 3> from = {};  // as many as the op takes
  float alpha = 0, beta = 0;
};

/// Values are numbered: the inputs first, then what the instructions make, in order. They are
/// float32 whatever their arrays hold; a constant is an input whose strides are 0.
struct Program {
  Space size = {1, 1, 1, 1, 1, 1};
  std::vector<Access> inputs = {};
  std::vector<Instruction> code = {};
};

/// Values in a tile, at most: a few tiles of float32 fit the nearest cache.
inline constexpr int64_t tile_size = 1024;

/// Part of a space: `rows` along axis 4 and `columns` along axis 5 from `at`; dense in the slots.
struct Tile {
  Space at;
  int64_t rows, columns;
  int64_t count() const { return rows * columns; }
};

/// How a space is cut into tiles: several rows where they are short, parts of a row otherwise.
struct Tiling {
  Space size = {};
  int64_t rows = 1, columns = 1;  // of a whole tile
  Space grid = {};                // tiles along each axis

  /// The tile at a point of the grid; those at the ends may be smaller.
  Tile tile(const Space& point) const;
  /// Whether the elements of every tile are neighbours.
  bool dense(const Space& stride) const;
};
Tiling tiling_of(const Space& size);

/// A program made ready for a tier.
struct Pointwise {
  /// How an input comes into a tile: where it lies, as 16 elements that repeat (in place, or
  /// copies of them or of one), or copied to a slot. What is copied stays while its place does not
  /// change.
  struct Source {
    enum class Kind { in_place, repeated, copies, slot } kind;
    Space stride;
    LoadRow load;
    int64_t slot;  // floats from the first slot
  };
  struct Command {
    PointwiseStep step;
    std::array<int32_t, 3> from;
    float alpha, beta;
    int64_t slot;
    int32_t output;  // written to instead of the slot, or −1
  };

  Tier tier;
  Tiling tiling;
  std::vector<Source> sources = {};
  std::vector<Command> commands = {};
  int64_t slot_floats = 0;

  int32_t values() const { return static_cast<int32_t>(sources.size() + commands.size()); }
};
/// Values of `kept` are read after the program.
Pointwise plan_pointwise(const Program& program, Tier tier, std::span<const int32_t> kept);
int64_t scratch_bytes(const Pointwise& plan);

/// Runs a program tile by tile, on one thread.
class TileRunner {
 public:
  TileRunner(const Pointwise& plan, const void* const* inputs, float* scratch);

  /// All values of a tile; they last until the next one. `outputs` are the places of the tile in
  /// the outputs that commands write to.
  const Operand* run(const Tile& tile, float* const* outputs);

 private:
  struct Place {
    int64_t offset, count;
  };
  void load(size_t input, const Tile& tile);

  const Pointwise& plan_;
  const void* const* inputs_;
  Operand* values_;
  Place* places_;  // of what the slots of the sources hold
  float* slots_;
};

}  // namespace convoy::cpu
