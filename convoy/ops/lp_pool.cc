#include "convoy/ops/lp_pool.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/unary.h"
#include "convoy/ops/where.h"

namespace convoy {

std::vector<Type> infer(const LpPool& op, Types in) {
  require_channels_first("x", in[0]);
  require_floating(2, "x", in[0].dtype);
  if (!std::isfinite(op.p) || op.p <= 0)
    value_violation(8, fmt::format("p must be finite and above 0, got {}", op.p));
  const Shape size = spatial_sizes(in[0].shape);
  const Shape out = pooled_size(pooling_window(op), op.ceil_mode, size);
  return {{in[0].dtype, with_spatial_sizes(in[0].shape, out)}};
}

Gradients vjp(const LpPool& op, const Backward& b) {
  const Value &x = b.inputs[0], &y = b.outputs[0];
  const Value zero = scalar(0, x.dtype()), one = scalar(1, x.dtype());
  // The sum over windows is what avg_pool_input_grad does with a divisor of 1.
  const AvgPoolInputGrad sum_over_windows{.kernel = op.kernel,
                                          .stride = op.stride,
                                          .padding = op.padding,
                                          .dilation = op.dilation,
                                          .ceil_mode = op.ceil_mode,
                                          .divisor_override = 1,
                                          .input_size = spatial_sizes(x.shape())};
  // Powers are taken of 1 where their argument is 0, so that no infinity meets the zero chosen
  // there, in derivatives of this gradient neither.
  const auto power = [&](const Value& base, double exponent) {
    const Value none = equal(base, zero);
    return where(none, zero, pow(where(none, one, base), scalar(exponent, x.dtype())));
  };
  const Value per_window = avg_pool_input_grad(b.grad() * power(y, 1 - op.p), sum_over_windows);
  return {per_window * (op.p == 2 ? x : sign(x) * power(abs(x), op.p - 1))};
}

Value lp_pool(const Value& x, LpPool attributes, std::string_view name) {
  return apply(with_full_window(std::move(attributes), x.rank()), {x}, name);
}

}  // namespace convoy
