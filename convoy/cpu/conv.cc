#include <utility>

#include "convoy/cpu/convolution.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/typed_convolution.h"
#include "convoy/passes/passes.h"

namespace convoy::cpu {

void lower(const Conv& op, Lowering& l) {
  if (!is_regular_convolution(l)) return emit_typed_convolution(op, l);
  const Extents w = l.shape(1);
  ConvGeometry geometry = geometry_of(op, l.shape(0), w, l.output_shape());
  if (is_plain_product(l, geometry))
    return emit_plain_product(l, geometry, {.batch = {}, .row = geometry.channels, .column = 1},
                              epilogue_of(l), flops(l.node()));
  geometry.plain_input = reads_plain(l, geometry);
  const bool planes = !geometry.plain_input && geometry.stride == Axes{1, 1, 1} &&
                      makes_planes(l, reversed(geometry));
  ConvOperands operands{
      .x = geometry.plain_input ? l.plain(0) : l.in(l.node().inputs[0], convolved_blocks(l)),
      .w = l.plain(1),
      .residual = residual_of(l),
      .y = l.result(planes ? Form::plain : l.result_blocks())};
  if (l.input_count() > 2) operands.bias = l.plain(2);
  geometry.x = operands.x.strides();
  geometry.y = operands.y.strides();
  if (operands.residual) geometry.residual = operands.residual->strides();
  if (planes) {
    WeightView view = weight_view(geometry, w, !op.flip);
    std::swap(view.output, view.channel);
    return emit_planes(l, reversed(geometry), epilogue_of(l), view, operands, flops(l.node()));
  }
  emit_convolution(l, geometry, epilogue_of(l), weight_view(geometry, w, op.flip), operands,
                   flops(l.node()));
}

}  // namespace convoy::cpu
