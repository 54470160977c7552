#include "convoy/ops/fold.h"

#include <fmt/format.h>

#include "convoy/onnx/kernels.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/window.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_col2im(Reading& in) {
  Fold op;
  op.output_size = in.sizes(1);
  op.kernel = in.static_sizes(2);
  const Window window = read_window(in, op.output_size.size());
  op.stride = window.stride;
  op.padding = window.padding;
  op.dilation = window.dilation;
  return {fold(in.input(0), op, in.name())};
}

void write(const Fold& op, Writing& out) {
  out.require_opset(18);
  const std::optional<Integers> pads =
      pads_of(borders_of(op.padding, op.output_size, to_shape(op.kernel), op.stride, op.dilation));
  if (!pads) out.refuse("padding that depends on symbolic sizes");
  out.result("Col2Im", {out.input(0), out.sizes(op.output_size), out.integers(op.kernel)},
             {{"strides", op.stride}, {"dilations", op.dilation}, {"pads", *pads}});
}

}  // namespace convoy::onnx
