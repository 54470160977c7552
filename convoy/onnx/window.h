// Strides, dilations and pads, as convolution and pooling share them.
#pragma once

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

/// The padding as an attribute, auto_pad or pads, for a window of known size.
Attribute padding_attribute(const Padding& padding, const Integers& kernel,
                            const Integers& dilation);

}  // namespace convoy::onnx
