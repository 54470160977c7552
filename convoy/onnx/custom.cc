#include "convoy/ops/custom.h"

#include "convoy/onnx/writers.h"

namespace convoy::onnx {

void write(const Custom&, Writing& out) {
  out.refuse("what an operator of one's own computes is known to its author only");
}

}  // namespace convoy::onnx
