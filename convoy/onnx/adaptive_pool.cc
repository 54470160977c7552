#include "convoy/ops/adaptive_pool.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/onnx/axis_products.h"
#include "convoy/onnx/kernels.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/axis_taps.h"

namespace convoy::onnx {

namespace {

std::vector<AdaptiveWindow> parts_of(int64_t in, int64_t out) {
  std::vector<AdaptiveWindow> parts;
  for (int64_t i = 0; i < out; ++i) parts.push_back(adaptive_window(i, in, out));
  return parts;
}

bool is_global(const Shape& output_size) {
  return std::all_of(output_size.begin(), output_size.end(),
                     [](const Dim& size) { return size == Dim(1); });
}

void require_known(Writing& out, const Shape& in, const Shape& size) {
  if (!is_static(in) || !is_static(size))
    out.refuse(fmt::format("windows onto {} of symbolic sizes {}; ONNX has them of known size only",
                           to_string(size), to_string(in)));
}

/// in / out per axis where that is whole everywhere: all windows are alike then; empty otherwise.
Integers even_windows(const Extents& in, const Extents& size) {
  Integers kernel;
  for (size_t axis = 0; axis < in.size(); ++axis) {
    if (in[axis] % size[axis] != 0) return {};
    kernel.push_back(in[axis] / size[axis]);
  }
  return kernel;
}

Attributes even_pooling(const Integers& kernel) {
  return {{"kernel_shape", kernel}, {"strides", kernel}};
}

}  // namespace

// Windows that differ in size are cut out and averaged one by one.
void write(const AdaptiveAvgPool& op, Writing& out) {
  if (is_global(op.output_size)) return out.result("GlobalAveragePool", {out.input(0)});
  const Shape in = spatial_of(out.type());
  require_known(out, in, op.output_size);
  const Extents from = to_extents(in), size = to_extents(op.output_size);
  if (const Integers kernel = even_windows(from, size); !kernel.empty())
    return out.result("AveragePool", {out.input(0)}, even_pooling(kernel));
  constexpr int64_t most_windows = 4096;
  const int64_t windows = element_count(op.output_size).value();
  if (windows > most_windows)
    out.refuse(fmt::format("{} windows of different sizes; {} are written at most", windows,
                           most_windows));
  Integers axes;
  std::vector<std::vector<AdaptiveWindow>> parts;
  for (size_t axis = 0; axis < from.size(); ++axis) {
    axes.push_back(static_cast<int64_t>(2 + axis));
    parts.push_back(parts_of(from[axis], size[axis]));
  }
  Names means;
  for (int64_t window = 0; window < windows; ++window) {
    Integers begins(from.size()), ends(from.size());
    int64_t rest = window;
    for (size_t axis = from.size(); axis-- > 0; rest /= size[axis]) {
      const AdaptiveWindow& part = parts[axis][static_cast<size_t>(rest % size[axis])];
      begins[axis] = part.begin;
      ends[axis] = part.end;
    }
    const std::string cut = out.add(
        "Slice", {out.input(0), out.integers(begins), out.integers(ends), out.integers(axes)});
    means.push_back(out.add("GlobalAveragePool", {cut}));
  }
  const std::string row = out.add("Concat", means, {{"axis", int64_t{2}}});
  out.result("Reshape", {row, out.sizes(out.output_type().shape)});
}

// Windows that differ in size become alike by repeating their last element, which changes neither
// the largest nor which is the first of them; the places found are those in the repetition.
void write(const AdaptiveMaxPool& op, Writing& out) {
  if (is_global(op.output_size) && !out.wants(1))
    return out.result("GlobalMaxPool", {out.input(0)});
  const Shape in = spatial_of(out.type());
  require_known(out, in, op.output_size);
  const Extents from = to_extents(in), size = to_extents(op.output_size);
  const Integers kernel = even_windows(from, size);
  if (!kernel.empty() && !out.wants(1))
    return out.result("MaxPool", {out.input(0)}, even_pooling(kernel));
  std::string x = out.input(0);
  Integers window;
  std::vector<int64_t> offsets{0};  // of every element of the repeated plane, in the plane of x
  for (size_t axis = 0; axis < from.size(); ++axis) {
    const std::vector<AdaptiveWindow> parts = parts_of(from[axis], size[axis]);
    int64_t longest = 0;
    for (const AdaptiveWindow& part : parts) longest = std::max(longest, part.end - part.begin);
    Integers indices;
    for (const AdaptiveWindow& part : parts)
      for (int64_t i = 0; i < longest; ++i)
        indices.push_back(std::min(part.begin + i, part.end - 1));
    x = out.add("Gather", {x, out.integers(indices)}, {{"axis", static_cast<int64_t>(2 + axis)}});
    window.push_back(longest);
    std::vector<int64_t> longer;
    for (const int64_t offset : offsets)
      for (const int64_t index : indices) longer.push_back(offset * from[axis] + index);
    offsets = std::move(longer);
  }
  if (!out.wants(1)) return out.result("MaxPool", {x}, even_pooling(window));
  const Names results = out.results_of({0, {}}, "MaxPool", {x}, even_pooling(window));
  const std::string plane = out.integers({static_cast<int64_t>(offsets.size())});
  const std::string start = out.add("Mul", {out.add("Div", {results[1], plane}), plane});
  const std::string within = out.add("Sub", {results[1], start});
  out.result_of(1, "Gather", {out.integers(offsets), within});
}

// Each axis is a product with a matrix of the windows' shares; where windows are alike each element
// has one share, which a transposed convolution with ones repeats.
void write(const AdaptiveAvgPoolInputGrad& op, Writing& out) {
  const Shape onto = spatial_of(out.type());
  const DType dtype = out.type().dtype;
  require_known(out, op.input_size, onto);
  const Extents size = to_extents(op.input_size), from = to_extents(onto);
  const Dim& channels = out.type().shape[1];
  const Integers kernel = even_windows(size, from);
  if (!kernel.empty() && channels.is_static()) {
    Extents weights{channels.value(), 1};
    weights.insert(weights.end(), kernel.begin(), kernel.end());
    const double taps = static_cast<double>(element_count(to_shape(kernel)).value());
    out.result("ConvTranspose",
               {out.add("Div", {out.input(0), out.scalar(taps, dtype)}),
                out.constant(Tensor::full(dtype, weights, 1))},
               {{"kernel_shape", kernel}, {"strides", kernel}, {"group", channels.value()}});
    return;
  }
  std::vector<Tensor> matrices;
  for (size_t axis = 0; axis < size.size(); ++axis) {
    Tensor shares = Tensor::zeros(DType::float64, {from[axis], size[axis]});
    const std::vector<AdaptiveWindow> parts = parts_of(size[axis], from[axis]);
    for (size_t window = 0; window < parts.size(); ++window)
      for (int64_t i = parts[window].begin; i < parts[window].end; ++i)
        shares.data<double>()[window * static_cast<size_t>(size[axis]) + static_cast<size_t>(i)] =
            1.0 / static_cast<double>(parts[window].end - parts[window].begin);
    matrices.push_back(shares.cast(dtype));
  }
  write_axis_products(out, matrices);
}

}  // namespace convoy::onnx
