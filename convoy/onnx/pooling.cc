#include "convoy/onnx/pooling.h"

#include <fmt/format.h>

namespace convoy::onnx {

size_t pooled_axes(Reading& in, const Value& x) {
  if (x.rank() < 3)
    in.refuse(fmt::format("x must have batch, channels and at least one spatial axis; it is {}",
                          to_string(x.type())));
  return static_cast<size_t>(x.rank() - 2);
}

}  // namespace convoy::onnx
