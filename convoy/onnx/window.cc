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

Attribute padding_attribute(const Padding& padding, const Integers& kernel,
                            const Integers& dilation) {
  switch (padding.kind()) {
    case Padding::Kind::same_upper:
      return {"auto_pad", "SAME_UPPER"};
    case Padding::Kind::same_lower:
      return {"auto_pad", "SAME_LOWER"};
    case Padding::Kind::valid:
      return {"auto_pad", "VALID"};
    default:
      break;
  }
  std::vector<Padding::Sides> sides;
  for (size_t axis = 0; axis < kernel.size(); ++axis) {
    // The size of the input matters to `same` alone.
    const auto [begin, end] = resolve(padding, axis, 0, kernel[axis], 1, dilation[axis]);
    sides.emplace_back(begin.value(), end.value());
  }
  return {"pads", pads_of(sides)};
}

}  // namespace convoy::onnx
