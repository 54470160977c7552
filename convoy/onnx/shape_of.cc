#include "convoy/ops/shape_of.h"

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/slice.h"

namespace convoy::onnx {

std::vector<Value> read_shape(Reading& in) {
  return {slice(shape_of(in.input(0)), {in.integer("start", 0)}, {in.integer("end", slice_end)})};
}

std::vector<Value> read_size(Reading& in) { return {reduce_prod(shape_of(in.input(0)))}; }

void write(const ShapeOf&, Writing& out) { out.result("Shape", out.inputs()); }

}  // namespace convoy::onnx
