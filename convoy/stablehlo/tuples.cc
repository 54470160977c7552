#include "convoy/stablehlo/tuples.h"

#include "convoy/stablehlo/indices.h"

namespace convoy::stablehlo {

Tuples::Tuples(Lowering& out, int constraint, int64_t batch_dims)
    : x(out.input(0)),
      indices(out.raw(1)),
      batch(batch_dims),
      length(indices.shape.back()) {
  Code& code = out.code();
  if (length == 0) {
    x.shape.insert(x.shape.begin() + batch, 1);
    x = code.reshape(out.input(0), Extents(x.shape));
    indices.shape.back() = 1;
    indices = code.splat(0, DType::int64, Extents(indices.shape));
    length = 1;
    return;
  }
  const Integers sizes(x.shape.begin() + batch, x.shape.begin() + batch + length);
  indices = indices_from_front(out, constraint, indices, code.integers(sizes));
}

GatherAxes Tuples::axes() const {
  GatherAxes axes;
  for (int64_t b = 0; b < batch; ++b) {
    axes.operand_batching_dims.push_back(b);
    axes.indices_batching_dims.push_back(b);
  }
  for (int64_t k = 0; k < length; ++k) axes.start_index_map.push_back(batch + k);
  axes.collapsed_slice_dims = axes.start_index_map;
  axes.index_vector_dim = indices.rank() - 1;
  for (int64_t r = 0; r < x.rank() - batch - length; ++r)
    axes.offset_dims.push_back(indices.rank() - 1 + r);
  return axes;
}

Extents Tuples::slice_sizes() const {
  Extents sizes = x.shape;
  for (int64_t a = 0; a < batch + length; ++a) sizes[static_cast<size_t>(a)] = 1;
  return sizes;
}

}  // namespace convoy::stablehlo
