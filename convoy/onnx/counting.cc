#include "convoy/onnx/counting.h"

namespace convoy::onnx {

std::string scalar_size(Writing& out, const Dim& size) {
  return size.is_static() ? out.constant(Tensor::of<int64_t>({}, {size.value()}))
                          : out.add("Squeeze", {out.sizes({size})});
}

Names range_inputs(Writing& out, const Dim& size) {
  return {scalar_size(out, 0), scalar_size(out, size), scalar_size(out, 1)};
}

std::string numbered(Writing& out, const Shape& size) {
  return out.add("Reshape",
                 {out.add("Range", range_inputs(out, element_count(size))), out.sizes(size)});
}

}  // namespace convoy::onnx
