#include "convoy/ops/normalization.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/unary.h"

namespace convoy {

void require_epsilon(int constraint, double epsilon) {
  if (!std::isfinite(epsilon) || epsilon < 0)
    value_violation(constraint,
                    fmt::format("epsilon must be finite and not negative, got {}", epsilon));
}

Value widened(const Value& x) {
  const bool half = x.dtype() == DType::float16 || x.dtype() == DType::bfloat16;
  return half ? cast(x, DType::float32) : x;
}

namespace {

struct Moments {
  Value centred, inv_std;
};

Moments moments(const Value& x, const Integers& axes, double epsilon) {
  const Value centred = x - reduce_mean(x, axes, /*keepdims=*/true);
  return {centred, rsqrt(reduce_mean(centred * centred, axes, /*keepdims=*/true) + epsilon)};
}

}  // namespace

Value standardized(const Value& x, const Integers& axes, double epsilon) {
  const Moments m = moments(x, axes, epsilon);
  return m.centred * m.inv_std;
}

Value standardized_grad(const Value& grad, const Value& x, const Integers& axes, double epsilon) {
  const Moments m = moments(x, axes, epsilon);
  const Value y = m.centred * m.inv_std;
  const auto mean = [&](const Value& v) { return reduce_mean(v, axes, /*keepdims=*/true); };
  return (grad - mean(grad) - y * mean(grad * y)) * m.inv_std;
}

}  // namespace convoy
