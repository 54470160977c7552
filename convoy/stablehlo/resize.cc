#include "convoy/ops/resize.h"

#include "convoy/stablehlo/axis_sums.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

void lower(const Resize& op, Lowering& out) {
  const Layout layout = out.layout();
  // The nearest elements move as they are.
  Operand x = op.mode == ResizeMode::nearest ? out.raw(0, layout) : out.input(0, layout);
  const Extents in = spatial_of(out.shape()), size = spatial_of(out.output_shape());
  for (size_t a = 0; a < in.size(); ++a)
    x = weighted_sums(out.code(), x, spatial_axis(layout, static_cast<int64_t>(a)),
                      resize_taps(op, a, in[a], size[a]));
  out.result(x, layout);
}

void lower(const ResizeInputGrad& op, Lowering& out) {
  const Layout layout = out.layout();
  Operand x = out.input(0, layout);
  const Extents in = spatial_of(out.output_shape()), size = spatial_of(out.shape());
  for (size_t a = 0; a < in.size(); ++a)
    x = weighted_sums(out.code(), x, spatial_axis(layout, static_cast<int64_t>(a)),
                      transposed(resize_taps(op, a, in[a], size[a]), in[a]));
  out.result(x, layout);
}

}  // namespace convoy::stablehlo
