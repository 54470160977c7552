#include "convoy/nn/initializers.h"

#include <cmath>
#include <vector>

#include "convoy/base/convert.h"
#include "convoy/base/error.h"
#include "convoy/base/philox.h"

namespace convoy::nn {

namespace {

// Element i is `number(bits)` of the bits i of a stream of its own. Written where it belongs at
// once: the largest weights of a network take hundreds of megabytes.
template <class F>
Tensor drawn(DType dtype, const Extents& extents, Generator& generator, F&& number) {
  const RandomKey key{generator.seed(), generator.next_stream()};
  Tensor result(dtype, extents);
  visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    const auto values = result.data<T>();
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = convert<T>(double{number(random_bits(key, i))});
  });
  return result;
}

// Rows made orthonormal by modified Gram–Schmidt, run twice so that they are so to rounding.
void orthonormalize_rows(std::vector<double>& matrix, size_t rows, size_t columns) {
  const auto dot = [&](size_t a, size_t b) {
    double sum = 0;
    for (size_t c = 0; c < columns; ++c) sum += matrix[a * columns + c] * matrix[b * columns + c];
    return sum;
  };
  for (size_t r = 0; r < rows; ++r) {
    for (int pass = 0; pass < 2; ++pass)
      for (size_t earlier = 0; earlier < r; ++earlier) {
        const double share = dot(r, earlier);
        for (size_t c = 0; c < columns; ++c)
          matrix[r * columns + c] -= share * matrix[earlier * columns + c];
      }
    const double length = std::sqrt(dot(r, r));
    for (size_t c = 0; c < columns; ++c) matrix[r * columns + c] /= length;
  }
}

}  // namespace

std::pair<int64_t, int64_t> fans(const Extents& extents) {
  if (extents.size() < 2)
    throw ShapeError("fans are defined for weights of rank 2 and above, got " + to_string(extents));
  int64_t taps = 1;
  for (size_t a = 2; a < extents.size(); ++a) taps *= extents[a];
  return {extents[1] * taps, extents[0] * taps};
}

Initializer constant_value(double value) {
  return [=](DType dtype, const Extents& extents, Generator&) {
    return Tensor::full(dtype, extents, value);
  };
}

Initializer uniform(double low, double high) {
  return [=](DType dtype, const Extents& extents, Generator& generator) {
    return drawn(dtype, extents, generator,
                 [=](uint64_t bits) { return low + (high - low) * uniform_from_bits(bits); });
  };
}

Initializer normal(double mean, double deviation) {
  return [=](DType dtype, const Extents& extents, Generator& generator) {
    return drawn(dtype, extents, generator,
                 [=](uint64_t bits) { return mean + deviation * normal_from_bits(bits); });
  };
}

Initializer he_normal() {
  return [](DType dtype, const Extents& extents, Generator& generator) {
    const double variance = 2 / static_cast<double>(fans(extents).first);
    return normal(0, std::sqrt(variance))(dtype, extents, generator);
  };
}

Initializer he_uniform() {
  return [](DType dtype, const Extents& extents, Generator& generator) {
    const double bound = std::sqrt(6 / static_cast<double>(fans(extents).first));
    return uniform(-bound, bound)(dtype, extents, generator);
  };
}

Initializer glorot_normal() {
  return [](DType dtype, const Extents& extents, Generator& generator) {
    const auto [fan_in, fan_out] = fans(extents);
    const double variance = 2 / static_cast<double>(fan_in + fan_out);
    return normal(0, std::sqrt(variance))(dtype, extents, generator);
  };
}

Initializer glorot_uniform() {
  return [](DType dtype, const Extents& extents, Generator& generator) {
    const auto [fan_in, fan_out] = fans(extents);
    const double bound = std::sqrt(6 / static_cast<double>(fan_in + fan_out));
    return uniform(-bound, bound)(dtype, extents, generator);
  };
}

Initializer orthogonal(double gain) {
  return [=](DType dtype, const Extents& extents, Generator& generator) {
    fans(extents);  // refuses ranks below 2
    Tensor turned = drawn(DType::float64, extents, generator, normal_from_bits);
    const std::span<double> result = turned.data<double>();
    if (result.empty()) return turned.cast(dtype);
    std::vector<double> values(result.begin(), result.end());
    const auto outputs = static_cast<size_t>(extents[0]);
    const size_t rest = values.size() / outputs;
    // Few outputs: their rows are orthonormal. Many: the columns are, made as rows and turned.
    const size_t rows = std::min(outputs, rest), columns = std::max(outputs, rest);
    orthonormalize_rows(values, rows, columns);
    for (size_t o = 0; o < outputs; ++o)
      for (size_t r = 0; r < rest; ++r)
        result[o * rest + r] =
            gain * (outputs <= rest ? values[o * columns + r] : values[r * columns + o]);
    return turned.cast(dtype);
  };
}

Initializer fan_in_uniform(int64_t fan_in) {
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return uniform(-bound, bound);
}

}  // namespace convoy::nn
