#include "convoy/ops/conv.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
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
  require_floating(out);
  const Shape kernel = kernel_of(out.type(1));
  std::string x = out.input(0);
  Attributes attributes{{"strides", op.stride}, {"dilations", op.dilation}, {"group", op.groups}};
  if (is_static(kernel)) {
    attributes.push_back({"kernel_shape", to_extents(kernel)});
    attributes.push_back(padding_attribute(op.padding, to_extents(kernel), op.dilation));
  } else if (op.padding.kind() == Padding::Kind::half || op.padding.kind() == Padding::Kind::full) {
    x = padded_by_kernel(out, x, op.padding, kernel, op.dilation);
  } else {
    attributes.push_back(padding_attribute(op.padding, Integers(kernel.size()), op.dilation));
  }
  Names inputs{x, kernel_input(out, 1, op.flip)};
  if (out.input_count() > 2) inputs.push_back(out.input(2));
  out.result("Conv", inputs, attributes);
}

}  // namespace convoy::onnx
