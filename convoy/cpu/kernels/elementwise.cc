#include "convoy/cpu/kernels/elementwise.h"

#include <algorithm>

namespace convoy::cpu {

namespace {

// Outputs that are dense in every tile are written by the instruction that makes them, unless a
// later one still reads an input, whose place the output may have taken.
void write_directly(Elementwise& plan, const Program& program) {
  const auto inputs = static_cast<int32_t>(program.inputs.size());
  int32_t last_read = 0;
  for (size_t i = 0; i < program.code.size(); ++i)
    for (size_t k = 0; k < operands_of(program.code[i].op); ++k)
      if (program.code[i].from[k] < inputs) last_read = static_cast<int32_t>(i);
  for (size_t k = 0; k < plan.outputs.size(); ++k) {
    const auto& [value, to] = plan.outputs[k];
    auto& command = plan.program.commands[static_cast<size_t>(value - inputs)];
    const bool dense = to.dtype == DType::float32 && plan.program.tiling.dense(to.stride);
    if (!dense || value - inputs < last_read || command.output >= 0) continue;
    command.output = static_cast<int32_t>(k);
    plan.stores[k] = nullptr;
  }
}

void store(const Output& output, StoreRow row, const Tile& tile, const float* from, void* array) {
  const int64_t first = offset_of(tile.at, output.to.stride);
  for (int64_t r = 0; r < tile.rows; ++r)
    row(from + r * tile.columns, tile.columns, array, first + r * output.to.stride[4],
        output.to.stride[5]);
}

}  // namespace

Elementwise plan_elementwise(Program program, std::vector<Output> outputs, Tier tier) {
  std::vector<Space*> strides;
  for (Access& access : program.inputs) strides.push_back(&access.stride);
  for (Output& output : outputs) strides.push_back(&output.to.stride);
  collapse(program.size, strides);

  std::vector<int32_t> kept;
  for (Output& output : outputs) {
    if (static_cast<size_t>(output.value) < program.inputs.size()) {  // stores take whole tiles
      program.code.push_back({Fused::copy, {output.value}});
      output.value = static_cast<int32_t>(program.inputs.size() + program.code.size() - 1);
    }
    kept.push_back(output.value);
  }
  Elementwise plan{plan_pointwise(program, tier, kept), std::move(outputs), {}};
  for (const Output& output : plan.outputs) plan.stores.push_back(store_row(output.to.dtype, tier));
  write_directly(plan, program);
  return plan;
}

int64_t items(const Elementwise& plan) { return volume(plan.program.tiling.grid); }

int64_t scratch_bytes(const Elementwise& plan) {
  return scratch_bytes(plan.program) +
         static_cast<int64_t>(plan.outputs.size() * sizeof(float*) + 63) / 64 * 64;
}

void run_elementwise(const Elementwise& plan, const ElementwiseArrays& at, Range range,
                     Worker& worker) {
  worker.ran |= target_bit(plan.program.tier);
  const Tiling& tiling = plan.program.tiling;
  auto* direct = reinterpret_cast<float**>(reinterpret_cast<std::byte*>(worker.scratch) +
                                           scratch_bytes(plan.program));
  TileRunner runner(plan.program, at.inputs, worker.scratch);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const Tile tile = tiling.tile(point_of(item, tiling.grid));
    for (size_t k = 0; k < plan.outputs.size(); ++k)
      if (!plan.stores[k])
        direct[k] =
            static_cast<float*>(at.outputs[k]) + offset_of(tile.at, plan.outputs[k].to.stride);
    const Operand* values = runner.run(tile, direct);
    for (size_t k = 0; k < plan.outputs.size(); ++k)
      if (plan.stores[k])
        store(plan.outputs[k], plan.stores[k], tile, values[plan.outputs[k].value].at,
              at.outputs[k]);
  }
}

}  // namespace convoy::cpu
