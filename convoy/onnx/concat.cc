#include "convoy/ops/concat.h"

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_concat(Reading& in) {
  in.input(0);
  return {concat(in.all_inputs(), in.required_integer("axis"))};
}

void write(const Concat& op, Writing& out) {
  out.result("Concat", out.inputs(), {{"axis", op.axis}});
}

}  // namespace convoy::onnx
