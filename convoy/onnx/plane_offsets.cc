#include "convoy/onnx/plane_offsets.h"

#include "convoy/base/error.h"
#include "convoy/onnx/idioms.h"
#include "convoy/passes/known_elements.h"
#include "convoy/reference/reference.h"

namespace convoy::onnx {

namespace {

/// A size as an int64 scalar.
Value size_value(const Dim& size) {
  return size.is_static() ? constant(Tensor::of<int64_t>({}, {size.value()}))
                          : squeeze(shape_of(iota(size)));
}

Shape plane_of(const Value& x) { return {x.shape().begin() + 2, x.shape().end()}; }

/// Row-major offsets as those of a plane whose first axis is the closest.
Value column_major_offsets(const Value& offsets, const Shape& plane) {
  if (!is_static(plane))
    throw NotSupportedError("storage_order 1 with a symbolic size: " + to_string(plane));
  Value rest = offsets, sum;
  int64_t row_step = element_count(plane).value(), column_step = 1;
  for (const Dim& size : plane) {
    row_step /= size.value();
    const Value at = rest / static_cast<double>(row_step);
    rest = rest - at * static_cast<double>(row_step);
    const Value part = at * static_cast<double>(column_step);
    sum = sum ? sum + part : part;
    column_step *= size.value();
  }
  return sum;
}

/// The two inputs when `value` is that arithmetic, none otherwise.
std::pair<Value, Value> arguments_of(const Value& value, BinaryKind kind) {
  const Binary* binary = operator_of<Binary>(value);
  if (!binary || binary->kind != kind) return {};
  return {value.node()->inputs[0], value.node()->inputs[1]};
}

}  // namespace

Value to_tensor_offsets(const Value& offsets, const Value& x, bool column_major) {
  const Shape plane = plane_of(x);
  Shape per_plane(static_cast<size_t>(x.rank()), Dim(1));
  per_plane[0] = x.dim(0);
  per_plane[1] = x.dim(1);
  const Value planes = reshape(iota(x.dim(0) * x.dim(1)), per_plane);
  return (column_major ? column_major_offsets(offsets, plane) : offsets) +
         planes * size_value(element_count(plane));
}

Value to_plane_offsets(const Value& offsets, const Shape& size) {
  const Value plane = size_value(element_count(size));
  return offsets - offsets / plane * plane;
}

void write_plane_offsets(Writing& out, size_t k, const std::string& name, const Shape& size) {
  const std::string plane = out.sizes({element_count(size)});
  const std::string whole = out.add("Mul", {out.add("Div", {name, plane}), plane});
  out.result_of(k, "Sub", {name, whole});
}

Value plane_offsets_restored(const Node& node, const std::vector<Value>& inputs) {
  // offsets + planes·size, less that divided by size and multiplied by it.
  const Binary* sub = node.op() ? std::get_if<Binary>(node.op()) : nullptr;
  if (!sub || sub->kind != BinaryKind::sub) return {};
  const auto [quotient, second_size] = arguments_of(inputs[1], BinaryKind::mul);
  if (!quotient) return {};
  const auto [divided, size] = arguments_of(quotient, BinaryKind::div);
  if (!divided || !(divided == inputs[0])) return {};
  const auto [offsets, start] = arguments_of(divided, BinaryKind::add);
  if (!offsets || offsets.output() != 1 || !operator_of<MaxPool>(offsets)) return {};
  const auto [planes, plane_size] = arguments_of(start, BinaryKind::mul);
  if (!planes || !operator_of<Reshape>(planes) || !operator_of<Iota>(planes.node()->inputs[0]))
    return {};
  KnownElements known(reference::apply);
  const Dim wanted = element_count(plane_of(offsets.node()->inputs[0]));
  for (const Value& value : {size, second_size, plane_size}) {
    const std::optional<Shape> sizes = known.sizes(value);
    if (!sizes || sizes->size() != 1 || !((*sizes)[0] == wanted)) return {};
  }
  return offsets;
}

}  // namespace convoy::onnx
