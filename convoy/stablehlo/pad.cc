#include "convoy/ops/pad.h"

#include "convoy/base/checked.h"
#include "convoy/ops/pad_sources.h"
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

/// An axis of the operand at a time, picked or put by a vector of indices.
GatherAxes along(int64_t axis, int64_t rank) {
  GatherAxes axes;
  for (int64_t a = 0; a < rank; ++a)
    if (a != axis) axes.offset_dims.push_back(a);
  axes.collapsed_slice_dims = axes.start_index_map = {axis};
  axes.index_vector_dim = 1;
  return axes;
}

bool is_whole(const Extents& sources, int64_t size) {
  for (size_t i = 0; i < sources.size(); ++i)
    if (sources[i] != static_cast<int64_t>(i)) return false;
  return static_cast<int64_t>(sources.size()) == size;
}

Operand copied(Code& code, Operand x, const std::vector<Extents>& sources) {
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    const Extents& from = sources[static_cast<size_t>(axis)];
    if (is_whole(from, x.dim(axis))) continue;
    Extents sizes = x.shape;
    sizes[static_cast<size_t>(axis)] = 1;
    x = code.gather(x, code.integers(from), along(axis, x.rank()), sizes);
  }
  return x;
}

/// The adjoint of `copied`.
Operand summed(Code& code, Operand grad, const std::vector<Extents>& sources, const Extents& to) {
  for (int64_t axis = 0; axis < grad.rank(); ++axis) {
    const Extents& from = sources[static_cast<size_t>(axis)];
    if (is_whole(from, to[static_cast<size_t>(axis)])) continue;
    Extents shape = grad.shape;
    shape[static_cast<size_t>(axis)] = to[static_cast<size_t>(axis)];
    grad = code.scatter(code.splat(0, grad.dtype, shape), code.integers(from), grad,
                        along(axis, grad.rank()),
                        [](Code& c, const Operand& a, const Operand& b) { return c.add(a, b); });
  }
  return grad;
}

Extents negated(Extents values) {
  for (int64_t& value : values) value = -value;
  return values;
}

}  // namespace

void lower(const Pad& op, Lowering& out) {
  Code& code = out.code();
  const Layout layout = op.mode == PadMode::constant ? out.layout_of() : Layout::channels_first;
  const Operand x = out.raw(0, layout);
  const Extents to = out.output_shape();
  if (op.mode != PadMode::constant) {
    if (element_count(to) == 0) return out.result(code.splat(0, x.dtype, to));
    return out.result(copied(code, x, pad_sources(op, x.shape)));
  }
  const Operand value = code.splat(op.value, x.dtype);
  out.result(code.pad(x, value, in_layout(layout, to_extents(op.before)),
                      in_layout(layout, to_extents(op.after)), Extents(to.size(), 0)),
             layout);
}

void lower(const PadInputGrad& op, Lowering& out) {
  Code& code = out.code();
  const Operand grad = out.input(0);
  const Extents to = out.output_shape();
  if (op.mode == PadMode::constant)
    return out.result(code.pad(grad, code.splat(0, grad.dtype), negated(to_extents(op.before)),
                               negated(to_extents(op.after)), Extents(to.size(), 0)));
  if (element_count(grad.shape) == 0) return out.result(code.splat(0, grad.dtype, to));
  out.result(summed(code, grad, pad_sources(op, to), to));
}

}  // namespace convoy::stablehlo
