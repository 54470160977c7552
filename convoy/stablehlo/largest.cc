#include "convoy/stablehlo/largest.h"

#include <limits>

#include "convoy/base/checked.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

Operands elements_and_places(Lowering& out, Layout layout) {
  Code& code = out.code();
  const Operand x = out.input(0, layout);
  if (!out.wants(1)) return {x};
  const Extents plane = spatial_of(out.shape());
  // 32 bits hold the offsets of all but giant planes and take half the time.
  const bool is_small = element_count(plane) <= std::numeric_limits<int32_t>::max();
  const DType dtype = is_small ? DType::int32 : DType::int64;
  Operand places = code.iota(dtype, x.shape, spatial_axis(layout, 0));
  for (size_t a = 1; a < plane.size(); ++a)
    places = code.add(code.mul(places, static_cast<double>(plane[a])),
                      code.iota(dtype, x.shape, spatial_axis(layout, static_cast<int64_t>(a))));
  return {x, places};
}

Operands nothing_found(Code& code, const Operands& elements) {
  constexpr double infinity =
      std::numeric_limits<double>::infinity();  // of integers, the outermost
  Operands initial{code.splat(-infinity, elements[0].dtype)};
  if (elements.size() > 1) initial.push_back(code.splat(infinity, elements[1].dtype));
  return initial;
}

Operands larger(Code& code, const Operands& two) {
  if (two.size() == 2) return {code.binary("maximum", two[0], two[1])};
  const Operand &x = two[0], &x_place = two[1], &y = two[2], &y_place = two[3];
  Operand is_larger = code.compare("GT", y, x), is_equal = code.compare("EQ", y, x);
  if (is_floating(x.dtype)) {
    const Operand x_is_nan = code.compare("NE", x, x), y_is_nan = code.compare("NE", y, y);
    const Operand only_y = code.binary("and", y_is_nan, code.unary("not", x_is_nan));
    is_larger = code.binary("or", is_larger, only_y);
    is_equal = code.binary("or", is_equal, code.binary("and", y_is_nan, x_is_nan));
  }
  const Operand is_first = code.binary("and", is_equal, code.compare("LT", y_place, x_place));
  const Operand y_wins = code.binary("or", is_larger, is_first);
  return {code.select(y_wins, y, x), code.select(y_wins, y_place, x_place)};
}

void give_values_and_places(Lowering& out, const Operands& found, Layout layout) {
  out.result(0, found[0], layout);
  if (found.size() > 1) out.result(1, found[1], layout);
}

}  // namespace convoy::stablehlo
