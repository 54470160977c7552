#include "convoy/composites/prelu.h"

#include <array>

#include <fmt/format.h>

#include "convoy/ops/binary.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/where.h"

namespace convoy {

namespace {

constexpr std::array<std::string_view, 2> argument_names{"x", "slope"};

// The shape under which `slope` broadcasts to `x`.
Shape aligned_shape(const Type& x, const Type& slope) {
  require_same_dtype(1, std::array{x, slope});
  require_floating(1, "x", x.dtype);
  const std::string message = fmt::format(
      "slope {} belongs neither to the channels of {} nor "
      "broadcasts to it",
      to_string(slope.shape), to_string(x.shape));
  const bool one = slope.rank() == 0 || (slope.rank() == 1 && slope.shape[0] == Dim(1));
  if (one) return {};
  if (slope.rank() == 1 && x.rank() > 0) {
    const size_t channels = x.rank() > 1 ? 1 : 0;
    require_equal(2, slope.shape[0], x.shape[channels], message);
    Shape shape(x.shape.size(), 1);
    shape[channels] = slope.shape[0];
    return shape;
  }
  if (slope.rank() > x.rank()) shape_violation(2, message);
  const size_t offset = x.shape.size() - slope.shape.size();
  for (size_t a = 0; a < slope.shape.size(); ++a)
    if (!(slope.shape[a] == Dim(1))) require_equal(2, slope.shape[a], x.shape[offset + a], message);
  return slope.shape;
}

}  // namespace

Value prelu(const Value& x, const Value& slope, std::string_view name) {
  const std::array types{x.type(), slope.type()};
  try {
    const Value aligned = reshape(slope, aligned_shape(types[0], types[1]));
    return where(greater(x, scalar(0, x.dtype())), x, aligned * x, name);
  } catch (const Violation& violation) {
    throw_violation(violation, "prelu", argument_names, name, types);
  }
}

}  // namespace convoy
