#include "convoy/stablehlo/scatter.h"

#include "convoy/base/checked.h"

namespace convoy::stablehlo {

namespace {

std::string_view combining(ScatterReduction reduction) {
  switch (reduction) {
    case ScatterReduction::add:
      return "add";
    case ScatterReduction::mul:
      return "multiply";
    case ScatterReduction::min:
      return "minimum";
    default:
      return "maximum";
  }
}

Operand scatter_by(Code& code, ScatterReduction reduction, const Operand& x, const Operand& indices,
                   const Operand& updates, const GatherAxes& axes) {
  return code.scatter(x, indices, updates, axes, [&](Code& c, const Operand& a, const Operand& b) {
    return c.binary(combining(reduction), a, b);
  });
}

}  // namespace

Operand scattered(Code& code, ScatterReduction reduction, const Operand& x, const Operand& indices,
                  const Operand& updates, const GatherAxes& axes) {
  const int64_t count = element_count(updates.shape);
  if (count == 0 || element_count(x.shape) == 0) return x;
  if (reduction != ScatterReduction::none)
    return scatter_by(code, reduction, x, indices, updates, axes);
  // The largest row-major number of an update that goes to each element, or −1.
  const Operand numbers = code.reshape(code.iota(DType::int64, {count}, 0), updates.shape);
  const Operand last = scatter_by(code, ScatterReduction::max,
                                  code.splat(-1, DType::int64, x.shape), indices, numbers, axes);
  const Operand flat = code.reshape(updates, {count});
  const GatherAxes one{{}, {0}, {}, {}, {0}, last.rank()};
  return code.select(code.compare("LT", last, 0), x, code.gather(flat, last, one, {1}));
}

}  // namespace convoy::stablehlo
