#include "convoy/nn/linear.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/composites/dropout.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/matmul.h"
#include "convoy/ops/reshape.h"

namespace convoy::nn {

Linear::Linear(int64_t in_features, int64_t out_features, LinearOptions options,
               Generator& generator)
    : bias_(options.bias) {
  if (in_features < 1 || out_features < 1)
    throw ValueError(
        fmt::format("a linear layer needs at least 1 feature in and out, got {} and "
                    "{}",
                    in_features, out_features));
  const Initializer otherwise = fan_in_uniform(in_features);
  const Initializer& weight = options.weight_init ? options.weight_init : otherwise;
  const Initializer& bias = options.bias_init ? options.bias_init : otherwise;
  add_parameter("weight", weight(options.dtype, {out_features, in_features}, generator));
  if (bias_) add_parameter("bias", bias(options.dtype, {out_features}, generator));
}

Value Linear::forward(const Value& x, Mode&) const {
  const Value y = matmul(x, parameter_value("weight"), {.transpose_y = true}, path());
  return bias_ ? add(y, parameter_value("bias"), path("add_bias")) : y;
}

Value Flatten::forward(const Value& x, Mode&) const { return flatten(x, first_, last_); }

Dropout::Dropout(double probability) : probability_(probability) {
  if (!(probability >= 0 && probability <= 1))
    throw ValueError(fmt::format("dropout needs a probability in 0…1, got {}", probability));
}

// Each dropout of a network draws from a stream of its own: the step's plus its number.
Value Dropout::forward(const Value& x, Mode& mode) const {
  if (!mode.training || probability_ == 0) return x;
  if (!mode.key)
    throw ValueError("dropout in training draws random numbers: give Mode::key, uint64[2]");
  const Value offset =
      constant(Tensor::of<uint64_t>({2}, {0, static_cast<uint64_t>(mode.random_layers++) << 32}));
  return dropout(x, mode.key + offset, probability_, path());
}

}  // namespace convoy::nn
