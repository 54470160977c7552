#include "convoy/ops/window.h"

#include <fmt/format.h>

namespace convoy {

void require_window(const Window& window, size_t rank, const WindowConstraints& c) {
  require_length(c.lengths, "kernel", window.kernel.size(), rank);
  require_length(c.lengths, "stride", window.stride.size(), rank);
  require_length(c.lengths, "dilation", window.dilation.size(), rank);
  for (const Dim& k : window.kernel)
    if (k.is_static() && k.value() < 1)
      value_violation(c.positive, fmt::format("kernel must be at least 1 on every axis, got {}",
                                              attribute_text(window.kernel)));
  require_at_least(c.positive, "stride", window.stride, 1);
  require_at_least(c.positive, "dilation", window.dilation, 1);
  if (!window.padding.is_explicit()) return;
  require_length(c.lengths, "padding", window.padding.sides().size(), rank);
  for (const auto& [begin, end] : window.padding.sides())
    if (begin < 0 || end < 0)
      value_violation(c.padding, fmt::format("padding must not be negative, got {}",
                                             attribute_text(window.padding)));
}

Shape windowed_size(const Window& window, const Shape& in, const WindowConstraints& c,
                    bool ceil_mode) {
  require_window(window, in.size(), c);
  Shape out;
  for (size_t a = 0; a < in.size(); ++a) {
    const int64_t stride = window.stride[a], dilation = window.dilation[a];
    const Dim reach = effective_kernel(window.kernel[a], dilation);
    const auto [begin, end] = resolve(window.padding, a, in[a], window.kernel[a], stride, dilation);
    const Dim room = in[a] + begin + end - reach;
    if (room.is_static() && room.value() < 0)
      shape_violation(c.fits,
                      fmt::format("the kernel does not fit the padded input on spatial axis {}: "
                                  "kernel {} with dilation {} reaches {}, input {} with padding "
                                  "({}, {}) has {}",
                                  a, window.kernel[a].to_string(), dilation, reach.to_string(),
                                  in[a].to_string(), begin.to_string(), end.to_string(),
                                  (in[a] + begin + end).to_string()));
    const bool same = window.padding.kind() == Padding::Kind::same_upper ||
                      window.padding.kind() == Padding::Kind::same_lower;
    if (same) {  // the formula below comes to this; symbolic sizes read better so
      out.push_back(ceil_div(in[a], stride));
      continue;
    }
    if (ceil_mode) {
      // ceil(room/stride) + 1 windows, of which those that start at p·stride < in + begin stay:
      // the smaller of ceil((room + stride)/stride) and ceil((in + begin)/stride), and which of
      // them that is does not depend on `in`.
      const Dim beyond = max(reach - end - stride, 0);  // room + stride = in + begin − beyond
      out.push_back(ceil_div(in[a] + begin - beyond, stride));
      continue;
    }
    const Dim size = floor_div(room, stride) + 1;
    out.push_back(size);
  }
  return out;
}

}  // namespace convoy
