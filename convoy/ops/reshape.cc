#include "convoy/ops/reshape.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

std::vector<Type> infer(const Reshape& op, Types in) {
  for (const Dim& size : op.shape)
    if (size.is_static() && size.value() < 0)
      value_violation(2, fmt::format("sizes must not be negative, got {}", to_string(op.shape)));
  require_equal(1, element_count(op.shape), element_count(in[0].shape),
                fmt::format("{} has {} elements, {} has {}", to_string(op.shape),
                            element_count(op.shape).to_string(), to_string(in[0].shape),
                            element_count(in[0].shape).to_string()));
  return {{in[0].dtype, op.shape}};
}

Gradients vjp(const Reshape&, const Backward& b) {
  return {reshape(b.grad(), b.inputs[0].shape())};
}

namespace {

// Works out the one −1 in `shape`; anything it cannot is left for the type rule to refuse.
Shape completed(Shape shape, const Shape& in) {
  const auto unknown = std::find(shape.begin(), shape.end(), Dim(-1));
  if (unknown == shape.end() || std::find(unknown + 1, shape.end(), Dim(-1)) != shape.end())
    return shape;
  *unknown = 1;
  const Dim known = element_count(shape);
  *unknown = -1;
  if (known == Dim(0)) return shape;
  const Dim quotient = floor_div(element_count(in), known);
  if (known_different(quotient * known, element_count(in))) return shape;
  *unknown = quotient;
  return shape;
}

}  // namespace

Value reshape(const Value& x, Shape shape, std::string_view name) {
  shape = completed(std::move(shape), x.shape());
  return shape == x.shape() ? x : apply(Reshape{std::move(shape)}, {x}, name);
}

namespace {

// `axis` counted from the front in an array of `rank` axes.
size_t axis_from_front(std::string_view who, int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    throw ValueError(fmt::format("{}: axis {} is out of range for rank {} (allowed: {} … {})", who,
                                 axis, rank, -rank, rank - 1));
  return static_cast<size_t>(axis < 0 ? axis + rank : axis);
}

// Which of `rank` axes are in `axes`.
std::vector<bool> marked(std::string_view who, const Integers& axes, int64_t rank) {
  std::vector<bool> result(static_cast<size_t>(rank), false);
  for (const int64_t axis : axes) {
    const size_t a = axis_from_front(who, axis, rank);
    if (result[a])
      throw ValueError(
          fmt::format("{}: axis {} is named twice in {}", who, axis, attribute_text(axes)));
    result[a] = true;
  }
  return result;
}

}  // namespace

Value flatten(const Value& x, int64_t first, int64_t last) {
  if (x.rank() == 0) return reshape(x, {1});
  const size_t from = axis_from_front("flatten", first, x.rank());
  const size_t to = axis_from_front("flatten", last, x.rank());
  if (from > to)
    throw ValueError(fmt::format("flatten: first axis {} comes after last axis {}", first, last));
  const auto begin = x.shape().begin();
  const auto at = [&](size_t axis) { return begin + static_cast<std::ptrdiff_t>(axis); };
  Shape shape(begin, at(from));
  shape.push_back(element_count(Shape(at(from), at(to + 1))));
  shape.insert(shape.end(), at(to + 1), x.shape().end());
  return reshape(x, std::move(shape));
}

Value squeeze(const Value& x, const Integers& axes) {
  const std::vector<bool> gone = marked("squeeze", axes, x.rank());
  Shape shape;
  for (size_t a = 0; a < x.shape().size(); ++a) {
    const Dim& size = x.shape()[a];
    if (gone[a] && known_different(size, 1))
      throw ShapeError(fmt::format("squeeze: axis {} has size {}, not 1; x is {}", a,
                                   size.to_string(), to_string(x.type())));
    if (!gone[a] && !(axes.empty() && size == Dim(1))) shape.push_back(size);
  }
  return reshape(x, std::move(shape));
}

Value unsqueeze(const Value& x, const Integers& axes) {
  const int64_t rank = x.rank() + static_cast<int64_t>(axes.size());
  const std::vector<bool> added = marked("unsqueeze", axes, rank);
  Shape shape;
  size_t next = 0;
  for (const bool is_new : added) shape.push_back(is_new ? Dim(1) : x.shape()[next++]);
  return reshape(x, std::move(shape));
}

}  // namespace convoy
