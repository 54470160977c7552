#include "convoy/onnx/resample.h"

#include <algorithm>
#include <cmath>

#include "convoy/base/checked.h"

namespace convoy::onnx {

namespace {

/// An element and its weight.
struct Tap {
  int64_t position;
  double weight;
};

double nearest(double coordinate, NearestMode mode) {
  switch (mode) {
    case NearestMode::round_prefer_floor:
      return std::ceil(coordinate - 0.5);
    case NearestMode::round_prefer_ceil:
      return std::floor(coordinate + 0.5);
    case NearestMode::floor:
      return std::floor(coordinate);
    case NearestMode::ceil:
      break;
  }
  return std::ceil(coordinate);
}

/// Keys' kernel. (Keys, "Cubic convolution interpolation for digital image processing", 1981.)
double cubic(double distance, double a) {
  const double d = std::abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/// How many elements one is made of.
int64_t taps_of(ResizeMode mode) {
  return mode == ResizeMode::nearest ? 1 : mode == ResizeMode::linear ? 2 : 4;
}

/// Adds those of one coordinate.
void add_taps(std::vector<Tap>& taps, double coordinate, int64_t size, const Interpolation& how) {
  if (how.mode == ResizeMode::nearest) {
    taps.push_back({static_cast<int64_t>(nearest(coordinate, how.nearest_mode)), 1});
    return;
  }
  const auto below = static_cast<int64_t>(std::floor(coordinate));
  const size_t first = taps.size();
  double sum = 0;
  const int64_t reach = taps_of(how.mode) / 2;
  for (int64_t position = below + 1 - reach; position <= below + reach; ++position) {
    const double distance = coordinate - static_cast<double>(position);
    double weight = how.mode == ResizeMode::linear ? 1 - std::abs(distance)
                                                   : cubic(distance, how.cubic_coeff_a);
    if (how.exclude_outside && (position < 0 || position >= size)) weight = 0;
    taps.push_back({position, weight});
    sum += weight;
  }
  if (how.exclude_outside)
    for (size_t i = first; i < taps.size(); ++i) taps[i].weight /= sum;
}

}  // namespace

int64_t bytes_to_resample(int64_t count, ResizeMode mode) {
  constexpr int64_t per_tap = sizeof(Tap) + 3 * 8;  // and its position and weight as arrays
  return checked_multiply(count, 8 + taps_of(mode) * per_tap);
}

Value resampled(const Value& x, int64_t axis, const std::vector<double>& coordinates,
                const Interpolation& interpolation) {
  const int64_t size = x.dim(axis).value();
  const auto count = static_cast<int64_t>(coordinates.size());
  const auto per_element = static_cast<size_t>(taps_of(interpolation.mode));
  std::vector<Tap> taps;  // of one element after another
  taps.reserve(coordinates.size() * per_element);
  // Far outside there is nothing but the outermost element; integers hold what is near.
  for (const double coordinate : coordinates)
    add_taps(taps, std::clamp(coordinate, -4.0, static_cast<double>(size) + 4), size,
             interpolation);
  Extents along(static_cast<size_t>(x.rank()), 1);
  along[static_cast<size_t>(axis)] = count;
  Value sum;
  for (size_t t = 0; t < per_element; ++t) {
    Tensor positions(DType::int64, {count}), weights(DType::float64, along);
    for (size_t i = 0; i < coordinates.size(); ++i) {
      const Tap& tap = taps[i * per_element + t];
      positions.data<int64_t>()[i] = std::clamp<int64_t>(tap.position, 0, size - 1);
      weights.data<double>()[i] = tap.weight;
    }
    const Value picked = gather(x, constant(positions), axis);
    if (interpolation.mode == ResizeMode::nearest) return picked;
    const Value part = picked * constant(weights.cast(x.dtype()));
    sum = sum ? sum + part : part;
  }
  return sum;
}

}  // namespace convoy::onnx
