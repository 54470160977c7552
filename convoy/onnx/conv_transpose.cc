#include "convoy/ops/conv_transpose.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/onnx/kernels.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/window.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

/// ONNX's output_shape replaces the pads: what the whole has beyond it is cropped, the odd one at
/// the begin unless auto_pad is SAME_UPPER; what it lacks is added at the end.
void set_output_shape(Reading& in, const Shape& size, const Shape& kernel, const Shape& output,
                      ConvTranspose& op) {
  const bool upper = op.padding.kind() == Padding::Kind::same_upper;
  std::vector<Padding::Sides> sides;
  for (size_t axis = 0; axis < size.size(); ++axis) {
    const Dim beyond = (size[axis] - 1) * op.stride[axis] + op.output_padding[axis] +
                       effective_kernel(kernel[axis], op.dilation[axis]) - output[axis];
    if (!beyond.is_static())
      in.unsupported(
          fmt::format("an output_shape for an input of symbolic sizes {}", to_string(size)));
    const int64_t crop = std::max<int64_t>(beyond.value(), 0);
    sides.emplace_back(upper ? crop / 2 : crop - crop / 2, upper ? crop - crop / 2 : crop / 2);
    op.output_padding[axis] += std::max<int64_t>(-beyond.value(), 0);
  }
  op.padding = Padding(std::move(sides));
}

bool is_same(const Padding& padding) {
  return padding.kind() == Padding::Kind::same_upper || padding.kind() == Padding::Kind::same_lower;
}

}  // namespace

std::vector<Value> read_conv_transpose(Reading& in) {
  const Value &x = in.input(0), &w = in.input(1);
  const size_t rank = spatial_rank(in, x, w);
  check_kernel_shape(in, w);
  // Beside output_shape pads are to be ignored, whatever they are.
  const Integers output = in.integers("output_shape");
  const Window window = read_window(in, rank);
  ConvTranspose op{.stride = window.stride,
                   .padding = window.padding,
                   .output_padding = in.integers("output_padding", Integers(rank, 0)),
                   .output_size = {},
                   .dilation = window.dilation,
                   .groups = in.integer("group", 1),
                   .flip = false};
  check_per_axis(in, "output_padding", op.output_padding, rank);
  for (size_t axis = 0; axis < rank; ++axis)
    if (const int64_t limit = std::max(op.stride[axis], op.dilation[axis]);
        op.output_padding[axis] < 0 || op.output_padding[axis] >= limit)
      in.refuse(
          fmt::format("output_padding is {}, it must be at least 0 and less than strides or "
                      "dilations",
                      to_string(Extents(op.output_padding))));
  const Shape size = spatial_of(x.type()), kernel = spatial_of(w.type());
  if (in.has_attribute("output_shape")) {
    check_per_axis(in, "output_shape", output, rank);
    for (const int64_t length : output)
      if (length < 1)
        in.refuse(fmt::format("output_shape is {}, sizes must be at least 1",
                              to_string(Extents(output))));
    set_output_shape(in, size, kernel, to_shape(output), op);
  } else if (is_same(op.padding)) {
    // Here output_padding is part of what is cropped down to size × stride.
    const auto is_zero = [](int64_t n) { return n == 0; };
    if (!std::all_of(op.output_padding.begin(), op.output_padding.end(), is_zero)) {
      Shape sizes;
      for (size_t axis = 0; axis < rank; ++axis) sizes.push_back(size[axis] * op.stride[axis]);
      set_output_shape(in, size, kernel, sizes, op);
    }
  }
  return {conv_transpose(x, w, in.optional(2), op, in.name())};
}

// A convolution leaves over less than a stride at its end: output_padding. Where that is not known
// all of it is computed, and cut to the size.
void write(const ConvInputGrad& op, Writing& out) {
  require_floating(out);
  const size_t axes = op.input_size.size();
  const Type &grad = out.type(0), &w = out.type(1);
  Borders borders = borders_of(op.padding, op.input_size, spatial_of(w), op.stride, op.dilation);
  const std::optional<Integers> pads = pads_of(borders);
  Integers output_padding, dims;
  bool is_cut = !pads;
  for (size_t axis = 0; axis < axes; ++axis) {
    const Dim rest = op.input_size[axis] + borders[axis].first + borders[axis].second -
                     (grad.shape[2 + axis] - 1) * op.stride[axis] -
                     effective_kernel(w.shape[2 + axis], op.dilation[axis]);
    is_cut = is_cut || !rest.is_static();
    output_padding.push_back(rest.is_static() ? rest.value() : op.stride[axis] - 1);
    dims.push_back(static_cast<int64_t>(2 + axis));
  }
  Attributes attributes{{"strides", op.stride},
                        {"dilations", op.dilation},
                        {"group", op.groups},
                        {"pads", pads.value_or(Integers(2 * axes, 0))},
                        {"output_padding", output_padding}};
  if (const Shape kernel = spatial_of(w); is_static(kernel))
    attributes.push_back({"kernel_shape", to_extents(kernel)});
  const Names inputs{out.input(0), kernel_input(out, 1, op.flip)};
  if (!is_cut) {
    out.result("ConvTranspose", inputs, attributes);
    return;
  }
  Shape begins, ends;
  for (size_t axis = 0; axis < axes; ++axis) {
    begins.push_back(pads ? Dim(0) : borders[axis].first);
    ends.push_back(begins[axis] + op.input_size[axis]);
  }
  out.result("Slice", {out.add("ConvTranspose", inputs, attributes), out.sizes(begins),
                       out.sizes(ends), out.integers(dims)});
}

}  // namespace convoy::onnx
