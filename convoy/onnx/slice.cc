#include "convoy/ops/slice.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

/// Sizes of the parts of `size` in `count` pieces, of which the last may be smaller.
Shape even_parts(Reading& in, const Dim& size, int64_t count, bool may_be_uneven) {
  const Dim part = may_be_uneven ? ceil_div(size, count) : floor_div(size, count);
  if (!may_be_uneven && known_different(part * Dim(count), size))
    in.refuse(fmt::format("{} equal parts of an axis of size {} are not possible", count,
                          size.to_string()));
  Shape parts(static_cast<size_t>(count), part);
  parts.back() = size - part * Dim(count - 1);
  if (parts.back().is_static() && parts.back().value() < 0)
    in.refuse(
        fmt::format("an axis of size {} cannot be split into {} parts", size.to_string(), count));
  return parts;
}

Shape part_sizes(Reading& in, const Dim& size) {
  const auto count = static_cast<int64_t>(in.output_count());
  if (count == 0) in.refuse("it has no outputs");
  if (in.opset() < 13 && in.has_attribute("split")) return to_shape(in.integers("split"));
  if (in.opset() >= 13 && in.has(1)) return in.sizes(1);
  if (!in.has_attribute("num_outputs")) return even_parts(in, size, count, in.opset() >= 18);
  if (const int64_t stated = in.integer("num_outputs", count); stated != count)
    in.refuse(fmt::format("num_outputs is {}, and it has {} outputs", stated, count));
  return even_parts(in, size, count, true);
}

bool has_steps(const Integers& steps) {
  return std::any_of(steps.begin(), steps.end(), [](int64_t step) { return step != 1; });
}

bool is_whole(const Slice& op, const Shape& size, size_t a) {
  return op.starts[a] == Dim(0) && op.stops[a] == size[a] && op.steps[a] == 1;
}

/// A bound as `slice` takes it: ONNX counts negative ones from the end, and whether one is negative
/// may depend on sizes that are not known. [b < 0] is min(1, max(0, −b)).
Dim from_front(Reading& in, const Dim& bound, const Dim& size, bool backwards) {
  if (bound.is_static() || never_negative(bound)) return bound;
  if (backwards)
    in.unsupported(fmt::format("a negative step with a bound of {}, which may be negative",
                               bound.to_string()));
  if (never_negative(Dim(-1) - bound)) return max(bound + size, 0);
  const Dim below = max(Dim(0) - bound, 0), is_negative = Dim(0) - max(Dim(0) - below, -1);
  return max(bound + size * is_negative, 0);
}

/// Zeros between neighbours of `grad`, as many as the steps skip, and after the last.
std::string spread(Writing& out, const SliceInputGrad& op, const std::string& grad) {
  const size_t rank = op.steps.size();
  Shape apart, together;
  Integers pads(4 * rank);
  for (size_t a = 0; a < rank; ++a) {
    const Dim& size = out.type().shape[a];
    apart.push_back(size);
    apart.push_back(1);
    together.push_back(size * Dim(op.steps[a]));
    pads[2 * rank + 2 * a + 1] = op.steps[a] - 1;
  }
  const std::string separate = out.add("Reshape", {grad, out.sizes(apart)});
  const std::string padded = out.add("Pad", {separate, out.integers(pads)});
  return out.add("Reshape", {padded, out.sizes(together)});
}

}  // namespace

// Bounds were attributes before opset 10.
std::vector<Value> read_slice(Reading& in) {
  const Value& x = in.input(0);
  if (in.opset() < 10)
    return {slice(x, to_shape(in.required_integers("starts")),
                  to_shape(in.required_integers("ends")), in.integers("axes"))};
  Integers axes, steps;
  if (in.has(3)) axes = in.axes_from_front(in.static_sizes(3), x.rank());
  if (in.has(4)) steps = in.static_sizes(4);
  Shape starts = in.sizes(1), stops = in.sizes(2);
  for (size_t i = 0; i < std::min(starts.size(), stops.size()); ++i) {
    const size_t axis = axes.empty()      ? i
                        : i < axes.size() ? static_cast<size_t>(axes[i])
                                          : SIZE_MAX;
    if (axis >= x.shape().size()) break;  // `slice` refuses it
    const bool backwards = i < steps.size() && steps[i] < 0;
    starts[i] = from_front(in, starts[i], x.shape()[axis], backwards);
    stops[i] = from_front(in, stops[i], x.shape()[axis], backwards);
  }
  return {slice(x, starts, stops, axes, steps)};
}

std::vector<Value> read_split(Reading& in) {
  const Value& x = in.input(0);
  const int64_t axis = in.integer("axis", 0);
  const Shape sizes = part_sizes(in, x.dim(axis));
  if (sizes.size() != in.output_count())
    in.refuse(
        fmt::format("split has {} sizes, and it has {} outputs", sizes.size(), in.output_count()));
  return split(x, sizes, axis);
}

void write(const Slice& op, Writing& out) {
  const Shape& size = out.type().shape;
  Shape starts, stops;
  Integers axes, steps;
  for (size_t a = 0; a < size.size(); ++a) {
    if (is_whole(op, size, a)) continue;
    starts.push_back(op.starts[a]);
    stops.push_back(op.stops[a] == size[a] ? Dim(slice_end) : op.stops[a]);
    axes.push_back(static_cast<int64_t>(a));
    steps.push_back(op.steps[a]);
  }
  Names inputs{out.input(0), out.sizes(starts), out.sizes(stops), out.integers(axes)};
  if (has_steps(steps)) inputs.push_back(out.integers(steps));
  out.result("Slice", inputs);
}

void write(const SliceInputGrad& op, Writing& out) {
  std::string grad = out.input(0);
  Shape size = out.type().shape;
  if (has_steps(op.steps)) {
    grad = spread(out, op, grad);
    for (size_t a = 0; a < size.size(); ++a) size[a] = size[a] * Dim(op.steps[a]);
  }
  // The zeros after the last may be more than there is room for: a negative pad cuts them off.
  Shape pads = op.starts;
  for (size_t a = 0; a < size.size(); ++a)
    pads.push_back(op.input_size[a] - op.starts[a] - size[a]);
  out.result("Pad", {grad, out.sizes(pads)});
}

}  // namespace convoy::onnx
