#include "convoy/onnx/window.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy::onnx {

void check_per_axis(Reading& in, std::string_view name, const Integers& list, size_t rank) {
  if (list.size() != rank)
    in.refuse(fmt::format("{} has {} entries for {} spatial axes", name, list.size(), rank));
}

namespace {

Integers one_per_axis(Reading& in, std::string_view name, size_t rank) {
  Integers list = in.integers(name, Integers(rank, 1));
  check_per_axis(in, name, list, rank);
  return list;
}

}  // namespace

Window read_window(Reading& in, size_t rank) {
  Window window{one_per_axis(in, "strides", rank), one_per_axis(in, "dilations", rank), {}};
  const std::string kind = in.string("auto_pad", "NOTSET");
  const Integers pads = in.integers("pads", Integers(2 * rank, 0));
  if (pads.size() != 2 * rank)
    in.refuse(
        fmt::format("pads has {} entries, it must have a begin and an end for each of {} "
                    "spatial axes",
                    pads.size(), rank));
  const bool has_pads = std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad != 0; });
  if (kind != "NOTSET" && has_pads)
    in.refuse(fmt::format("it has both pads and auto_pad {}", kind));
  if (kind == "NOTSET")
    window.padding = Padding(sides_of(pads));
  else if (kind == "VALID")
    window.padding = Padding::valid;
  else if (kind == "SAME_UPPER")
    window.padding = Padding::same_upper;
  else if (kind == "SAME_LOWER")
    window.padding = Padding::same_lower;
  else
    in.refuse(
        fmt::format("auto_pad is '{}'; known are NOTSET, VALID, SAME_UPPER, SAME_LOWER", kind));
  return window;
}

Integers pads_of(const std::vector<Padding::Sides>& sides) {
  Integers pads;
  for (const auto& [begin, end] : sides) pads.push_back(begin);
  for (const auto& [begin, end] : sides) pads.push_back(end);
  return pads;
}

std::vector<Padding::Sides> sides_of(const Integers& pads) {
  const size_t rank = pads.size() / 2;
  std::vector<Padding::Sides> sides;
  for (size_t axis = 0; axis < rank; ++axis) sides.emplace_back(pads[axis], pads[rank + axis]);
  return sides;
}

Borders borders_of(const Padding& padding, const Shape& in, const Shape& kernel,
                   const Integers& stride, const Integers& dilation) {
  Borders borders;
  for (size_t axis = 0; axis < kernel.size(); ++axis)
    borders.push_back(resolve(padding, axis, in[axis], kernel[axis], stride[axis], dilation[axis]));
  return borders;
}

std::optional<Integers> pads_of(const Borders& borders) {
  std::vector<Padding::Sides> sides;
  for (const auto& [begin, end] : borders) {
    if (!begin.is_static() || !end.is_static()) return {};
    sides.emplace_back(begin.value(), end.value());
  }
  return pads_of(sides);
}

bool is_dilated(const Integers& dilations) {
  return std::any_of(dilations.begin(), dilations.end(), [](int64_t d) { return d != 1; });
}

Attribute padding_attribute(const Padding& padding, const Shape& in, const Shape& kernel,
                            const Integers& stride, const Integers& dilation) {
  if (padding.kind() == Padding::Kind::valid) return {"auto_pad", "VALID"};
  const bool is_upper = padding.kind() == Padding::Kind::same_upper;
  const Attribute same{"auto_pad", is_upper ? "SAME_UPPER" : "SAME_LOWER"};
  const bool is_same = is_upper || padding.kind() == Padding::Kind::same_lower;
  if (is_same && !is_dilated(dilation)) return same;
  const std::optional<Integers> pads = pads_of(borders_of(padding, in, kernel, stride, dilation));
  return pads ? Attribute{"pads", *pads} : same;
}

}  // namespace convoy::onnx
