#include "convoy/ops/resize.h"

#include <cmath>

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

struct Tap {
  int64_t index;
  double weight;
};
/// For every element of an axis of the result, the elements it is made of.
using Axis = std::vector<std::vector<Tap>>;

double coordinate(CoordinateMode mode, int64_t i, double scale, int64_t before, int64_t after) {
  const double at = static_cast<double>(i), in = static_cast<double>(before),
               out = static_cast<double>(after);
  switch (mode) {
    case CoordinateMode::half_pixel:
      break;
    case CoordinateMode::half_pixel_symmetric:
      return in / 2 * (1 - out / (scale * in)) + (at + 0.5) / scale - 0.5;
    case CoordinateMode::pytorch_half_pixel:
      if (after == 1) return 0;
      break;
    case CoordinateMode::asymmetric:
      return at / scale;
    case CoordinateMode::align_corners:
      return after == 1 ? 0 : at * (in - 1) / (out - 1);
  }
  return (at + 0.5) / scale - 0.5;
}

double nearest(NearestMode mode, double at) {
  switch (mode) {
    case NearestMode::round_prefer_floor:
      return std::ceil(at - 0.5);
    case NearestMode::round_prefer_ceil:
      return std::floor(at + 0.5);
    case NearestMode::floor:
      return std::floor(at);
    case NearestMode::ceil:
      break;
  }
  return std::ceil(at);
}

// The weight of a neighbour at `distance`: a triangle, or Keys' cubic convolution (1981).
double kernel(ResizeMode mode, double distance, double a) {
  const double d = std::abs(distance);
  if (mode == ResizeMode::linear) return std::max(1 - d, 0.0);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((d - 5) * d + 8) * d * a - 4 * a;
  return 0;
}

template <class O>
std::vector<Tap> taps_of(const O& op, double at, double scale, int64_t before) {
  const auto inside = [&](int64_t j) { return std::clamp<int64_t>(j, 0, before - 1); };
  if (op.mode == ResizeMode::nearest)
    return {{inside(static_cast<int64_t>(nearest(op.nearest_mode, at))), 1}};
  const double shrink = op.antialias ? std::min(scale, 1.0) : 1.0;
  const double support = (op.mode == ResizeMode::linear ? 1 : 2) / shrink;
  std::vector<Tap> taps;
  double sum = 0;
  const auto last = static_cast<int64_t>(std::ceil(at + support));
  for (auto j = static_cast<int64_t>(std::floor(at - support)); j <= last; ++j) {
    const double weight = kernel(op.mode, (static_cast<double>(j) - at) * shrink, op.cubic_coeff_a);
    if (weight == 0 || (op.exclude_outside && inside(j) != j)) continue;
    taps.push_back({inside(j), weight});
    sum += weight;
  }
  if (op.antialias || op.exclude_outside)
    for (Tap& tap : taps) tap.weight /= sum;
  return taps;
}

template <class O>
Axis axis_of(const O& op, size_t axis, int64_t before, int64_t after) {
  const double scale = op.scales.empty() ? static_cast<double>(after) / static_cast<double>(before)
                                         : op.scales[axis];
  Axis result;
  for (int64_t i = 0; i < after; ++i)
    result.push_back(
        taps_of(op, coordinate(op.coordinate_mode, i, scale, before, after), scale, before));
  return result;
}

// Numbers of one array of `extents`, resampled along one axis, or spread back by the adjoint.
std::vector<double> resampled(const std::vector<double>& x, const Extents& extents, size_t axis,
                              const Axis& taps, int64_t size, bool adjoint, const Call& call) {
  const int64_t outer = count_between(extents, 0, axis);
  const int64_t inner = count_between(extents, axis + 1, extents.size());
  std::vector<double> y(static_cast<size_t>(outer * size * inner), 0.0);
  for (int64_t o = 0; o < outer; ++o) {
    call.cancellation.check();
    for (size_t i = 0; i < taps.size(); ++i)
      for (const Tap& tap : taps[i])
        for (int64_t k = 0; k < inner; ++k) {
          const int64_t from = adjoint ? static_cast<int64_t>(i) : tap.index;
          const int64_t to = adjoint ? tap.index : static_cast<int64_t>(i);
          y[static_cast<size_t>((o * size + to) * inner + k)] +=
              tap.weight * x[static_cast<size_t>((o * extents[axis] + from) * inner + k)];
        }
  }
  return y;
}

template <class O>
void resample(const O& op, const Tensor& x, Tensor& y, bool adjoint, const Call& call) {
  visit_floating(x.dtype(), [&]<class T>(std::type_identity<T>) {
    std::vector<double> numbers;
    for (const T& element : x.data<T>()) numbers.push_back(load(element));
    Extents extents = x.extents();
    for (size_t a = 2; a < extents.size(); ++a) {
      const int64_t from = extents[a], to = y.extents()[a];
      const Axis taps = adjoint ? axis_of(op, a - 2, to, from) : axis_of(op, a - 2, from, to);
      numbers = resampled(numbers, extents, a, taps, to, adjoint, call);
      extents[a] = to;
    }
    const auto elements = y.data<T>();
    for (size_t i = 0; i < elements.size(); ++i) store(elements[i], numbers[i]);
  });
}

// Elements of any dtype as they are.
void pick_nearest(const Resize& op, const Tensor& x, Tensor& y) {
  const Extents strides = strides_of(x.extents());
  std::vector<Axis> axes;
  for (size_t a = 2; a < x.extents().size(); ++a)
    axes.push_back(axis_of(op, a - 2, x.extents()[a], y.extents()[a]));
  size_t i = 0;
  for_each_position(y.extents(), [&](const Extents& p) {
    Extents from = p;
    for (size_t a = 2; a < p.size(); ++a) from[a] = axes[a - 2][static_cast<size_t>(p[a])][0].index;
    copy_element(x, offset_of(from, strides), y, i++);
  });
}

}  // namespace

void run(const Resize& op, Call& call) {
  if (op.mode == ResizeMode::nearest) {
    pick_nearest(op, call.inputs[0], call.outputs[0]);
  } else {
    resample(op, call.inputs[0], call.outputs[0], false, call);
  }
}

void run(const ResizeInputGrad& op, Call& call) {
  resample(op, call.inputs[0], call.outputs[0], true, call);
}

}  // namespace convoy::reference
