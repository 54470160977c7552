// First values of parameters, drawn from a seed: the same numbers on every platform.
#pragma once

#include <functional>

#include "convoy/base/tensor.h"

namespace convoy::nn {

/// Hands out one stream of random numbers after another, so that each parameter of a network has
/// a stream of its own and adding a layer does not change what earlier ones drew.
class Generator {
 public:
  explicit Generator(uint64_t seed) : seed_(seed) {}
  uint64_t seed() const { return seed_; }
  uint64_t next_stream() { return streams_++; }

 private:
  uint64_t seed_;
  uint64_t streams_ = 0;
};

/// Makes the first value of a parameter of `extents`. Weights are laid out [outputs, inputs, K…];
/// fan_in is inputs·∏K and fan_out is outputs·∏K.
using Initializer = std::function<Tensor(DType dtype, const Extents& extents, Generator&)>;

/// `value` everywhere.
Initializer constant_value(double value);
/// Uniform in [low, high).
Initializer uniform(double low, double high);
/// Normal with the given mean and standard deviation.
Initializer normal(double mean = 0, double deviation = 1);
/// He et al. 2015: normal with variance 2/fan_in, for layers followed by ReLU.
Initializer he_normal();
/// He et al. 2015: uniform in ±√(6/fan_in).
Initializer he_uniform();
/// Glorot and Bengio 2010: normal with variance 2/(fan_in + fan_out).
Initializer glorot_normal();
/// Glorot and Bengio 2010: uniform in ±√(6/(fan_in + fan_out)).
Initializer glorot_uniform();
/// Saxe et al. 2014: rows (or columns, whichever are fewer) of the [outputs, rest] matrix are
/// orthonormal, times `gain`.
Initializer orthogonal(double gain = 1);
/// Uniform in ±1/√fan_in: PyTorch's default for weights and, with the fan_in of the weight,
/// for biases.
Initializer fan_in_uniform(int64_t fan_in);

/// inputs·∏K and outputs·∏K of a weight; ShapeError when the rank is below 2.
std::pair<int64_t, int64_t> fans(const Extents& extents);

}  // namespace convoy::nn
