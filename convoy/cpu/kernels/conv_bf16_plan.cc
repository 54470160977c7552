// The copy, the items and the packed weights of a bfloat16 convolution.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>

#include "convoy/cpu/kernels/conv_bf16_work.h"

namespace convoy::cpu {

namespace {

bool dense(const Strides& strides, const Axes& size) {
  return strides.axis[2] == block && strides.axis[1] == size[2] * block &&
         (size[0] == 1 || strides.axis[0] == size[1] * size[2] * block);
}

/// A 1×1 convolution of dense images sees one long row.
void collapse(ConvGeometry& g, bool residual) {
  const Axes ones{1, 1, 1}, zeros{0, 0, 0};
  if (g.plain_input || g.kernel != ones || g.stride != ones || g.begin != zeros || g.in != g.out)
    return;
  if (!dense(g.x, g.in) || !dense(g.y, g.out) || (residual && !dense(g.residual, g.out))) return;
  g.in = g.out = {1, 1, product(g.in)};
}

/// Groups together until they begin at whole blocks: the zeros between them cost less than channels
/// that must be taken apart.
int64_t joined_groups(const ConvGeometry& g) {
  if (g.groups == 1) return 1;
  const int64_t channels = block / std::gcd(block, g.channels);
  const int64_t outputs = block / std::gcd(block, g.outputs);
  return std::min(g.groups, std::max(channels, outputs));  // both are powers of two
}

/// Columns, counted from the first tap's, where the windows begin that hold all taps of a row.
std::vector<int64_t> window_starts(const ConvGeometry& g, int64_t window) {
  std::vector<int64_t> starts;
  for (int64_t k = 0; k < g.kernel[2]; ++k) {
    const int64_t column = k * g.dilation[2];
    if (starts.empty() || column >= starts.back() + window) starts.push_back(column);
  }
  return starts;
}

int64_t count_steps(const ConvGeometry& g, int64_t unit, int64_t products) {
  const auto windows = static_cast<int64_t>(window_starts(g, products / unit).size());
  return (g.channels + unit - 1) / unit * g.kernel[0] * g.kernel[1] * windows;
}

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// How an item's loops would go, in cycles of one core, roughly.
struct Cost {
  const Bf16Conv& plan;
  int threads;

