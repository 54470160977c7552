#include "convoy/ops/gather.h"

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_gather(Reading& in) {
  return {gather(in.input(0), in.input(1), in.integer("axis", 0))};
}

void write(const Gather& op, Writing& out) {
  out.result("Gather", out.inputs(), {{"axis", op.axis}});
}

}  // namespace convoy::onnx
