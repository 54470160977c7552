#include "convoy/ops/one_hot.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/onnx/casts.h"
#include "convoy/onnx/counting.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/slice.h"

namespace convoy::onnx {

namespace {

// A whole number of any dtype.
Dim depth_of(Reading& in) {
  const auto known = in.known_sizes(1);
  if (known && known->size() == 1) return known->front();
  const double depth = in.scalar(1);
  if (!(depth >= 0 && depth < 0x1p53) || depth != std::trunc(depth))
    in.refuse(fmt::format("depth is {}, not a size", depth));
  return static_cast<int64_t>(depth);
}

}  // namespace

// Made of a comparison: here an index out of range gives no error but "off" everywhere, and
// negative ones count from the back.
std::vector<Value> read_one_hot(Reading& in) {
  const Value depth_number = cast(in.input(1), DType::int64);
  const Dim depth = depth_of(in);
  const Value& values = in.input(2);
  if (values.rank() != 1 || known_different(values.dim(0), 2))
    in.refuse(fmt::format("values is {}, it must hold the values for off and on",
                          to_string(values.type())));
  const Value indices = cast(in.input(0), DType::int64);
  const int64_t rank = indices.rank() + 1, axis = in.integer("axis", -1);
  if (axis < -rank || axis >= rank)
    in.refuse(fmt::format("axis is {}, for a result of {} axes", axis, rank));
  Shape places(static_cast<size_t>(rank), 1);
  places[static_cast<size_t>(axis < 0 ? axis + rank : axis)] = depth;
  const Value from_front =
      where(less(indices, scalar(0, DType::int64)), indices + reshape(depth_number, {}), indices);
  const Value hit = equal(unsqueeze(from_front, {axis}), reshape(iota(depth), places));
  return {where(hit, reshape(slice(values, {1}, {2}), {}), reshape(slice(values, {0}, {1}), {}))};
}

void write(const OneHot& op, Writing& out) {
  const DType dtype = op.dtype;
  const std::string values = out.constant(Tensor::of<int64_t>({2}, {0, 1}).cast(dtype));
  const std::string indices = cast_to(out, out.input(0), out.type().dtype, DType::int64);
  out.result("OneHot", {indices, scalar_size(out, op.depth), values}, {{"axis", op.axis}});
}

}  // namespace convoy::onnx
