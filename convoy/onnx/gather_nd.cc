#include "convoy/ops/gather_nd.h"

#include "convoy/onnx/casts.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_gather_nd(Reading& in) {
  return {gather_nd(in.input(0), in.input(1), in.integer("batch_dims", 0))};
}

// Tuples of nothing pick all that there is, which in ONNX is to repeat it.
void write(const GatherND& op, Writing& out) {
  const Type& indices = out.type(1);
  if (indices.shape.back() == Dim(0)) {
    const Shape& x = out.type().shape;
    const auto batch = static_cast<std::ptrdiff_t>(op.batch_dims);
    Shape with_axes(x.begin(), x.begin() + batch);
    with_axes.insert(with_axes.end(), indices.shape.size() - 1 - static_cast<size_t>(batch), 1);
    with_axes.insert(with_axes.end(), x.begin() + batch, x.end());
    return out.result("Expand", {out.add("Reshape", {out.input(0), out.sizes(with_axes)}),
                                 out.sizes(out.output_type().shape)});
  }
  out.result("GatherND", {out.input(0), cast_to(out, out.input(1), indices.dtype, DType::int64)},
             {{"batch_dims", op.batch_dims}});
}

}  // namespace convoy::onnx
