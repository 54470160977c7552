#include "convoy/onnx/counting.h"

namespace convoy::onnx {

Names range_inputs(Writing& out, const Dim& size) {
  const auto number = [&](int64_t value) { return out.constant(Tensor::of<int64_t>({}, {value})); };
  const std::string count =
      size.is_static() ? number(size.value()) : out.add("Squeeze", {out.sizes({size})});
  return {number(0), count, number(1)};
}

std::string numbered(Writing& out, const Shape& size) {
  return out.add("Reshape",
                 {out.add("Range", range_inputs(out, element_count(size))), out.sizes(size)});
}

}  // namespace convoy::onnx
