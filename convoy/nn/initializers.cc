#include "convoy/nn/initializers.h"

#include <cmath>
#include <vector>

#include "convoy/base/convert.h"
#include "convoy/base/error.h"
#include "convoy/base/philox.h"

namespace convoy::nn {

namespace {

Tensor to_tensor(DType dtype, const Extents& extents, const std::vector<double>& values) {
  return Tensor::of<double>(extents, std::span<const double>(values)).cast(dtype);
}

std::vector<double> standard_normals(const Extents& extents, Generator& generator) {
  const RandomKey key{generator.seed(), generator.next_stream()};
  std::vector<double> values(static_cast<size_t>(Tensor(DType::boolean, extents).size()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = normal_from_bits(random_bits(key, i));
  return values;
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
    const RandomKey key{generator.seed(), generator.next_stream()};
    Tensor result(DType::float64, extents);
    const auto values = result.data<double>();
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = low + (high - low) * uniform_from_bits(random_bits(key, i));
    return result.cast(dtype);
  };
}

Initializer normal(double mean, double deviation) {
  return [=](DType dtype, const Extents& extents, Generator& generator) {
    std::vector<double> values = standard_normals(extents, generator);
    for (double& value : values) value = mean + deviation * value;
    return to_tensor(dtype, extents, values);
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
    std::vector<double> values = standard_normals(extents, generator);
    const auto outputs = static_cast<size_t>(extents[0]);
    if (values.empty()) return to_tensor(dtype, extents, values);
    const size_t rest = values.size() / outputs;
    // Few outputs: their rows are orthonormal. Many: the columns are, made as rows and turned.
    const size_t rows = std::min(outputs, rest), columns = std::max(outputs, rest);
    orthonormalize_rows(values, rows, columns);
    std::vector<double> turned(values.size());
    for (size_t o = 0; o < outputs; ++o)
      for (size_t r = 0; r < rest; ++r)
        turned[o * rest + r] =
            gain * (outputs <= rest ? values[o * columns + r] : values[r * columns + o]);
    return to_tensor(dtype, extents, turned);
  };
}

Initializer fan_in_uniform(int64_t fan_in) {
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return uniform(-bound, bound);
}

}  // namespace convoy::nn
