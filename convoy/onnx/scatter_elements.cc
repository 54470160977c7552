#include "convoy/ops/scatter_elements.h"

#include "convoy/onnx/readers.h"
#include "convoy/onnx/scatter.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_scatter_elements(Reading& in) {
  return {scatter_elements(in.input(0), in.input(1), in.input(2), in.integer("axis", 0),
                           read_reduction(in))};
}

void write(const ScatterElements& op, Writing& out) {
  Attributes attributes{{"axis", op.axis}};
  add_reduction(out, op.reduction, attributes);
  out.result("ScatterElements", out.inputs(), attributes);
}

}  // namespace convoy::onnx