  double of(int64_t rows, int64_t columns, int64_t blocks) const {
    const ConvGeometry& g = plan.geometry;
    const int64_t all_blocks = blocks_of(g.outputs);
    const int64_t strips =
        g.batch * g.groups * g.out[0] * divide_up(g.out[1], rows) * divide_up(g.out[2], columns);
    const int64_t parts = divide_up(all_blocks, blocks);
    const int64_t mine = std::max<int64_t>(1, divide_up(strips * parts, threads));
    const int64_t copies = divide_up(mine, parts);
    const int64_t tile = product_size(plan.set).tile;
    const int64_t positions = (rows - 1) * row_positions(plan) + columns;
    const auto steps = static_cast<double>(blocks * plan.steps);
    const double step_cycles =
        plan.set == Bf16Set::amx ? 20 : static_cast<double>(plan.step_products / 2 * tile);
    constexpr double finish = 7, copy = 1. / 24, near = 1. / 32, far = 1. / 8;  // per byte
    const double weight_bytes = steps * static_cast<double>(step_bytes(plan));
    const double weights = static_cast<double>(all_blocks * plan.steps * step_bytes(plan));
    const double size = static_cast<double>(plan.units * g.kernel[0] * reach(g, 1, rows) *
                                            (plan.pitch - (g.out[2] - columns) * g.stride[2])) *
                        static_cast<double>(pixel_bytes(plan));
    const double once = weights / static_cast<double>(parts) > (1 << 20)
                            ? static_cast<double>(mine)
                            : static_cast<double>(divide_up(mine, copies));
    return static_cast<double>(mine) *
               (static_cast<double>(divide_up(positions, tile)) * steps * step_cycles +
                static_cast<double>(rows * columns * blocks) * finish + weight_bytes * near + 200) +
           (plan.in_place ? 0 : static_cast<double>(copies) * size * copy) +
           once * weight_bytes * far;
  }
};

constexpr int64_t few_plain_channels = 4;
constexpr int64_t copy_limit =
    384 * 1024;  // bytes that stay in a second-level cache beside weights

void choose_items(Bf16Conv& plan, int threads) {
  const ConvGeometry& g = plan.geometry;
  const int64_t height = std::max<int64_t>(1, g.out[1]), width = std::max<int64_t>(1, g.out[2]);
  const int64_t blocks = blocks_of(g.outputs);
  const Cost cost{plan, std::max(1, threads)};
  double best = 0;
  const auto consider = [&](int64_t rows, int64_t columns) {
    for (int64_t parts = 1; parts == 1 || (!plan.depthwise && divide_up(blocks, parts) > 1);
         parts *= 2) {
      int64_t part = divide_up(blocks, parts);
      if (part < blocks) part = (part + 1) / 2 * 2;
      const double c = cost.of(rows, columns, part);
      if (best == 0 || c < best) {
        best = c;
        plan.item_rows = rows;
        plan.item_columns = columns;
        plan.item_blocks = part;
      }
    }
  };
  for (int64_t count = 1; count <= height; ++count) {
    const int64_t rows = divide_up(height, count);
    if (plan.in_place || copy_bytes(plan, rows) <= copy_limit) consider(rows, width);
  }
  if (best == 0 || height == 1) {
    const int64_t per_column =
        std::max<int64_t>(1, copy_bytes(plan, 1) / std::max<int64_t>(1, plan.pitch) * g.stride[2]);
    const int64_t chunk = chunk_positions(plan);
    const int64_t most = std::max(chunk, copy_limit / per_column / chunk * chunk);
    for (int64_t count = divide_up(width, most); count <= 64 + divide_up(width, most); ++count) {
      const int64_t columns = std::min(width, divide_up(divide_up(width, count), chunk) * chunk);
      consider(1, columns);
      if (columns <= chunk) break;
    }
  }
}

/// Whether products take pixels where they lie: that leaves half of a tile unused, which costs
/// nothing where sums are finished more slowly than multiplied, and spares the copy.
bool reads_in_place(const Bf16Conv& plan) {
  const ConvGeometry &g = plan.geometry, &layer = plan.layer;
  const Axes ones{1, 1, 1}, zeros{0, 0, 0};
  if (g.plain_input || plan.depthwise || g.kernel != ones || g.stride != ones || g.begin != zeros)
    return false;
  if (g.in != g.out || g.in[0] != 1 || g.in[1] != 1 || g.x.axis[2] != block) return false;
  if (g.channels % block != 0 || layer.groups * layer.channels % block != 0) return false;
  const ProductSize size = product_size(plan.set);
  if (g.out[2] < size.tile * size.tiles) return false;  // the last tiles read pixels before theirs
  if (g.channels / block * g.x.channel * 2 > std::numeric_limits<int32_t>::max()) return false;
  constexpr int64_t few_channels = 128;
  return plan.set == Bf16Set::avx512_bf16 || g.channels <= few_channels;
}

/// Tiles take 32 products at once, be there as many or not: where a row has several taps of few
/// channels, they take neighbours together. Vectors take two products at once.
void choose_steps(Bf16Conv& plan) {
  const ConvGeometry& g = plan.geometry;
  const bool tiles = plan.set == Bf16Set::amx;
  constexpr int64_t most = 2 * block;
  plan.step_products = tiles && !plan.in_place ? most : block;
  plan.unit = block;
  if (g.plain_input) {
    plan.unit = few_plain_channels;
    const int64_t row = (g.kernel[2] - 1) * g.dilation[2] + 1;
    plan.step_products = tiles ? most : std::min(most, row * plan.unit);
  } else if (tiles && !plan.in_place && count_steps(g, most, most) <= count_steps(g, block, most)) {
    plan.unit = most;
  }
}

uint16_t rounded(float value) { return BFloat16(value).bits; }

/// A block-diagonal matrix of the groups that were joined; null where channel and output belong to
/// different ones, or to none.
const float* weight_of(const Bf16Conv& plan, const WeightView& view, int64_t group, int64_t o,
                       int64_t c) {
  const ConvGeometry& layer = plan.layer;
  const int64_t inner = o / layer.outputs;
  if (o >= plan.geometry.outputs || c >= plan.geometry.channels || inner != c / layer.channels)
    return nullptr;
  const int64_t g = group * plan.joined + inner;
  if (g >= layer.groups) return nullptr;
  return view.data + view.first + g * view.group + o % layer.outputs * view.output +
         c % layer.channels * view.channel;
}

void pack_depthwise_block(const Bf16Conv& plan, const WeightView& view, int64_t b, float* to) {
  const Axes& kernel = plan.geometry.kernel;
  for (int64_t kd = 0; kd < kernel[0]; ++kd)
    for (int64_t kh = 0; kh < kernel[1]; ++kh)
      for (int64_t kw = 0; kw < kernel[2]; ++kw)
        for (int64_t c = b * block; c < (b + 1) * block; ++c)
          *to++ = c < plan.layer.groups
                      ? static_cast<float>(BFloat16(view.at(c, 0, 0, {kd, kh, kw})))
                      : 0.f;
}

}  // namespace

Bf16Conv plan_bf16(const ConvGeometry& geometry, const Epilogue& epilogue,
                   const Bf16ConvOptions& options) {
  Bf16Conv plan;
  plan.layer = plan.geometry = geometry;
  plan.epilogue = epilogue;
  plan.set = options.set;
  plan.float_output = options.float_output;
  ConvGeometry& g = plan.geometry;
  collapse(g, epilogue.residual != Epilogue::Residual::none);
  plan.joined = joined_groups(g);
  g.groups = divide_up(g.groups, plan.joined);
  g.channels *= plan.joined;
  g.outputs *= plan.joined;
  plan.depthwise = options.set == Bf16Set::avx512_bf16 && geometry.channels == 1 &&
                   geometry.outputs == 1 && geometry.groups > 1;

  plan.in_place = reads_in_place(plan);

  choose_steps(plan);
  plan.units = divide_up(g.channels, plan.unit);
  const int64_t window = plan.step_products / plan.unit;
  plan.starts = window_starts(g, window);
  plan.steps = count_steps(g, plan.unit, plan.step_products);
  if (plan.depthwise) {
    plan.starts.clear();
    for (int64_t k = 0; k < g.kernel[2]; ++k) plan.starts.push_back(k * g.dilation[2]);
    plan.steps = product(g.kernel);
  }
  const auto pitch_of = [&](int64_t columns) {
    const int64_t last = plan.starts.back() + (std::max<int64_t>(1, columns) - 1) * g.stride[2];
    return divide_up(std::max(last + window, reach(g, 2, columns)), g.stride[2]) * g.stride[2];
  };
  plan.pitch = pitch_of(g.out[2]);
  choose_items(plan, options.threads);
  plan.pitch = pitch_of(plan.item_columns);
  plan.weights_outer = blocks_of(g.outputs) * plan.steps * step_bytes(plan) > (1 << 20);
  return plan;
}

int64_t items(const Bf16Conv& plan) {
  const ConvGeometry& g = plan.geometry;
  if (product(g.out) == 0) return 0;
  return g.batch * g.groups * g.out[0] * divide_up(g.out[1], plan.item_rows) *
         divide_up(g.out[2], plan.item_columns) * divide_up(blocks_of(g.outputs), plan.item_blocks);
}

/// Parts of the outputs come first: they share their copy.
Bf16Item bf16_item(const Bf16Conv& plan, int64_t index) {
  const ConvGeometry& g = plan.geometry;
  const auto next = [&index](int64_t count) {
    const int64_t part = index % count;
    index /= count;
    return part;
  };
  const auto part_of = [&](int64_t size, int64_t part) {
    const int64_t begin = next(divide_up(size, part)) * part;
    return Range{begin, std::min(begin + part, size)};
  };
  Bf16Item item{};
  item.blocks = part_of(blocks_of(g.outputs), plan.item_blocks);
  item.columns = part_of(g.out[2], plan.item_columns);
  item.rows = part_of(g.out[1], plan.item_rows);
  item.depth = next(g.out[0]);
  item.group = next(g.groups);
  item.image = index;
  item.blocks.end = std::min(item.blocks.end, output_blocks(plan, item.group));
  return item;
}

Bf16Scratch bf16_scratch(const Bf16Conv& plan) {
  const auto whole = [](int64_t bytes) { return (bytes + 63) / 64 * 64; };
  Bf16Scratch s{};
  s.offsets = whole(plan.steps * static_cast<int64_t>(sizeof(int32_t)));
  s.sums = chunk_positions(plan) * 2 * block * static_cast<int64_t>(sizeof(float));
  // The last product reads pixels of positions that no row has.
  if (plan.in_place) return s;
  s.copy = whole(copy_bytes(plan, plan.item_rows) + chunk_positions(plan) * position_bytes(plan) +
                 plan.step_products * 2);
  return s;
}

int64_t scratch_bytes(const Bf16Conv& plan) { return bf16_scratch(plan).total(); }

void bf16_offsets(const Bf16Conv& plan, int32_t* offsets) {
  const ConvGeometry& g = plan.geometry;
  if (plan.in_place) {
    for (int64_t u = 0; u < plan.units; ++u) *offsets++ = static_cast<int32_t>(u * g.x.channel * 2);
    return;
  }
  const int64_t units = plan.depthwise ? 1 : plan.units;
  for (int64_t u = 0; u < units; ++u)
    for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
      for (int64_t kh = 0; kh < g.kernel[1]; ++kh)
        for (const int64_t start : plan.starts)
          *offsets++ =
              static_cast<int32_t>(copied_row(plan, u, kd, kh * g.dilation[1]) * row_bytes(plan) +
                                   start * pixel_bytes(plan));
}

int64_t packed_size(const Bf16Conv& plan) {
  const ConvGeometry& g = plan.geometry;
  const int64_t blocks = g.groups * blocks_of(g.outputs);
  if (plan.depthwise) return blocks * plan.steps * block;
  return blocks * plan.steps * step_bytes(plan) / 4;
}

int64_t pack_items(const Bf16Conv& plan) {
  return plan.geometry.groups * blocks_of(plan.geometry.outputs);
}

void pack_bf16(const Bf16Conv& plan, const WeightView& view, void* packed, Range range) {
  const ConvGeometry& g = plan.geometry;
  const int64_t blocks = blocks_of(g.outputs), window = plan.step_products / plan.unit;
  for (int64_t item = range.begin; item < range.end; ++item) {
    if (plan.depthwise) {
      pack_depthwise_block(plan, view, item,
                           static_cast<float*>(packed) + item * plan.steps * block);
      continue;
    }
    const int64_t group = item / blocks, b = item % blocks, first = b / 2 * 2;
    if (b >= output_blocks(plan, group)) continue;
    const int64_t pair = std::min<int64_t>(2, output_blocks(plan, group) - first);
    uint16_t* to = static_cast<uint16_t*>(packed) +
                   ((group * blocks + first) * plan.steps + b - first) * step_bytes(plan) / 2;
    for (int64_t u = 0; u < plan.units; ++u)
      for (int64_t kd = 0; kd < g.kernel[0]; ++kd)
        for (int64_t kh = 0; kh < g.kernel[1]; ++kh)
          for (const int64_t start : plan.starts) {
            std::memset(to, 0, static_cast<size_t>(step_bytes(plan)));
            for (int64_t p = 0; p < window; ++p) {
              if ((start + p) % g.dilation[2] != 0) continue;
              const int64_t kw = (start + p) / g.dilation[2];
              if (kw >= g.kernel[2]) break;
              const int64_t tap = kd * view.tap[0] + kh * view.tap[1] + kw * view.tap[2];
              for (int64_t o = 0; o < block; ++o)
                for (int64_t c = 0; c < plan.unit; ++c) {
                  const float* const w =
                      weight_of(plan, view, group, b * block + o, u * plan.unit + c);
                  const int64_t k = p * plan.unit + c;
                  if (w != nullptr) to[(k / 2 * block + o) * 2 + k % 2] = rounded(w[tap]);
                }
            }
            to += pair * step_bytes(plan) / 2;
          }
  }
}

}  // namespace convoy::cpu
