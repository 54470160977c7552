#include "convoy/onnx/kernels.h"

#include <limits>

#include <fmt/format.h>

#include "convoy/ops/flip.h"
#include "convoy/reference/reference.h"

namespace convoy::onnx {

size_t spatial_rank(Reading& in, const Value& x, const Value& w) {
  if (x.rank() < 3 || x.rank() != w.rank())
    in.refuse(fmt::format("x and w must have one rank, at least 3; x is {}, w is {}",
                          to_string(x.type()), to_string(w.type())));
  return static_cast<size_t>(x.rank() - 2);
}

void check_kernel_shape(Reading& in, const Value& w) {
  const Integers stated = in.integers("kernel_shape");
  const Shape kernel = spatial_of(w.type());
  if (stated.empty() && !in.has_attribute("kernel_shape")) return;
  bool fits = stated.size() == kernel.size();
  for (size_t axis = 0; fits && axis < kernel.size(); ++axis)
    fits = !known_different(stated[axis], kernel[axis]);
  if (!fits)
    in.refuse(fmt::format("kernel_shape is {}, but w is {}", to_string(Extents(stated)),
                          to_string(w.type())));
}

Shape spatial_of(const Type& type) { return {type.shape.begin() + 2, type.shape.end()}; }

void require_floating(Writing& out) {
  if (!is_floating(out.type().dtype))
    out.refuse(fmt::format("ONNX convolves floating numbers, not {}; cast first",
                           to_string(out.type().dtype)));
}

std::string kernel_input(Writing& out, size_t i, bool flip) {
  if (!flip) return out.input(i);
  Integers axes;
  for (int64_t axis = 2; axis < out.type(i).rank(); ++axis) axes.push_back(axis);
  if (const Tensor* weights = out.known(i)) {
    const Value flipped = convoy::flip(convoy::constant(*weights), axes);
    const Tensor turned = reference::apply(*flipped.node(), std::span(weights, 1))[0];
    return out.constant(turned, out.value(i).node()->title() + "_flipped");
  }
  return out.add("Slice", flipping(out, out.input(i), axes.size()));
}

Names flipping(Writing& out, const std::string& weights, size_t rank) {
  // From the last element backwards, however many there are.
  Integers axes;
  for (size_t axis = 0; axis < rank; ++axis) axes.push_back(static_cast<int64_t>(2 + axis));
  return {weights, out.integers(Integers(rank, -1)),
          out.integers(Integers(rank, std::numeric_limits<int64_t>::min())), out.integers(axes),
          out.integers(Integers(rank, -1))};
}

std::string padded(Writing& out, const std::string& x, const Borders& borders) {
  Shape pads{0, 0}, ends{0, 0};
  for (const auto& [begin, end] : borders) {
    pads.push_back(begin);
    ends.push_back(end);
  }
  pads.insert(pads.end(), ends.begin(), ends.end());
  return out.add("Pad", {x, out.sizes(pads)});
}

}  // namespace convoy::onnx
