#include "convoy/onnx/sums_of_windows.h"

#include <algorithm>
#include <cmath>

#include "convoy/base/checked.h"
#include "convoy/onnx/idioms.h"
#include "convoy/onnx/kernels.h"
#include "convoy/onnx/pooling.h"

namespace convoy::onnx {

namespace {

/// Ones [C,1,K…]: each channel is summed by itself.
Tensor ones(const Writing& out, const Integers& kernel) {
  const Dim& channels = out.type().shape[1];
  if (!channels.is_static())
    out.refuse("a sum of windows of " + channels.to_string() +
               " channels; their number must be known");
  Extents extents{channels.value(), 1};
  extents.insert(extents.end(), kernel.begin(), kernel.end());
  return Tensor::full(out.type().dtype, extents, 1);
}

template <class O>
Attributes channelwise(const O& op, Writing& out, const Borders& borders) {
  const std::optional<Integers> pads = pads_of(borders);
  if (!pads) out.refuse("padding that depends on symbolic sizes");
  return {{"strides", op.stride},
          {"dilations", op.dilation},
          {"kernel_shape", op.kernel},
          {"pads", *pads},
          {"group", out.type().shape[1].value()}};
}

/// How many taps of each window count, along one axis: those inside and, where it counts, in the
/// declared padding, but not those that ceil_mode adds beyond it.
std::vector<double> counts_along(const AvgPoolInputGrad& op, size_t axis, int64_t windows) {
  const int64_t size = op.input_size[axis].value();
  const auto [begin, end] =
      resolve(op.padding, axis, size, op.kernel[axis], op.stride[axis], op.dilation[axis]);
  const int64_t low = op.count_include_pad ? -begin.value() : 0;
  const int64_t high = op.count_include_pad ? size + end.value() : size;
  std::vector<double> counts;
  for (int64_t window = 0; window < windows; ++window) {
    const int64_t start = window * op.stride[axis] - begin.value();
    const int64_t first = std::max<int64_t>(ceil_divide(low - start, op.dilation[axis]), 0);
    const int64_t last = std::min(ceil_divide(high - start, op.dilation[axis]), op.kernel[axis]);
    const auto count = static_cast<double>(std::max<int64_t>(last - first, 0));
    counts.push_back(count);
  }
  return counts;
}

/// The same of all windows, as [1,1,P…].
Tensor counts(const AvgPoolInputGrad& op, const Extents& windows, DType dtype) {
  Extents extents{1, 1};
  std::vector<double> products{1};
  for (size_t axis = 0; axis < windows.size(); ++axis) {
    std::vector<double> longer;
    for (const double product : products)
      for (const double count : counts_along(op, axis, windows[axis]))
        longer.push_back(product * count);
    products = std::move(longer);
    extents.push_back(windows[axis]);
  }
  return Tensor::of<double>(extents, products).cast(dtype);
}

/// The one divisor of all windows as a scalar, or the divisor of each.
Tensor divisors(const AvgPoolInputGrad& op, Writing& out) {
  const DType dtype = out.type().dtype;
  double taps = 1;
  for (const int64_t size : op.kernel) taps *= static_cast<double>(size);
  if (op.divisor_override > 0)
    return Tensor::full(dtype, {}, static_cast<double>(op.divisor_override));
  const bool is_padded =
      op.padding != Padding::valid && op.padding != Padding().for_rank(op.kernel.size());
  if (!op.ceil_mode && (op.count_include_pad || !is_padded)) return Tensor::full(dtype, {}, taps);
  if (!is_static(op.input_size))
    out.refuse("divisors that depend on symbolic sizes: " + to_string(op.input_size));
  // Over a window without a counted tap nothing is spread, whatever it is divided by.
  Tensor counted = counts(op, to_extents(spatial_of(out.type())), DType::float64);
  bool is_uniform = true;
  for (double& count : counted.data<double>()) {
    count = std::max(count, 1.0);
    is_uniform = is_uniform && count == counted.at(0);
  }
  return is_uniform ? Tensor::full(dtype, {}, counted.at(0)) : counted.cast(dtype);
}

const Tensor* constant_of(const Value& value) { return value.node()->constant(); }

/// True for weights [C,1,K…] of ones.
bool sums_channels(const Value& weights, int64_t groups) {
  const Tensor* known = constant_of(weights);
  if (!known || known->extent(0) != groups || known->extent(1) != 1) return false;
  for (int64_t i = 0; i < known->size(); ++i)
    if (known->at(i) != 1) return false;
  return true;
}

/// A scalar that is a positive whole number.
int64_t divisor_of(const Value& value) {
  const Tensor* known = constant_of(value);
  if (!known || known->size() != 1) return 0;
  const double number = known->at(0);
  constexpr double most = 1 << 24;
  return number >= 1 && number <= most && number == std::floor(number)
             ? static_cast<int64_t>(number)
             : 0;
}

template <class To, class From>
To averaging(const From& op, const Value& weights) {
  To average;
  for (int64_t axis = 2; axis < weights.rank(); ++axis)
    average.kernel.push_back(weights.dim(axis).value());
  average.stride = op.stride;
  average.padding = op.padding;
  average.dilation = op.dilation;
  return average;
}

/// Padding as pooling allows it: less than the window's reach.
bool is_poolable(const AvgPool& op) {
  if (!op.padding.is_explicit()) return true;
  for (size_t axis = 0; axis < op.kernel.size(); ++axis) {
    const auto [begin, end] = op.padding.sides()[axis];
    const int64_t reach = op.dilation[axis] * (op.kernel[axis] - 1) + 1;
    if (begin >= reach || end >= reach) return false;
  }
  return true;
}

}  // namespace

void write_sum_of_windows(const AvgPool& op, Writing& out) {
  const Borders borders =
      pooling_borders(op, spatial_of(out.type()), spatial_of(out.output_type()));
  const std::string sums = out.add("Conv", {out.input(0), out.constant(ones(out, op.kernel))},
                                   channelwise(op, out, borders));
  out.result("Div", {sums, out.scalar(static_cast<double>(op.divisor_override), out.type().dtype)});
}

void write_spread_over_windows(const AvgPoolInputGrad& op, Writing& out) {
  const Borders borders = pooling_borders(op, op.input_size, spatial_of(out.type()));
  Attributes attributes = channelwise(op, out, borders);
  Integers rest;
  for (size_t axis = 0; axis < op.kernel.size(); ++axis) {
    const Dim size = op.input_size[axis] + borders[axis].first + borders[axis].second -
                     (out.type().shape[2 + axis] - 1) * op.stride[axis] -
                     effective_kernel(op.kernel[axis], op.dilation[axis]);
    if (!size.is_static()) out.refuse("a window that depends on symbolic sizes");
    rest.push_back(size.value());
  }
  attributes.push_back({"output_padding", rest});
  const std::string shares = out.add("Div", {out.input(0), out.constant(divisors(op, out))});
  out.result("ConvTranspose", {shares, out.constant(ones(out, op.kernel))}, attributes);
}

Value average_restored(const Node& node, const std::vector<Value>& inputs) {
  if (const Binary* div = operator_of<Binary>(node); div && div->kind == BinaryKind::div) {
    const Node& sums = *inputs[0].node();
    const Conv* conv = operator_of<Conv>(sums);
    const int64_t divisor = divisor_of(inputs[1]);
    if (!conv || divisor == 0 || sums.inputs.size() != 2 ||
        !sums_channels(sums.inputs[1], conv->groups))
      return {};
    auto average = averaging<AvgPool>(*conv, sums.inputs[1]);
    average.divisor_override = divisor;
    return is_poolable(average) ? avg_pool(sums.inputs[0], average, node.name) : Value{};
  }
  if (const ConvInputGrad* spread = operator_of<ConvInputGrad>(node)) {
    const Node& shares = *inputs[0].node();
    const Binary* div = operator_of<Binary>(shares);
    if (!div || div->kind != BinaryKind::div || !sums_channels(inputs[1], spread->groups))
      return {};
    auto average = averaging<AvgPoolInputGrad>(*spread, inputs[1]);
    average.input_size = spread->input_size;
    average.divisor_override = divisor_of(shares.inputs[1]);
    const AvgPool window{average.kernel, average.stride, average.padding, average.dilation};
    if (!is_poolable(window)) return {};
    if (average.divisor_override == 0) {
      // The divisors must be the numbers of elements inside.
      average.count_include_pad = false;
      const Shape windows = spatial_of(shares.outputs[0]);
      const Tensor* known = constant_of(shares.inputs[1]);
      if (!known || !is_static(average.input_size) || !is_static(windows) ||
          known->size() != element_count(windows).value() ||
          !known->identical(counts(average, to_extents(windows), known->dtype())))
        return {};
    }
    return avg_pool_input_grad(shares.inputs[0], average, node.name);
  }
  return {};
}

}  // namespace convoy::onnx
