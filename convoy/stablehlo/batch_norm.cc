#include "convoy/ops/batch_norm.h"

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/normalization.h"

namespace convoy::stablehlo {

namespace {

/// All axes but that of the channels, the only one of rank 1.
Extents axes_of_channels(Layout layout, int64_t rank) {
  const int64_t channels = rank == 1 ? 0 : channel_axis(layout, rank);
  Extents axes;
  for (int64_t a = 0; a < rank; ++a)
    if (a != channels) axes.push_back(a);
  return axes;
}

}  // namespace

void lower(const BatchNorm& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  const Operand x = out.input(0, layout), gamma = out.input(1), beta = out.input(2),
                mean = out.input(3);
  const Extents axes = axes_of_channels(layout, x.rank());
  const auto of_channels = [&](const Operand& vector) {
    return code.spread(vector, x.shape, axes);
  };
  const Operand scale = code.mul(gamma, inverse_deviation(code, out.input(4), op.epsilon));
  const Operand scaled = code.mul(code.sub(x, of_channels(mean)), of_channels(scale));
  out.result(code.add(scaled, of_channels(beta)), layout);
}

void lower(const BatchNormTraining& op, Lowering& out) {
  const Layout layout = out.layout();
  Code& code = out.code();
  const Operand x = out.input(0, layout), gamma = out.input(1), beta = out.input(2);
  const Extents axes = axes_of_channels(layout, x.rank());
  const auto of_channels = [&](const Operand& vector) {
    return code.spread(vector, x.shape, axes);
  };
  const Standard batch = standard(code, x, axes);
  const Operand inv_std = inverse_deviation(code, batch.variance, op.epsilon);
  const Operand scaled = code.mul(batch.centred, of_channels(code.mul(gamma, inv_std)));
  out.result(0, code.add(scaled, of_channels(beta)), layout);

  const auto moved = [&](size_t running, const Operand& statistic) {
    return code.add(code.mul(out.input(running), 1 - op.momentum),
                    code.mul(statistic, op.momentum));
  };
  const auto count = static_cast<double>(element_count(x.shape) / gamma.dim(0));
  const double correction = op.unbiased ? count / (count - 1) : 1;
  out.result(1, moved(3, batch.mean));
  out.result(2, moved(4, code.mul(batch.variance, correction)));
  out.result(3, batch.mean);
  out.result(4, inv_std);
}

}  // namespace convoy::stablehlo
