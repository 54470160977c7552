#include "convoy/ops/where.h"

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_where(Reading& in) {
  return {where(in.input(0), in.input(1), in.input(2))};
}

void write(const Where&, Writing& out) {
  if (out.output_type().dtype == DType::bfloat16) out.require_opset(16);
  out.result("Where", out.inputs());
}

}  // namespace convoy::onnx
