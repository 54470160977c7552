// Which item computes what: the walk over tiles of outputs and rows, and the segments of a row.
#include <algorithm>

#include "convoy/cpu/kernels/conv_direct_work.h"
#include "convoy/cpu/kernels/conv_taps.h"

namespace convoy::cpu {

namespace {

alignas(64) constexpr std::array<float, 64> zeros{};  // the bias of a tile that has none

/// Taps of an axis that meet the image for output `o`.
Range taps_inside(const ConvGeometry& g, size_t axis, int64_t o) {
  const int64_t at = o * g.stride[axis] - g.begin[axis];
  const int64_t step = g.dilation[axis];
  const int64_t first = at >= 0 ? 0 : (-at + step - 1) / step;
  const int64_t last = at >= g.in[axis] ? 0 : (g.in[axis] - at + step - 1) / step;
  return {std::min(first, g.kernel[axis]), std::min(last, g.kernel[axis])};
}

struct Item {
  int64_t image, group, depth;
  Range rows, pixels, vectors;
  int64_t visit, visits;  // of how many items in a row with the same outputs this is the which
};

struct Counts {
  int64_t row_parts, vector_parts;
};
Counts counts(const DirectConv& plan) {
  return {(plan.geometry.out[1] + plan.item_rows - 1) / plan.item_rows,
          (plan.vectors + plan.item_vectors - 1) / plan.item_vectors};
}

/// Neighbours share their pixels, or their outputs.
Item item_of(const DirectConv& plan, int64_t index) {
  const Counts parts = counts(plan);
  const ConvGeometry& g = plan.geometry;
  const auto next = [&index](int64_t count) {
    const int64_t part = index % count;
    index /= count;
    return part;
  };
  int64_t vectors = 0;
  Item item{};
  item.visits = 1;
  if (plan.outputs_first) {
    item.visits = plan.bands * parts.row_parts * g.out[0] * g.batch;
    item.visit = index % item.visits;
  } else {
    vectors = next(parts.vector_parts) * plan.item_vectors;
  }
  const int64_t band = next(plan.bands);
  const int64_t row = next(parts.row_parts) * plan.item_rows;
  item.depth = next(g.out[0]);
  if (plan.outputs_first) {
    item.image = next(g.batch);
    vectors = next(parts.vector_parts) * plan.item_vectors;
    item.group = index;
  } else {
    item.group = next(g.groups);
    item.image = index;
  }
  item.rows = {row, std::min(row + plan.item_rows, g.out[1])};
  item.pixels = {band_begin(plan, band), band_begin(plan, band + 1)};
  item.vectors = {vectors, std::min(vectors + plan.item_vectors, plan.vectors)};
  return item;
}

/// Columns that a tile of a plain image reads at most.
int64_t edge_line(const DirectConv& plan) {
  return reach(plan.geometry, 2, std::clamp<int64_t>(plan.max_pixels, 1, max_tile_pixels));
}

/// Floats of each part of the scratch memory, in its order, multiples of 16.
struct Scratch {
  int64_t segments, offsets, edge, copy, outputs, bias;
  int64_t total() const { return segments + 2 * offsets + edge + copy + 2 * outputs + bias; }
};
Scratch scratch(const DirectConv& plan) {
  const ConvGeometry& g = plan.geometry;
  const auto whole = [](int64_t floats) { return whole_blocks(floats); };
  const auto floats_of = [&](int64_t count, size_t bytes) {
    return whole(count * static_cast<int64_t>(bytes / sizeof(float)));
  };
  const int64_t parts = g.plain_input ? g.channels : blocks_of(g.channels) + 1;
  const int64_t rows = g.kernel[0] * g.kernel[1] * parts;
  Scratch s{};
  s.segments = floats_of(rows, sizeof(Segment));
  if (g.plain_input) s.offsets = floats_of(rows * g.kernel[2], sizeof(int64_t));
  if (plan.copied) {
    s.copy = whole(parts * g.kernel[0] * reach(g, 1, plan.item_rows) *
                   reach(g, 2, plan.max_pixels) * column_of(plan));
  } else if (g.plain_input) {
    s.edge = whole(rows * edge_line(plan)) + block;
  } else {
    s.edge = whole(max_tile_pixels * g.stride[2] * g.x.axis[2] + block);
  }
  if (plan.scattered) {
    s.outputs = whole(plan.tile_vectors * plan.max_pixels * plan.lanes);
    s.bias = whole(plan.vectors * plan.lanes);
  }
  return s;
}

/// Where rows were copied to, of each channel of a plain image, or else block of channels.
struct Copy {
  float* data;
  int64_t rows, columns, kernel_depth, column;
  float* row(int64_t part, int64_t kd, int64_t h) const {
    return data + ((part * kernel_depth + kd) * rows + h) * columns * column;
  }
};

/// The first channel (of a plain image) or block that a group reads, and the one after the last.
Range parts_of(const ConvGeometry& g, int64_t group) {
  const int64_t first = group * g.channels;
  if (g.plain_input) return {first, first + g.channels};
  return {first / block, blocks_of(first + g.channels)};
}

/// The rows that an item reads, with their padding at both sides. Rows in the padding are zeros in
/// copies of plain images; of others they are neither copied nor read.
Copy copy_rows(const DirectConv& plan, const Item& item, const float* image, float* to) {
  const ConvGeometry& g = plan.geometry;
  const int64_t column = column_of(plan);
  const Copy copy{to, reach(g, 1, item.rows.end - item.rows.begin),
                  reach(g, 2, item.pixels.end - item.pixels.begin), g.kernel[0], column};
  const int64_t top = item.rows.begin * g.stride[1] - g.begin[1];
  const int64_t left = item.pixels.begin * g.stride[2] - g.begin[2];
  const int64_t first = std::clamp<int64_t>(-left, 0, copy.columns);
  const int64_t last = std::clamp<int64_t>(g.in[2] - left, first, copy.columns);
  const Range taps = g.plain_input ? Range{0, g.kernel[0]} : taps_inside(g, 0, item.depth);
  const Range parts = parts_of(g, item.group);
  for (int64_t part = parts.begin; part < parts.end; ++part)
    for (int64_t kd = taps.begin; kd < taps.end; ++kd) {
      const int64_t d = item.depth * g.stride[0] - g.begin[0] + kd * g.dilation[0];
      for (int64_t r = 0; r < copy.rows; ++r) {
        float* const row = copy.row(part - parts.begin, kd, r);
        if (d < 0 || d >= g.in[0] || top + r < 0 || top + r >= g.in[1]) {
          if (g.plain_input) std::fill(row, row + copy.columns * column, 0.f);
          continue;
        }
        const float* const from = image + part * g.x.channel + d * g.x.axis[0] +
                                  (top + r) * g.x.axis[1] + left * g.x.axis[2];
        std::fill(row, row + first * column, 0.f);
        if (g.x.axis[2] == column) {
          std::copy(from + first * column, from + last * column, row + first * column);
        } else {
          for (int64_t i = first; i < last; ++i)
            std::copy_n(from + i * g.x.axis[2], column, row + i * column);
        }
        std::fill(row + last * column, row + copy.columns * column, 0.f);
      }
    }
  return copy;
}

struct Walk {
  const DirectConv& plan;
  const ConvArrays& at;
  const ConvGeometry& g = plan.geometry;
  Segment* segments = nullptr;
  int64_t* offsets = nullptr;  // of plain images, in the image and in copies of it
  int64_t* edge_offsets = nullptr;
  float* edge = nullptr;
  float* copied = nullptr;
  float* outputs = nullptr;   // of a tile whose outputs are scattered
  float* residual = nullptr;  // likewise
  float* bias = nullptr;      // of a group whose outputs are scattered

