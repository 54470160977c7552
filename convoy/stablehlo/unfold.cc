// unfold reads slices, fold puts them back; one axis after the other, so that a patch of k·k taps
// takes 2·k of them.
#include "convoy/ops/unfold.h"

#include "convoy/ops/fold.h"
#include "convoy/ops/patches.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

namespace {

template <class O>
std::vector<WindowAxis> patch_axes(const O& op, const Extents& size) {
  const Extents positions = to_extents(patch_positions(op, to_shape(size), {}));
  return window_axes(op, size, positions, op.kernel);
}

/// x[…,S,…] as […,K,P,…]: element (k,p) is that of tap k of the window at p.
Operand taps_read(Code& code, const Operand& x, int64_t axis, const WindowAxis& w) {
  const auto a = static_cast<size_t>(axis);
  Extents low(x.shape.size(), 0), high = low;
  const Extents none = low;
  low[a] = w.begin;
  high[a] = std::max<int64_t>(w.exact_end(), 0);
  const Operand padded = code.pad(x, code.splat(0, x.dtype), low, high, none);
  Operands taps;
  for (int64_t k = 0; k < w.kernel; ++k) {
    Extents start(x.shape.size(), 0), limit = padded.shape, stride(x.shape.size(), 1);
    start[a] = k * w.dilation;
    limit[a] = start[a] + (w.out - 1) * w.stride + 1;
    stride[a] = w.stride;
    const Operand tap = code.slice(padded, start, limit, stride);
    Extents apart = tap.shape;
    apart.insert(apart.begin() + axis, 1);
    taps.push_back(code.reshape(tap, apart));
  }
  return code.concatenate(taps, axis);
}

/// Moves the axes of [N,C,K1,P1,K2,P2,…] to [N,C,K1,K2,…,P1,P2,…], or back.
Operand taps_together(Code& code, const Operand& x, bool back) {
  const int64_t axes = (x.rank() - 2) / 2;
  Extents order(x.shape.size());
  order[1] = 1;
  for (int64_t a = 0; a < axes; ++a)
    for (int64_t i = 0; i < 2; ++i) {
      const int64_t mixed = 2 + 2 * a + i, apart = 2 + i * axes + a;
      order[static_cast<size_t>(back ? mixed : apart)] = back ? apart : mixed;
    }
  return code.transpose(x, order);
}

}  // namespace

void lower(const Unfold& op, Lowering& out) {
  Code& code = out.code();
  Operand x = out.raw(0);
  const auto axes = patch_axes(op, spatial_of(out.shape()));
  for (size_t a = axes.size(); a-- > 0;)
    x = taps_read(code, x, static_cast<int64_t>(2 + a), axes[a]);
  out.result(code.reshape(taps_together(code, x, false), out.output_shape()));
}

void lower(const Fold& op, Lowering& out) {
  Code& code = out.code();
  const auto axes = patch_axes(op, spatial_of(out.output_shape()));
  Extents apart{out.output_shape()[0], out.output_shape()[1]};
  for (const WindowAxis& w : axes) apart.push_back(w.kernel);
  for (const WindowAxis& w : axes) apart.push_back(w.out);
  Operand x = taps_together(code, code.reshape(out.input(0), apart), true);
  for (size_t a = 0; a < axes.size(); ++a) {
    const auto axis = static_cast<int64_t>(2 + a);
    Extents without = x.shape;
    without.erase(without.begin() + axis);
    x = put_back(code, axis, axes[a],
                 [&](int64_t k) { return code.reshape(code.slice(x, axis, k, k + 1), without); });
  }
  out.result(x);
}

}  // namespace convoy::stablehlo
