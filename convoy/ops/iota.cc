#include "convoy/ops/iota.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"

namespace convoy {

namespace {

// The largest number an integer dtype holds, as far as sizes go.
int64_t largest_of(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> int64_t {
    if constexpr (std::is_integral_v<T>)
      return static_cast<int64_t>(
          std::min<uint64_t>(static_cast<uint64_t>(std::numeric_limits<T>::max()),
                             static_cast<uint64_t>(std::numeric_limits<int64_t>::max())));
    return std::numeric_limits<int64_t>::max();
  });
}

}  // namespace

std::vector<Type> infer(const Iota& op, Types) {
  if (op.size.is_static() && op.size.value() < 0)
    value_violation(1, fmt::format("size must not be negative, got {}", op.size.value()));
  if (!is_floating(op.dtype) && !is_integer(op.dtype))
    type_violation(2, fmt::format("is not defined for dtype {}", to_string(op.dtype)));
  if (op.size.is_static() && op.size.value() - 1 > largest_of(op.dtype))
    value_violation(2, fmt::format("{} does not hold numbers up to {} − 1", to_string(op.dtype),
                                   op.size.value()));
  return {{op.dtype, {op.size}}};
}

Gradients vjp(const Iota&, const Backward&) { return {}; }

Value iota(Dim size, DType dtype, std::string_view name) {
  return apply(Iota{std::move(size), dtype}, {}, name);
}

Value range(double start, double stop, double step, DType dtype) {
  const std::string got = fmt::format("got start {}, stop {}, step {}", start, stop, step);
  const double count = std::ceil((stop - start) / step);
  if (step == 0 || !std::isfinite(step) || !std::isfinite(start) || !std::isfinite(stop))
    throw ValueError("range: start, stop and step must be finite and step not 0, " + got);
  if (!(count < 0x1p62)) throw LimitError("range: too many numbers, " + got);
  const auto size = static_cast<int64_t>(std::max(count, 0.0));
  if (is_floating(dtype)) {
    // In float64 whatever the result: one rounding each.
    const Value steps = iota(size, DType::float64);
    return cast(start + step * steps, dtype);
  }
  if (start != std::trunc(start) || step != std::trunc(step) || std::abs(start) > 0x1p53 ||
      std::abs(step) > 0x1p53)
    throw ValueError(
        fmt::format("range: {} takes whole numbers up to 2^53, {}", to_string(dtype), got));
  return cast(start + step * iota(size), dtype);
}

Value full(Shape shape, double value, DType dtype) {
  return expand(scalar(value, dtype), std::move(shape));
}

Value eye(Dim rows, Dim columns, int64_t diagonal, DType dtype) {
  const Value row = reshape(iota(rows), {rows, 1}), column = reshape(iota(columns), {1, columns});
  const Value shift = constant(Tensor::of<int64_t>({}, {diagonal}));
  return cast(equal(sub(column, row), shift), dtype);
}

}  // namespace convoy
