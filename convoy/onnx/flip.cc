#include "convoy/ops/flip.h"

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/slice.h"

namespace convoy::onnx {

void write(const Flip& op, Writing& out) {
  const size_t count = op.axes.size();
  out.result("Slice", {out.input(0), out.integers(Integers(count, -1)),
                       out.integers(Integers(count, slice_begin)), out.integers(op.axes),
                       out.integers(Integers(count, -1))});
}

}  // namespace convoy::onnx