  /// The segments of output row (item.depth, h); how many.
  int64_t list_segments(const Item& item, int64_t h, const Copy& copy) const {
    const Range depths = taps_inside(g, 0, item.depth), rows = taps_inside(g, 1, h);
    int64_t count = 0;
    for (int64_t kd = depths.begin; kd < depths.end; ++kd)
      for (int64_t kh = rows.begin; kh < rows.end; ++kh)
        for (int64_t c = 0, end; c < g.channels; c = end) {
          end = segment_end(g, item.group, c);
          Segment& segment = segments[count++];
          segment.step = ((kd * g.kernel[1] + kh) * g.channels + c) * g.kernel[2];
          segment.steps = end - c;
          const int64_t channel = item.group * g.channels + c;
          const int64_t part = channel / block, lane = channel % block;
          if (plan.copied) {
            segment.x = copy.row(part - parts_of(g, item.group).begin, kd,
                                 (h - item.rows.begin) * g.stride[1] + kh * g.dilation[1]) +
                        lane;
            continue;
          }
          const int64_t in_depth = item.depth * g.stride[0] - g.begin[0] + kd * g.dilation[0];
          const int64_t in_row = h * g.stride[1] - g.begin[1] + kh * g.dilation[1];
          segment.x = at.x + item.image * g.x.batch + part * g.x.channel + in_depth * g.x.axis[0] +
                      in_row * g.x.axis[1] + lane;
        }
    return count;
  }

