#include "convoy/ops/scatter_nd.h"

#include "convoy/onnx/casts.h"
#include "convoy/onnx/counting.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/scatter.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

/// The tuples with the coordinates of the common leading axes in front.
std::string with_batch(Writing& out, int64_t batch_dims, const std::string& indices) {
  const Shape& shape = out.type(1).shape;
  Shape single = shape;
  single.back() = 1;
  Names parts;
  for (size_t a = 0; a < static_cast<size_t>(batch_dims); ++a) {
    Shape along(shape.size(), 1);
    along[a] = shape[a];
    const std::string line = out.add("Range", range_inputs(out, shape[a]));
    const std::string column = out.add("Reshape", {line, out.sizes(along)});
    parts.push_back(out.add("Expand", {column, out.sizes(single)}));
  }
  parts.push_back(indices);
  return out.add("Concat", parts, {{"axis", int64_t{-1}}});
}

}  // namespace

std::vector<Value> read_scatter_nd(Reading& in) {
  return {scatter_nd(in.input(0), in.input(1), in.input(2), read_reduction(in))};
}

void write(const ScatterND& op, Writing& out) {
  std::string indices = cast_to(out, out.input(1), out.type(1).dtype, DType::int64);
  if (op.batch_dims > 0) indices = with_batch(out, op.batch_dims, indices);
  Attributes attributes;
  add_reduction(out, op.reduction, attributes);
  out.result("ScatterND", {out.input(0), indices, out.input(2)}, attributes);
}

}  // namespace convoy::onnx
