// How a thread goes through its share of a Winograd convolution.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/winograd.cc"
#include <algorithm>
#include <cstdint>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/winograd_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// Products and output transforms of the chunk, as many output channels at a time as the cache
/// holds.
void Multiply(const WinogradConv& p, const WinogradArrays& at, const WinogradChunk& chunk,
              const float* v, Range outputs, float* m) {
  const ConvGeometry& g = p.geometry;
  const int64_t size = outputs.end - outputs.begin;
  const int64_t units = (size + p.unit_outputs - 1) / p.unit_outputs;
  const int64_t parts = (size + p.chunk_outputs - 1) / p.chunk_outputs;
  for (int64_t part = 0; part < parts; ++part) {
    const Range r = share(units, part, parts);
    const Range some{outputs.begin + r.begin * p.unit_outputs,
                     std::min(outputs.begin + r.end * p.unit_outputs, outputs.end)};
    WinogradProduct(p, chunk, v, at.conv.weights + some.begin / p.register_outputs * p.weights_tile,
                    {{0, g.kernel[0]}, {0, g.channels}}, some, m);
    WinogradOutput(p, at.conv, chunk, some, m);
  }
}

/// The same where weights are transformed late: for some register tiles of outputs after the
/// others, each with all tiles of the chunk. Of the input, which these register tiles read one
/// after the other, some channels at a time stay in the cache.
void MultiplyLate(const WinogradConv& p, const WinogradArrays& at, const WinogradChunk& chunk,
                  const float* v, Range outputs, float* m, float* u) {
  const ConvGeometry& g = p.geometry;
  for (int64_t unit = outputs.begin; unit < outputs.end; unit += p.unit_outputs) {
    const Range some{unit, std::min(unit + p.unit_outputs, outputs.end)};
    for (int64_t slice = 0; slice < g.kernel[0]; ++slice)
      for (int64_t c = 0; c < g.channels; c += p.late_channels) {
        const Range channels{c, std::min(c + p.late_channels, g.channels)};
        for (int64_t o = some.begin; o < some.end; o += p.register_outputs) {
          const Range tile{o, std::min(o + p.register_outputs, some.end)};
          float* const m_tile = m + (o - unit) / block * p.output.block + (o - unit) % block;
          if (p.few) {
            WinogradFew(p, chunk, v, at.conv.weights, channels, o, m_tile);
            continue;
          }
          WinogradWeights(p, at.conv.weights, slice, channels, tile, u);
          WinogradProduct(p, chunk, v, u, {{slice, slice + 1}, channels}, tile, m_tile);
        }
      }
    WinogradOutput(p, at.conv, chunk, some, m);
  }
}

/// Calls `function` with the tiles of a run in chunks of nearly the same size.
template <class Function>
void ForChunks(const WinogradConv& p, Range tiles, const Function& function) {
  const int64_t count = tiles.end - tiles.begin;
  const int64_t parts = (count + p.chunk_tiles - 1) / p.chunk_tiles;
  for (int64_t part = 0; part < parts; ++part) {
    const Range r = share(count, part, parts);
    function(Range{tiles.begin + r.begin, tiles.begin + r.end});
  }
}

Range depth_chunk(const WinogradConv& p, int64_t index) {
  return share(p.geometry.out[0], index, p.depth_chunks());
}

/// The only phase: pieces are tiles of a chunk of the depth, chunk after chunk.
void Whole(const WinogradConv& p, const WinogradArrays& at, Range range, float* scratch) {
  const Range blocks{0, blocks_of(p.geometry.channels)};
  const Range outputs{0, whole_blocks(p.geometry.outputs)};
  float* v = scratch;
  float* m = scratch + p.input.size;
  while (range.begin < range.end) {
    const int64_t depth = range.begin / p.tiles, first = depth * p.tiles;
    const int64_t end = std::min(range.end, first + p.tiles);
    ForChunks(p, {range.begin - first, end - first}, [&](Range tiles) {
      const WinogradChunk chunk = winograd_chunk(p, tiles, depth_chunk(p, depth));
      WinogradInput(p, at.conv.x, chunk, blocks, v);
      Multiply(p, at, chunk, v, outputs, m);
    });
    range.begin = end;
  }
}

/// The first of two phases: pieces are slices of blocks of input channels.
void SharedInput(const WinogradConv& p, const WinogradArrays& at, Range range) {
  const int64_t depth = p.geometry.in[0];
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t b = item / depth, slice = item % depth;
    WinogradChunk chunk;
    chunk.tiles = p.tiles;
    chunk.in = {slice, slice + 1};
    WinogradInput(p, at.conv.x, chunk, {b, b + 1}, at.shared + slice * p.input.slice);
  }
}

/// The second: pieces are runs of output channels.
void SharedOutput(const WinogradConv& p, const WinogradArrays& at, Range range, float* scratch) {
  const Range outputs{range.begin * p.unit_outputs,
                      std::min(range.end * p.unit_outputs, whole_blocks(p.geometry.outputs))};
  for (int64_t depth = 0; depth < p.depth_chunks(); ++depth)
    ForChunks(p, {0, p.tiles}, [&](Range tiles) {
      const WinogradChunk chunk = winograd_chunk(p, tiles, depth_chunk(p, depth));
      const float* v = at.shared + chunk.in.begin * p.input.slice + tiles.begin * block;
      if (p.late_channels > 0)
        MultiplyLate(p, at, chunk, v, outputs, scratch, scratch + p.output.size);
      else
        Multiply(p, at, chunk, v, outputs, scratch);
    });
}

}  // namespace

void Run(const WinogradConv& plan, int phase, const WinogradArrays& at, Range range,
         Worker& worker) {
  worker.ran |= HWY_TARGET;
  if (plan.phases == 1)
    Whole(plan, at, range, worker.scratch);
  else if (phase == 0)
    SharedInput(plan, at, range);
  else
    SharedOutput(plan, at, range, worker.scratch);
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(Run);

WinogradKernel winograd_kernel(Tier tier) { return HWY_DISPATCH_TABLE(Run)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
