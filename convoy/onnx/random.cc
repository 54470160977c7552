#include "convoy/ops/random.h"

#include "convoy/onnx/writers.h"

namespace convoy::onnx {

void write(const Random&, Writing& out) {
  out.refuse(
      "ONNX's random operators have no key, they give other numbers on every runtime and run; "
      "compute what is random before, and pass it as an input");
}

}  // namespace convoy::onnx
