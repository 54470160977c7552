// Axis after axis: the largest of a box is the largest of the largest of its rows, and a window of
// k·k elements takes 2·k comparisons.
#include "convoy/ops/max_pool.h"

#include "convoy/stablehlo/largest.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

void lower(const MaxPool& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  Operands x = elements_and_places(out, layout);
  const Operands nothing = nothing_found(code, x);
  const auto axes =
      window_axes(op, spatial_of(out.shape()), spatial_of(out.output_shape()), op.kernel);
  bool is_first = true;
  for (size_t a = axes.size(); a-- > 0;) {
    if (axes[a].is_identity()) continue;
    // IREE joins the axes' windows into one loop that it then cannot divide among threads.
    if (!is_first)
      for (Operand& operand : x) operand = code.barrier(operand);
    is_first = false;
    const int64_t axis = spatial_axis(layout, static_cast<int64_t>(a));
    x = code.reduce_window(x, window_along(x[0].rank(), axis, axes[a]), nothing, larger);
  }
  give_values_and_places(out, x, layout);
}

}  // namespace convoy::stablehlo
