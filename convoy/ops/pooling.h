// What the pooling operators share: the fields of their window and the rules it obeys.
#pragma once

#include "convoy/ops/operator.h"
#include "convoy/ops/window.h"

namespace convoy {

/// Fields that every pooling operator with a sliding window has.
template <class O>
constexpr auto pooling_fields(Integers O::* kernel, Integers O::* stride, Padding O::* padding,
                              Integers O::* dilation, bool O::* ceil_mode) {
  return std::tuple{
      Field{"kernel", kernel, "size of the window per spatial axis"},
      Field{"stride", stride, "step of the window per spatial axis; default: the kernel"},
      Field{"padding", padding,
            "valid, same_upper, same_lower, half, full, or (begin, end) per axis; default 0"},
      Field{"dilation", dilation, "distance of neighbouring taps per axis; default 1"},
      Field{"ceil_mode", ceil_mode,
            "round the number of windows up, less those that start beyond x and its begin "
            "padding; default false"}};
}

/// The window of a pooling operator.
template <class O>
Window pooling_window(const O& op) {
  return {to_shape(op.kernel), op.stride, op.padding, op.dilation};
}

/// Kernel, stride, padding and dilation spelled out for `rank - 2` spatial axes: one entry stands
/// for all axes, no stride for the kernel. What is wrong is left to the type rule.
template <class O>
O with_full_window(O op, int64_t rank) {
  if (rank < 3) return op;
  const auto axes = static_cast<size_t>(rank - 2);
  if (op.kernel.size() == 1) op.kernel = Integers(axes, op.kernel[0]);
  if (op.stride.empty()) op.stride = op.kernel;
  if (op.dilation.empty()) op.dilation = {1};
  if (op.stride.size() == 1) op.stride = Integers(axes, op.stride[0]);
  if (op.dilation.size() == 1) op.dilation = Integers(axes, op.dilation[0]);
  op.padding = op.padding.for_rank(axes);
  return op;
}

// Every pooling operator numbers these constraints alike:
//   C1 rank at least 3          C4 positive window        C7 channels are not empty
//   C2 dtype                    C5 0 <= padding < k_eff
//   C3 lengths of lists         C6 the window fits

/// Axes 2, 3, … of `shape`.
Shape spatial_sizes(const Shape& shape);
/// `shape` with the spatial sizes replaced.
Shape with_spatial_sizes(const Shape& shape, const Shape& spatial);
/// C1 and C7 for the input `what`.
void require_channels_first(std::string_view what, const Type& x);
/// C3 to C6; the number of windows per axis.
Shape pooled_size(const Window& window, bool ceil_mode, const Shape& in);
/// Every window holds an element of x itself, as far as that is known when the graph is built;
/// kernels check it again.
void require_real_elements(int constraint, const Window& window, const Shape& in, const Shape& out);

}  // namespace convoy
