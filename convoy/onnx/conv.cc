#include "convoy/ops/conv.h"

#include <fmt/format.h>

#include "convoy/onnx/conv_integer.h"
#include "convoy/onnx/kernels.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/window.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_conv(Reading& in) {
  const Value &x = in.input(0), &w = in.input(1);
  const Window window = read_window(in, spatial_rank(in, x, w));
  check_kernel_shape(in, w);
  const Conv attributes{window.stride, window.padding, window.dilation, in.integer("group", 1)};
  return {conv(x, w, in.optional(2), attributes, in.name())};
}

// Padding by the size of a kernel that is only known while running becomes a Pad of its own.
void write(const Conv& op, Writing& out) {
  const bool is_integer = out.type().dtype == DType::int32;
  if (!is_integer) require_floating(out);
  const Shape in = spatial_of(out.type()), kernel = spatial_of(out.type(1));
  const bool goes_by_kernel =
      op.padding.kind() == Padding::Kind::half || op.padding.kind() == Padding::Kind::full;
  const bool is_padded_before = goes_by_kernel && !is_static(kernel);
  Attributes attributes{{"strides", op.stride}, {"dilations", op.dilation}, {"group", op.groups}};
  if (is_static(kernel)) attributes.push_back({"kernel_shape", to_extents(kernel)});
  if (!is_padded_before)
    attributes.push_back(padding_attribute(op.padding, in, kernel, op.stride, op.dilation));
  if (is_integer && is_padded_before) out.refuse("integers and a kernel of symbolic size");
  if (is_integer) return write_conv_integer(op, attributes, out);

  std::string x = out.input(0);
  if (is_padded_before)
    x = padded(out, x, borders_of(op.padding, in, kernel, op.stride, op.dilation));
  Names inputs{x, kernel_input(out, 1, op.flip)};
  if (out.input_count() > 2) inputs.push_back(out.input(2));
  out.result("Conv", inputs, attributes);
}

// The sums over batch and positions are a convolution of the input, its channels as batch and its
// batch as channels, with the output gradient as kernel; stride and dilation change places. With
// groups, each group's batch is a group of channels:
//   x[N,G·C,S…] → [C,G·N,S…],  grad[N,O,P…] → [O,N,P…],  result [C,O,K…] → [O,C,K…]
// A stride that leaves a rest at the end gives more taps than the kernel has.
void write(const ConvWeightGrad& op, Writing& out) {
  require_floating(out);
  const size_t axes = op.kernel.size();
  const Type &x = out.type(0), &grad = out.type(1);
  Integers swapped{1, 0};
  for (size_t axis = 0; axis < axes; ++axis) swapped.push_back(static_cast<int64_t>(2 + axis));

  std::string data = out.input(0);
  if (op.groups == 1) {
    data = out.add("Transpose", {data}, {{"perm", swapped}});
  } else {
    const Dim channels = floor_div(x.shape[1], op.groups);
    Shape apart{x.shape[0], op.groups, channels}, together{channels, x.shape[0] * op.groups};
    Integers order{2, 1, 0};
    for (size_t axis = 0; axis < axes; ++axis) {
      apart.push_back(x.shape[2 + axis]);
      together.push_back(x.shape[2 + axis]);
      order.push_back(static_cast<int64_t>(3 + axis));
    }
    data = out.add("Reshape", {data, out.sizes(apart)});
    data = out.add("Transpose", {data}, {{"perm", order}});
    data = out.add("Reshape", {data, out.sizes(together)});
  }
  const std::string kernel = out.add("Transpose", {out.input(1)}, {{"perm", swapped}});

  const Shape in = spatial_of(x);
  const Borders borders = borders_of(op.padding, in, op.kernel, op.stride, op.dilation);
  Attributes attributes{{"strides", op.dilation}, {"dilations", op.stride}, {"group", op.groups}};
  if (const std::optional<Integers> pads = pads_of(borders))
    attributes.push_back({"pads", *pads});
  else
    data = padded(out, data, borders);
  std::string result = out.add("Conv", {data, kernel}, attributes);

  bool is_cropped = false;
  for (size_t axis = 0; axis < axes; ++axis) {
    const Dim room = in[axis] + borders[axis].first + borders[axis].second -
                     effective_kernel(grad.shape[2 + axis], op.stride[axis]);
    is_cropped = is_cropped || !(floor_div(room, op.dilation[axis]) + 1 == op.kernel[axis]);
  }
  if (is_cropped)
    result = out.add("Slice", {result, out.integers(Integers(axes, 0)), out.sizes(op.kernel),
                               out.integers(Integers(swapped.begin() + 2, swapped.end()))});
  if (!op.flip) {
    out.result("Transpose", {result}, {{"perm", swapped}});
  } else {
    result = out.add("Transpose", {result}, {{"perm", swapped}});
    out.result("Slice", flipping(out, result, axes));
  }
}

}  // namespace convoy::onnx
