#include "convoy/ops/concat.h"

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

void lower(const Concat& op, Lowering& out) {
  Layout layout = Layout::channels_first;
  for (size_t i = 0; i < out.input_count(); ++i)
    if (out.layout_of(i) == Layout::channels_last) layout = Layout::channels_last;
  Operands parts;
  for (size_t i = 0; i < out.input_count(); ++i) parts.push_back(out.raw(i, layout));
  out.result(out.code().concatenate(parts, axis_in(layout, op.axis, parts[0].rank())), layout);
}

}  // namespace convoy::stablehlo
