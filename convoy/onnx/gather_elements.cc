#include "convoy/ops/gather_elements.h"

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_gather_elements(Reading& in) {
  return {gather_elements(in.input(0), in.input(1), in.integer("axis", 0))};
}

void write(const GatherElements& op, Writing& out) {
  out.result("GatherElements", out.inputs(), {{"axis", op.axis}});
}

}  // namespace convoy::onnx
