// What the pooling operators share in files.
#pragma once

#include "convoy/onnx/kernels.h"
#include "convoy/onnx/reading.h"
#include "convoy/onnx/window.h"
#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// Spatial axes of x; ValueError unless there is one at least.
size_t pooled_axes(Reading& in, const Value& x);

/// The window of a pooling node as attributes of Convoy's operator.
template <class O>
O read_pooling(Reading& in) {
  const size_t axes = pooled_axes(in, in.input(0));
  O op;
  op.kernel = in.required_integers("kernel_shape");
  check_per_axis(in, "kernel_shape", op.kernel, axes);
  const Window window = read_window(in, axes);
  op.stride = window.stride;
  op.padding = window.padding;
  op.dilation = window.dilation;
  op.ceil_mode = in.flag("ceil_mode", false);
  return op;
}

/// Attributes of a pooling node. Dilations of 1 are left out, since not every opset has them.
template <class O>
Attributes pooling_attributes(const O& op, const Writing& out) {
  Attributes attributes{{"kernel_shape", op.kernel},
                        {"strides", op.stride},
                        padding_attribute(op.padding, spatial_of(out.type()), to_shape(op.kernel),
                                          op.stride, op.dilation)};
  if (op.ceil_mode) attributes.push_back({"ceil_mode", int64_t{1}});
  if (is_dilated(op.dilation)) attributes.push_back({"dilations", op.dilation});
  return attributes;
}

/// The borders of pooling windows, those that ceil_mode adds at the end included.
template <class O>
Borders pooling_borders(const O& op, const Shape& in, const Shape& windows) {
  Borders borders = borders_of(op.padding, in, to_shape(op.kernel), op.stride, op.dilation);
  for (size_t axis = 0; op.ceil_mode && axis < in.size(); ++axis) {
    auto& [begin, end] = borders[axis];
    end = max((windows[axis] - 1) * op.stride[axis] +
                  effective_kernel(op.kernel[axis], op.dilation[axis]) - in[axis] - begin,
              0);
  }
  return borders;
}

/// The same windows by pads alone where ONNX's inference of shapes counts one more in ceil_mode:
/// one that would begin in the padding at the end. Pads stay as they are where they are counted and
/// would have to grow, and where sizes are not known.
template <class O>
O without_uncertain_window(O op, const Writing& out, bool counts_padding = false) {
  const Shape in = spatial_of(out.type()), windows = spatial_of(out.output_type());
  const Borders needed = pooling_borders(op, in, windows);
  const std::optional<Integers> pads = pads_of(needed);
  if (!op.ceil_mode || !pads) return op;
  const Borders stated = borders_of(op.padding, in, to_shape(op.kernel), op.stride, op.dilation);
  bool is_uncertain = false, grows = false;
  for (size_t axis = 0; axis < in.size(); ++axis) {
    const auto& [begin, end] = stated[axis];
    const Dim room = in[axis] + begin + end - effective_kernel(op.kernel[axis], op.dilation[axis]);
    is_uncertain = is_uncertain || !(ceil_div(room, op.stride[axis]) + 1 == windows[axis]);
    grows = grows || !(max(needed[axis].second, end) == end);
  }
  if (!is_uncertain || (grows && counts_padding)) return op;
  op.padding = Padding(sides_of(*pads));
  op.ceil_mode = false;
  return op;
}

}  // namespace convoy::onnx