  /// Rows of a plain image that the kernel meets for output row (item.depth, h), in the order of
  /// the weights; whether none is padding.
  bool list_rows(const Item& item, int64_t h) const {
    const float* const image =
        at.x + item.image * g.x.batch + item.group * g.channels * g.x.channel;
    bool inside = true;
    Segment* row = segments;
    for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
      for (int64_t kh = 0; kh < g.kernel[1]; ++kh) {
        const int64_t d = item.depth * g.stride[0] - g.begin[0] + kd * g.dilation[0];
        const int64_t r = h * g.stride[1] - g.begin[1] + kh * g.dilation[1];
        const bool padding = d < 0 || d >= g.in[0] || r < 0 || r >= g.in[1];
        inside &= !padding;
        for (int64_t c = 0; c < g.channels; ++c)
          (row++)->x =
              padding ? nullptr : image + c * g.x.channel + d * g.x.axis[0] + r * g.x.axis[1];
      }
    return inside;
  }

  /// Where the steps of a kernel over a plain image lie, in the order of the weights.
  void list_offsets(const Copy& copy) const {
    int64_t step = 0, row = 0;
    for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
      for (int64_t kh = 0; kh < g.kernel[1]; ++kh)
        for (int64_t c = 0; c < g.channels; ++c, ++row) {
          const int64_t first = plan.copied
                                    ? copy.row(c, kd, kh * g.dilation[1]) - copy.data
                                    : kd * g.dilation[0] * g.x.axis[0] +
                                          kh * g.dilation[1] * g.x.axis[1] + c * g.x.channel;
          for (int64_t kw = 0; kw < g.kernel[2]; ++kw, ++step) {
            offsets[step] = first + kw * g.dilation[2] * column_of(plan);
            edge_offsets[step] = row * edge_line(plan) + kw * g.dilation[2];
          }
        }
  }

  /// Pixel 0 of row (d, h) of output channel `channel` in y or the residual.
  template <class T>
  static T* output(T* array, const Strides& s, const Item& item, int64_t h, int64_t channel) {
    return array + item.image * s.batch + channel / block * s.channel + item.depth * s.axis[0] +
           h * s.axis[1] + channel % block;
  }

  /// Moves the lanes of a scattered tile between y (or the residual) and scratch.
  template <class Move>
  void scatter(const Strides& s, const Item& item, int64_t h, int64_t vector, int64_t vectors,
               const Move& move) const {
    const int64_t pixels = item.pixels.end - item.pixels.begin;
    const int64_t first = vector * plan.lanes;
    const int64_t last = std::min((vector + vectors) * plan.lanes, g.outputs);
    for (int64_t o = first; o < last; ++o) {
      const int64_t channel = item.group * g.outputs + o;
      const int64_t there = item.image * s.batch + channel / block * s.channel +
                            item.depth * s.axis[0] + h * s.axis[1] + channel % block +
                            item.pixels.begin * s.axis[2];
      const int64_t here =
          (o - first) / plan.lanes * pixels * plan.lanes + (o - first) % plan.lanes;
      for (int64_t i = 0; i < pixels; ++i) move(here + i * plan.lanes, there + i * s.axis[2]);
    }
  }

  void run(const Item& item, const std::array<TileKernel, 3>& kernels) const {
    TileRun run{};
    run.segments = segments;
    run.taps = g.kernel[2];
    run.dilation = g.dilation[2];
    run.column = column_of(plan);
    run.stride = g.stride[2];
    run.begin = plan.copied ? item.pixels.begin * g.stride[2] : g.begin[2];
    run.first = item.pixels.begin;
    run.count = item.pixels.end - item.pixels.begin;
    run.epilogue = &plan.epilogue;
    run.edge = edge;
    Copy copy{};
    if (plan.copied) copy = copy_rows(plan, item, at.x + item.image * g.x.batch, copied);
    run.width = plan.copied ? copy.columns : g.in[2];

    const int64_t steps = g.channels * product(g.kernel);
    if (g.plain_input) list_offsets(copy);
    run.offsets = offsets;
    run.edge_offsets = edge_offsets;
    run.steps = steps;
    run.edge_line = edge_line(plan);
    for (int64_t v = item.vectors.begin, size; v < item.vectors.end; v += size) {
      size = vectors_of_tile(plan, v);
      const int64_t first = v * plan.lanes;
      run.weights = at.weights + (item.group * plan.vectors * plan.lanes + first) * steps;
      run.far = size * plan.lanes * steps > nearest_cache;
      run.bias = at.bias == nullptr ? zeros.data()
                 : plan.scattered   ? bias + first
                                    : at.bias + item.group * g.outputs + first;
      const Range ahead = lines_ahead(item, v + size, steps);
      for (int64_t h = item.rows.begin; h < item.rows.end; ++h) {
        if (!g.plain_input) {
          run.segment_count = list_segments(item, h, copy);
        } else if (plan.copied) {
          run.x = copy.row(0, 0, (h - item.rows.begin) * g.stride[1]);
        } else {
          run.segment_count = g.kernel[0] * g.kernel[1] * g.channels;
          run.x = list_rows(item, h) ? segments->x : nullptr;
        }
        const Range lines =
            share(ahead.end - ahead.begin, h - item.rows.begin, item.rows.end - item.rows.begin);
        run.ahead = at.weights + (ahead.begin + lines.begin) * block;
        run.ahead_lines = lines.end - lines.begin;
        place(run, item, h, v, size);
        kernels[shape_slot(size)](run);
        if (plan.scattered)
          scatter(g.y, item, h, v, size,
                  [&](int64_t here, int64_t there) { at.y[there] = outputs[here]; });
      }
    }
  }

