// Operations that move elements.
#include <algorithm>

#include <fmt/format.h>

#include "convoy/stablehlo/code.h"
#include "convoy/stablehlo/spelling.h"

namespace convoy::stablehlo {

Operand Code::broadcast(const Operand& x, const Extents& shape, const Extents& axes) {
  return result(fmt::format("stablehlo.broadcast_in_dim {}, dims = {} : ({}) -> {}", x.name,
                            list(axes), type_of(x), tensor_type(x.dtype, shape)),
                x.dtype, shape);
}

Operand Code::broadcast(const Operand& x, const Extents& shape) {
  if (x.shape == shape) return x;
  Extents axes;
  for (size_t a = 0; a < x.shape.size(); ++a)
    axes.push_back(static_cast<int64_t>(shape.size() - x.shape.size() + a));
  return broadcast(x, shape, axes);
}

Operand Code::spread(const Operand& reduced, const Extents& shape, const Extents& axes) {
  Extents kept;
  for (size_t a = 0; a < shape.size(); ++a)
    if (std::count(axes.begin(), axes.end(), static_cast<int64_t>(a)) == 0)
      kept.push_back(static_cast<int64_t>(a));
  return broadcast(reduced, shape, kept);
}

Operand Code::barrier(const Operand& x) {
  return result(fmt::format("stablehlo.optimization_barrier {} : {}", x.name, type_of(x)), x.dtype,
                x.shape);
}

Operand Code::reshape(const Operand& x, const Extents& shape) {
  if (x.shape == shape) return x;
  return result(fmt::format("stablehlo.reshape {} : ({}) -> {}", x.name, type_of(x),
                            tensor_type(x.dtype, shape)),
                x.dtype, shape);
}

Operand Code::transpose(const Operand& x, const Extents& order) {
  Extents shape;
  bool is_identity = true;
  for (size_t a = 0; a < order.size(); ++a) {
    shape.push_back(x.dim(order[a]));
    is_identity = is_identity && order[a] == static_cast<int64_t>(a);
  }
  if (is_identity) return x;
  return result(fmt::format("stablehlo.transpose {}, dims = {} : ({}) -> {}", x.name, list(order),
                            type_of(x), tensor_type(x.dtype, shape)),
                x.dtype, shape);
}

Operand Code::reverse(const Operand& x, const Extents& axes) {
  if (axes.empty()) return x;
  return result(fmt::format("stablehlo.reverse {}, dims = {} : {}", x.name, list(axes), type_of(x)),
                x.dtype, x.shape);
}

Operand Code::concatenate(const Operands& parts, int64_t axis) {
  if (parts.size() == 1) return parts[0];
  Extents shape = parts[0].shape;
  int64_t& size = shape[static_cast<size_t>(axis)];
  size = 0;
  for (const Operand& part : parts) size += part.dim(axis);
  return result(fmt::format("stablehlo.concatenate {}, dim = {} : ({}) -> {}", names_of(parts),
                            axis, types_of(parts), tensor_type(parts[0].dtype, shape)),
                parts[0].dtype, shape);
}

Operand Code::slice(const Operand& x, const Extents& start, const Extents& limit,
                    const Extents& stride) {
  Extents shape;
  std::string ranges;
  for (size_t a = 0; a < start.size(); ++a) {
    shape.push_back((limit[a] - start[a] + stride[a] - 1) / stride[a]);
    ranges += fmt::format("{}{}:{}{}", a == 0 ? "" : ", ", start[a], limit[a],
                          stride[a] == 1 ? "" : fmt::format(":{}", stride[a]));
  }
  return result(fmt::format("stablehlo.slice {} [{}] : ({}) -> {}", x.name, ranges, type_of(x),
                            tensor_type(x.dtype, shape)),
                x.dtype, shape);
}

Operand Code::slice(const Operand& x, int64_t axis, int64_t start, int64_t limit) {
  if (start == 0 && limit == x.dim(axis)) return x;
  Extents starts(x.shape.size(), 0), limits = x.shape;
  starts[static_cast<size_t>(axis)] = start;
  limits[static_cast<size_t>(axis)] = limit;
  return slice(x, starts, limits, Extents(x.shape.size(), 1));
}

Operand Code::pad(const Operand& x, const Operand& value, const Extents& low, const Extents& high,
                  const Extents& interior) {
  Extents shape;
  for (size_t a = 0; a < low.size(); ++a)
    shape.push_back(low[a] + high[a] + x.shape[a] +
                    std::max<int64_t>(x.shape[a] - 1, 0) * interior[a]);
  return result(
      fmt::format("stablehlo.pad {}, {}, low = {}, high = {}, interior = {} : ({}, {}) -> {}",
                  x.name, value.name, list(low), list(high), list(interior), type_of(x),
                  type_of(value), tensor_type(x.dtype, shape)),
      x.dtype, shape);
}

Operand Code::dynamic_update_slice(const Operand& x, const Operand& update,
                                   const Operands& starts) {
  return result(fmt::format("stablehlo.dynamic_update_slice {}, {}, {} : ({}, {}, {}) -> {}",
                            x.name, update.name, names_of(starts), type_of(x), type_of(update),
                            types_of(starts), type_of(x)),
                x.dtype, x.shape);
}

Operand Code::gather(const Operand& x, const Operand& indices, const GatherAxes& axes,
                     const Extents& slice_sizes) {
  // The result has the batch axes of the indices, with the slice's axes at offset_dims.
  Extents slice;
  const auto contains = [](const Extents& values, int64_t v) {
    return std::count(values.begin(), values.end(), v) > 0;
  };
  for (int64_t a = 0; a < x.rank(); ++a)
    if (!contains(axes.collapsed_slice_dims, a) && !contains(axes.operand_batching_dims, a))
      slice.push_back(slice_sizes[static_cast<size_t>(a)]);
  Extents batch;
  for (int64_t a = 0; a < indices.rank(); ++a)
    if (a != axes.index_vector_dim) batch.push_back(indices.dim(a));
  Extents shape;
  size_t next_slice = 0, next_batch = 0;
  for (size_t a = 0; a < slice.size() + batch.size(); ++a)
    shape.push_back(contains(axes.offset_dims, static_cast<int64_t>(a)) ? slice[next_slice++]
                                                                        : batch[next_batch++]);
  return result(
      fmt::format("\"stablehlo.gather\"({}, {}) <{{dimension_numbers = #stablehlo.gather<"
                  "offset_dims = {}, collapsed_slice_dims = {}, operand_batching_dims = {}, "
                  "start_indices_batching_dims = {}, start_index_map = {}, index_vector_dim = {}>, "
                  "indices_are_sorted = false, slice_sizes = {}}}> : ({}, {}) -> {}",
                  x.name, indices.name, list(axes.offset_dims), list(axes.collapsed_slice_dims),
                  list(axes.operand_batching_dims), list(axes.indices_batching_dims),
                  list(axes.start_index_map), axes.index_vector_dim, i64_array(slice_sizes),
                  type_of(x), type_of(indices), tensor_type(x.dtype, shape)),
      x.dtype, shape);
}

}  // namespace convoy::stablehlo
