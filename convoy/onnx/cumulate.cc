// Sums and products of all elements so far.
#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/flip.h"
#include "convoy/ops/pad.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/slice.h"

namespace convoy::onnx {

namespace {

/// x moved on by `steps` along an axis; what comes in from the front is `value`.
Value moved(const Value& x, int64_t axis, int64_t steps, double value) {
  Shape before(x.shape().size(), 0);
  before[static_cast<size_t>(axis)] = steps;
  const Value kept = slice(x, {0}, {x.dim(axis) - steps}, {axis});
  return pad(kept, before, Shape(x.shape().size(), 0), PadMode::constant, value);
}

}  // namespace

// Each step adds what lies 1, 2, 4, … before: log n additions of whole arrays.
std::vector<Value> read_cumulate(Reading& in) {
  const BinaryKind kind = in.op_type() == "CumSum" ? BinaryKind::add : BinaryKind::mul;
  const double neutral = kind == BinaryKind::add ? 0 : 1;
  const DType dtype = in.input(0).dtype();
  Value x = cast(in.input(0), is_floating(dtype) ? DType::float64 : dtype);
  const bool exclusive = in.flag("exclusive", false), reverse = in.flag("reverse", false);
  const int64_t stated = in.integer_scalar(1), rank = x.rank();
  if (stated < -rank || stated >= rank)
    in.refuse(fmt::format("axis is {}, for an input of {} axes", stated, rank));
  const int64_t axis = axis_from_front(stated, rank);
  if (!x.dim(axis).is_static())
    in.unsupported(fmt::format("an axis of symbolic size, {}", x.dim(axis).to_string()));
  if (reverse) x = flip(x, {axis});
  const int64_t size = x.dim(axis).value();
  if (exclusive && size > 0) x = moved(x, axis, 1, neutral);
  for (int64_t steps = 1; steps < size; steps *= 2)
    x = binary(kind, x, moved(x, axis, steps, neutral));
  if (reverse) x = flip(x, {axis});
  return {cast(x, dtype)};
}

}  // namespace convoy::onnx
