// Normalisations that are plain arithmetic here: of ONNX's, those without an operator of Convoy's.
#include <fmt/format.h>

#include "convoy/onnx/readers.h"

namespace convoy::onnx {

// y = x / (bias + alpha/size · Σ x²)^beta over `size` neighbouring channels.
std::vector<Value> read_lrn(Reading& in) {
  const Value& x = in.input(0);
  const int64_t size = in.required_integer("size");
  if (size < 1) in.refuse(fmt::format("size is {}, it must be at least 1", size));
  if (x.rank() < 2) in.refuse(fmt::format("x needs channels; it is {}", to_string(x.type())));
  Dim inner = 1;
  for (int64_t axis = 2; axis < x.rank(); ++axis) inner = inner * x.dim(axis);
  const Value squares = reshape(x * x, {x.dim(0), 1, x.dim(1), inner});
  const AvgPool window{.kernel = {size, 1},
                       .stride = {1, 1},
                       .padding = {{(size - 1) / 2, size / 2}, {0, 0}},
                       .dilation = {1, 1},
                       .ceil_mode = false,
                       .count_include_pad = true,
                       .divisor_override = size};
  const Value mean = reshape(avg_pool(squares, window), x.shape());
  const Value base = mean * in.number("alpha", 1e-4) + in.number("bias", 1);
  return {x / pow(base, scalar(in.number("beta", 0.75), x.dtype()))};
}

// Where the norm is 0, so is the result.
std::vector<Value> read_lp_normalization(Reading& in) {
  const Value& x = in.input(0);
  const int64_t p = in.integer("p", 2), axis = in.integer("axis", -1);
  if (p != 1 && p != 2) in.refuse(fmt::format("p is {}, it must be 1 or 2", p));
  const Value norm = p == 1 ? reduce_l1(x, {axis}, true) : reduce_l2(x, {axis}, true);
  const Value zero = scalar(0, x.dtype());
  return {where(equal(norm, zero), zero, x / norm)};
}

std::vector<Value> read_mean_variance_normalization(Reading& in) {
  const Value& x = in.input(0);
  const Integers axes = in.integers("axes", {0, 2, 3});
  const Value centred = x - reduce_mean(x, axes, true);
  return {centred / (sqrt(reduce_mean(centred * centred, axes, true)) + 1e-9)};
}

}  // namespace convoy::onnx
