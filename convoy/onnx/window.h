// Strides, dilations and pads, as convolution and pooling share them.
#pragma once

#include <optional>

#include "convoy/onnx/reading.h"
#include "convoy/onnx/writing.h"
#include "convoy/ops/padding.h"

namespace convoy::onnx {

/// Attributes of a sliding window, spelled out for `rank` spatial axes.
struct Window {
  Integers stride, dilation;
  Padding padding;
};

/// strides, dilations, pads and auto_pad of a node. ValueError where lengths or values are wrong.
Window read_window(Reading& in, size_t rank);

/// ValueError unless the attribute `name` has one entry per spatial axis.
void check_per_axis(Reading& in, std::string_view name, const Integers& list, size_t rank);

/// pads in ONNX's order: every begin, then every end.
Integers pads_of(const std::vector<Padding::Sides>& sides);
std::vector<Padding::Sides> sides_of(const Integers& pads);

/// Begin and end of the padding on every spatial axis, symbolic where sizes are.
using Borders = std::vector<std::pair<Dim, Dim>>;
Borders borders_of(const Padding& padding, const Shape& in, const Shape& kernel,
                   const Integers& stride, const Integers& dilation);
/// The borders as ONNX's attribute pads; none when one of them is symbolic.
std::optional<Integers> pads_of(const Borders& borders);
/// True when one of the dilations is not 1.
bool is_dilated(const Integers& dilations);

/// The padding as an attribute: auto_pad where ONNX has the kind, pads otherwise. `same` becomes
/// pads beside dilations, where sizes are known: ONNX Runtime does not take both.
Attribute padding_attribute(const Padding& padding, const Shape& in, const Shape& kernel,
                            const Integers& stride, const Integers& dilation);

}  // namespace convoy::onnx
