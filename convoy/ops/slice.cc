#include "convoy/ops/slice.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/flip.h"
#include "convoy/ops/rules.h"

namespace convoy {

namespace {

bool known_less(const Dim& a, const Dim& b) {
  const Dim difference = a - b;
  return difference.is_static() && difference.value() < 0;
}

// Sizes of the slice of an array of shape `in`, after checking C1…C3.
template <class O>
Shape sliced_size(const O& op, const Shape& in) {
  require_length(1, "starts", op.starts.size(), in.size());
  require_length(1, "stops", op.stops.size(), in.size());
  require_length(1, "steps", op.steps.size(), in.size());
  require_at_least(2, "steps", op.steps, 1);
  Shape size;
  for (size_t a = 0; a < in.size(); ++a) {
    const Dim &start = op.starts[a], &stop = op.stops[a];
    if (known_less(start, 0) || known_less(stop, start) || known_less(in[a], stop))
      value_violation(3, fmt::format("bounds must satisfy 0 <= start <= stop <= size, got {}:{} of "
                                     "size {} along axis {}",
                                     start.to_string(), stop.to_string(), in[a].to_string(), a));
    size.push_back(ceil_div(stop - start, op.steps[a]));
  }
  return size;
}

}  // namespace

std::vector<Type> infer(const Slice& op, Types in) {
  return {{in[0].dtype, sliced_size(op, in[0].shape)}};
}

std::vector<Type> infer(const SliceInputGrad& op, Types in) {
  const Type& grad = in[0];
  require_length(1, "input_size", op.input_size.size(), grad.shape.size());
  const Shape size = sliced_size(op, op.input_size);
  for (size_t a = 0; a < size.size(); ++a)
    require_equal(4, size[a], grad.shape[a],
                  fmt::format("grad_output must have the shape of the slice, {}, got {}",
                              to_string(size), to_string(grad.shape)));
  if (grad.dtype == DType::boolean)
    type_violation(5, "the dtype must be floating or integer, got bool");
  return {{grad.dtype, op.input_size}};
}

Gradients vjp(const Slice& op, const Backward& b) {
  return {slice_input_grad(b.grad(), {op.starts, op.stops, op.steps, b.inputs[0].shape()})};
}

Gradients vjp(const SliceInputGrad& op, const Backward& b) {
  return {apply(Slice{op.starts, op.stops, op.steps}, {b.grad()})};
}

namespace {

// Bounds this large stand for the ends, whatever the size.
constexpr int64_t beyond = int64_t{1} << 62;

// A bound as an index from the front, inside 0…size.
Dim clamped(const Dim& bound, const Dim& size) {
  if (!bound.is_static()) return bound;
  const int64_t at = bound.value();
  if (at == 0 || at <= -beyond) return 0;
  if (at >= beyond) return size;
  if (at < 0) return max(size + at, 0);
  return size.is_static() ? Dim(std::min(at, size.value())) : size - max(size - at, 0);
}

// Whether a range that ends where `stop` says can end before it starts.
bool may_be_reversed(const Dim& start, const Dim& stop) {
  if (start == Dim(0) || stop == Dim(slice_end)) return false;
  if (!start.is_static() || !stop.is_static())
    return start.is_static() || stop.is_static();  // two symbolic bounds are the caller's word
  const bool same_side = (start.value() < 0) == (stop.value() < 0);
  return !same_side || stop.value() < start.value();
}

// The index in the reversed axis: the first element becomes −1.
Dim reversed(const Dim& bound, const Dim& size) {
  return bound.is_static() ? Dim(-1 - bound.value()) : size - 1 - bound;
}

}  // namespace

Value slice(const Value& x, const Shape& starts, const Shape& stops, const Integers& axes,
            const Integers& steps, std::string_view name) {
  const size_t rank = x.shape().size();
  const size_t count = starts.size();
  if (stops.size() != count || (!axes.empty() && axes.size() != count) ||
      (!steps.empty() && steps.size() != count) || (axes.empty() && count > rank))
    throw ValueError(
        fmt::format("slice: starts, stops, axes and steps must have one length, at most the rank "
                    "{}, got {}, {}, {} and {}",
                    rank, count, stops.size(), axes.size(), steps.size()));
  Slice op{Shape(rank, 0), x.shape(), Integers(rank, 1)};
  Integers backwards;
  std::vector<bool> taken(rank, false);
  for (size_t i = 0; i < count; ++i) {
    int64_t axis = axes.empty() ? static_cast<int64_t>(i) : axes[i];
    if (axis < 0) axis += x.rank();
    if (axis < 0 || axis >= x.rank() || taken[static_cast<size_t>(axis)])
      throw ValueError(fmt::format("slice: axes must be in {} … {}, each at most once, got {}",
                                   -x.rank(), x.rank() - 1, attribute_text(axes)));
    const size_t a = static_cast<size_t>(axis);
    taken[a] = true;
    const Dim& size = x.shape()[a];
    Dim start = starts[i], stop = stops[i];
    int64_t step = steps.empty() ? 1 : steps[i];
    if (step == slice_begin) ++step;
    if (step < 0) {  // x[a:b:−s] = flip(x)[~a:~b:s]
      backwards.push_back(axis);
      start = reversed(start, size);
      stop = reversed(stop, size);
      step = -step;
    }
    op.steps[a] = std::min(step, beyond);
    op.starts[a] = clamped(start, size);
    op.stops[a] = clamped(stop, size);
    if (may_be_reversed(start, stop)) op.stops[a] = max(op.stops[a], op.starts[a]);
  }
  const Value from = flip(x, backwards);
  const bool whole =
      op.starts == Shape(rank, 0) && op.stops == x.shape() && op.steps == Integers(rank, 1);
  return whole ? from : apply(std::move(op), {from}, name);
}

Value slice_input_grad(const Value& grad_output, SliceInputGrad attributes, std::string_view name) {
  return apply(std::move(attributes), {grad_output}, name);
}

std::vector<Value> split(const Value& x, const Shape& sizes, int64_t axis) {
  const Dim& size = x.dim(axis);
  Dim sum = 0;
  for (const Dim& part : sizes) {
    if (known_less(part, 0))
      throw ValueError(fmt::format("split: sizes must not be negative, got {}", to_string(sizes)));
    sum = sum + part;
  }
  if (known_different(sum, size))
    throw ShapeError(fmt::format("split: sizes {} must add up to {}, the size of axis {}; x is {}",
                                 to_string(sizes), size.to_string(), axis, to_string(x.type())));
  std::vector<Value> parts;
  Dim start = 0;
  for (const Dim& part : sizes) {
    parts.push_back(slice(x, {start}, {start + part}, {axis}));
    start = start + part;
  }
  return parts;
}

std::vector<Value> split(const Value& x, int64_t parts, int64_t axis) {
  const Dim& size = x.dim(axis);
  const bool too_many = size.is_static() && parts > std::max<int64_t>(size.value(), 1);
  if (parts < 1 || too_many || (size.is_static() && size.value() % parts != 0))
    throw ShapeError(
        fmt::format("split: the number of parts ({}) must divide {}, the size of axis "
                    "{}; x is {}",
                    parts, size.to_string(), axis, to_string(x.type())));
  constexpr int64_t most_parts = 1 << 20;
  if (parts > most_parts)
    throw LimitError(fmt::format("split: {} parts are more than {}", parts, most_parts));
  return split(x, Shape(static_cast<size_t>(parts), floor_div(size, parts)), axis);
}

}  // namespace convoy
