// The three maps of one convolution. Each is a convolution of XLA's: the gradient of the input with
// the output gradient stretched by the stride, the gradient of the weights with batch and channels
// in each other's place and stride and dilation likewise, as LeCun's and JAX's derivations have it.
#include "convoy/ops/conv.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

namespace {

std::string digits(size_t axes) {
  std::string text;
  for (size_t a = 0; a < axes; ++a) text += static_cast<char>('0' + a);
  return text;
}

/// Names of the axes of [batch, channels, spatial…] in the order of `layout`.
std::string activation_axes(Layout layout, size_t axes, char batch = 'b', char channels = 'f') {
  const std::string b(1, batch), c(1, channels);
  return layout == Layout::channels_last ? b + digits(axes) + c : b + c + digits(axes);
}

Operand flipped(Code& code, const Operand& w, bool flip) {
  if (!flip) return w;
  Extents axes;
  for (int64_t a = 2; a < w.rank(); ++a) axes.push_back(a);
  return code.reverse(w, axes);
}

/// The axes of a convolution that makes `out` of `in`, all shapes with two axes in front.
template <class O>
std::vector<WindowAxis> axes_of(const O& op, const Extents& in, const Extents& out,
                                const Extents& kernel) {
  return window_axes(op, spatial_of(in), spatial_of(out), spatial_of(kernel));
}

/// w[G·A,B,K…] as [A,G·B,K…]: the two channels of each group change places, groups stay.
Operand channels_exchanged(Code& code, const Operand& w, int64_t groups) {
  if (groups == 1) return w;
  const int64_t a = w.dim(0) / groups, b = w.dim(1);
  Extents apart{groups, a, b}, order{1, 0, 2}, together{a, groups * b};
  for (int64_t axis = 2; axis < w.rank(); ++axis) {
    apart.push_back(w.dim(axis));
    order.push_back(axis + 1);
    together.push_back(w.dim(axis));
  }
  return code.reshape(code.transpose(code.reshape(w, apart), order), together);
}

bool is_empty(const Extents& shape) { return element_count(shape) == 0; }

}  // namespace

void lower(const Conv& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  const Extents to = out.output_shape();
  if (is_empty(to)) return out.result(code.splat(0, computing_dtype(out.dtype()), to));
  Convolution how;
  how.feature_group_count = op.groups;
  for (const WindowAxis& axis : axes_of(op, out.shape(0), to, out.shape(1))) {
    how.stride.push_back(axis.stride);
    how.lhs_dilation.push_back(1);
    how.rhs_dilation.push_back(axis.dilation);
    how.padding.emplace_back(axis.begin, axis.exact_end());
  }
  how.lhs = how.result = activation_axes(layout, how.stride.size());
  how.rhs = "oi" + digits(how.stride.size());
  const Operand w = flipped(code, out.input(1), op.flip);
  Operand y = code.convolution(out.input(0, layout), w, how);
  if (out.input_count() > 2)
    y = code.add(y, code.broadcast(out.input(2), y.shape, {channel_axis(layout, y.rank())}));
  out.result(y, layout);
}

void lower(const ConvInputGrad& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  const Extents to = out.output_shape();
  if (is_empty(to)) return out.result(code.splat(0, computing_dtype(out.dtype()), to));
  Convolution how;
  how.feature_group_count = op.groups;
  for (const WindowAxis& axis : axes_of(op, to, out.shape(0), out.shape(1))) {
    how.stride.push_back(1);
    how.lhs_dilation.push_back(axis.stride);
    how.rhs_dilation.push_back(axis.dilation);
    how.padding.emplace_back(axis.reach() - 1 - axis.begin,
                             axis.in + axis.begin - ((axis.out - 1) * axis.stride + 1));
  }
  how.lhs = how.result = activation_axes(layout, how.stride.size());
  how.rhs = "io" + digits(how.stride.size());
  // What is read forward by the convolution is spread backward: the kernel is turned round.
  const Operand w = flipped(code, out.input(1), !op.flip);
  const Operand grad = out.input(0, layout);
  out.result(code.convolution(grad, channels_exchanged(code, w, op.groups), how), layout);
}

void lower(const ConvWeightGrad& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  const Extents to = out.output_shape();
  if (is_empty(out.shape(0))) return out.result(code.splat(0, computing_dtype(out.dtype()), to));
  Convolution how;
  how.batch_group_count = op.groups;
  for (const WindowAxis& axis : axes_of(op, out.shape(0), out.shape(1), to)) {
    how.stride.push_back(axis.dilation);
    how.lhs_dilation.push_back(1);
    how.rhs_dilation.push_back(axis.stride);
    how.padding.emplace_back(axis.begin, axis.exact_end());
  }
  const size_t axes = how.stride.size();
  how.lhs = activation_axes(layout, axes, 'f', 'b');
  how.rhs = activation_axes(layout, axes, 'i', 'o');
  how.result = "fb" + digits(axes);
  const Operand grad = code.convolution(out.input(0, layout), out.input(1, layout), how);
  out.result(flipped(code, grad, op.flip));
}

}  // namespace convoy::stablehlo
