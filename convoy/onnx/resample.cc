#include "convoy/onnx/resample.h"

#include "convoy/base/checked.h"
#include "convoy/ops/axis_taps.h"

namespace convoy::onnx {

namespace {

/// How many elements one is made of at most.
int64_t most_taps(ResizeMode mode) {
  return mode == ResizeMode::nearest ? 1 : mode == ResizeMode::linear ? 2 : 4;
}

}  // namespace

int64_t bytes_to_resample(int64_t count, ResizeMode mode) {
  constexpr int64_t per_tap = sizeof(Tap) + 3 * 8;  // and its position and weight as arrays
  return checked_multiply(count, 8 + most_taps(mode) * per_tap);
}

Value resampled(const Value& x, int64_t axis, const std::vector<double>& coordinates,
                const Resize& how) {
  const int64_t size = x.dim(axis).value();
  const auto count = static_cast<int64_t>(coordinates.size());
  const auto per_element = static_cast<size_t>(most_taps(how.mode));
  std::vector<Tap> taps;  // of one element after another
  taps.reserve(coordinates.size() * per_element);
  for (const double coordinate : coordinates) {
    std::vector<Tap> at = taps_at(how, coordinate, size);
    at.resize(per_element, {at.empty() ? 0 : at.back().index, 0});
    taps.insert(taps.end(), at.begin(), at.end());
  }
  Extents along(static_cast<size_t>(x.rank()), 1);
  along[static_cast<size_t>(axis)] = count;
  Value sum;
  for (size_t t = 0; t < per_element; ++t) {
    Tensor positions(DType::int64, {count}), weights(DType::float64, along);
    for (size_t i = 0; i < coordinates.size(); ++i) {
      const Tap& tap = taps[i * per_element + t];
      positions.data<int64_t>()[i] = tap.index;
      weights.data<double>()[i] = tap.weight;
    }
    const Value picked = gather(x, constant(positions), axis);
    if (how.mode == ResizeMode::nearest) return picked;
    const Value part = picked * constant(weights.cast(x.dtype()));
    sum = sum ? sum + part : part;
  }
  return sum;
}

}  // namespace convoy::onnx