  /// The part that an item fetches of the next tile's weights, in lines of the packed ones: those
  /// of vector `next` and what follows it, or of the group's first where the walk comes back to
  /// them. None where the cache could not hold them until they are needed.
  Range lines_ahead(const Item& item, int64_t next, int64_t steps) const {
    const int64_t all = plan.vectors * g.groups;
    int64_t vector = item.group * plan.vectors + next;
    if (!plan.outputs_first && next == plan.vectors) vector = item.group * plan.vectors;
    const int64_t vectors = std::min(plan.tile_vectors, all - vector);
    const int64_t floats = vectors * plan.lanes * steps;
    if (plan.vectors <= plan.tile_vectors || floats > cache_of_weights) return {0, 0};
    const int64_t first = vector * plan.lanes * steps / block;
    const Range part = share(floats / block, item.visit, item.visits);
    return {first + part.begin, first + part.end};
  }

  /// Where the run of a tile's outputs goes, and its residual comes from.
  void place(TileRun& run, const Item& item, int64_t h, int64_t vector, int64_t vectors) const {
    const bool residuals = plan.epilogue.residual != Epilogue::Residual::none;
    run.y_step = plan.scattered ? plan.lanes : g.y.axis[2];
    run.residual_step = plan.scattered ? plan.lanes : g.residual.axis[2];
    for (int64_t j = 0; j < vectors; ++j) {
      const size_t slot = static_cast<size_t>(j);
      if (plan.scattered) {
        const int64_t offset = (j * run.count - run.first) * plan.lanes;
        run.y[slot] = outputs + offset;
        if (residuals) run.residual[slot] = residual + offset;
      } else {
        const int64_t channel = item.group * g.outputs + (vector + j) * plan.lanes;
        run.y[slot] = output(at.y, g.y, item, h, channel);
        if (residuals) run.residual[slot] = output(at.residual, g.residual, item, h, channel);
      }
    }
    if (plan.scattered && residuals)
      scatter(g.residual, item, h, vector, vectors,
              [&](int64_t here, int64_t there) { residual[here] = at.residual[there]; });
  }
};

}  // namespace

int64_t items(const DirectConv& plan) {
  if (product(plan.geometry.out) == 0) return 0;
  const Counts parts = counts(plan);
  return plan.geometry.batch * plan.geometry.groups * plan.geometry.out[0] * parts.row_parts *
         plan.bands * parts.vector_parts;
}

int64_t scratch_bytes(const DirectConv& plan) {
  return scratch(plan).total() * static_cast<int64_t>(sizeof(float));
}

void run_items(const DirectConv& plan, const ConvArrays& at, Range range, Worker& worker,
               const std::array<TileKernel, 3>& kernels) {
  const ConvGeometry& g = plan.geometry;
  const Scratch sizes = scratch(plan);
  Walk walk{plan, at};
  walk.segments = reinterpret_cast<Segment*>(worker.scratch);
  walk.offsets = reinterpret_cast<int64_t*>(worker.scratch + sizes.segments);
  walk.edge_offsets = walk.offsets + sizes.offsets / 2;
  walk.edge = worker.scratch + sizes.segments + 2 * sizes.offsets;
  walk.copied = walk.edge + sizes.edge;
  walk.outputs = walk.copied + sizes.copy;
  walk.residual = walk.outputs + sizes.outputs;
  walk.bias = walk.residual + sizes.outputs;
  for (int64_t index = range.begin; index < range.end; ++index) {
    const Item item = item_of(plan, index);
    if (plan.scattered && at.bias != nullptr)
      std::copy_n(at.bias + item.group * g.outputs, g.outputs, walk.bias);
    walk.run(item, kernels);
  }
}

}  // namespace convoy::cpu
