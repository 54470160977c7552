#include "convoy/ops/resize.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/rules.h"

namespace convoy {

namespace {

// Attributes of one of the two operators as those of the other.
template <class To, class From>
To same_interpolation(const From& op) {
  To other;
  other.mode = op.mode;
  other.coordinate_mode = op.coordinate_mode;
  other.nearest_mode = op.nearest_mode;
  other.scales = op.scales;
  other.cubic_coeff_a = op.cubic_coeff_a;
  other.antialias = op.antialias;
  other.exclude_outside = op.exclude_outside;
  return other;
}

Shape spatial(const Shape& shape) { return {shape.begin() + 2, shape.end()}; }

void require_rank(std::string_view what, const Type& type) {
  if (type.rank() < 3)
    shape_violation(1, fmt::format("{} must have rank at least 3 (batch, channels, one or more "
                                   "spatial axes), got {}",
                                   what, type.rank()));
}

void require_scale(double scale, const Dim& before, const Dim& after, size_t axis) {
  if (!(scale > 0) || !std::isfinite(scale))
    value_violation(4, fmt::format("scales must be positive and finite, got {} on spatial axis {}",
                                   scale, axis));
  if (!before.is_static() || !after.is_static()) return;
  const double scaled = scale * static_cast<double>(before.value());
  if (scaled < 0.5 || std::abs(scaled - static_cast<double>(after.value())) > 1)
    value_violation(4, fmt::format("scale {} takes size {} to {} on spatial axis {}, which is not "
                                   "near the size {} asked for",
                                   scale, before.to_string(), scaled, axis, after.to_string()));
}

// C2…C7 of both operators.
template <class O>
void check(const O& op, std::string_view size_name, const Shape& size, const Shape& before,
           const Shape& after, size_t axes, DType dtype) {
  require_length(2, size_name, size.size(), axes);
  if (!op.scales.empty()) require_length(2, "scales", op.scales.size(), axes);
  for (size_t a = 0; a < axes; ++a) {
    for (const Dim& d : {before[a], after[a]})
      if (d.is_static() && d.value() < 1)
        shape_violation(3, fmt::format("sizes must be at least 1 on every spatial axis, got {} "
                                       "resized to {}",
                                       to_string(before), to_string(after)));
    if (!op.scales.empty()) require_scale(op.scales[a], before[a], after[a], a);
  }
  const bool nearest = op.mode == ResizeMode::nearest;
  if (!nearest || size_name == "input_size") require_floating(5, to_string(op.mode), dtype);
  if (op.antialias && nearest)
    value_violation(6, "antialias needs mode linear or cubic, got nearest");
  if (!std::isfinite(op.cubic_coeff_a))
    value_violation(7, fmt::format("cubic_coeff_a must be finite, got {}", op.cubic_coeff_a));
}

Type with_spatial(const Type& type, const Shape& size) {
  Shape shape{type.shape[0], type.shape[1]};
  shape.insert(shape.end(), size.begin(), size.end());
  return {type.dtype, std::move(shape)};
}

}  // namespace

std::vector<Type> infer(const Resize& op, Types in) {
  require_rank("x", in[0]);
  const Shape before = spatial(in[0].shape);
  check(op, "size", op.size, before, op.size, before.size(), in[0].dtype);
  return {with_spatial(in[0], op.size)};
}

std::vector<Type> infer(const ResizeInputGrad& op, Types in) {
  require_rank("grad_output", in[0]);
  const Shape after = spatial(in[0].shape);
  check(op, "input_size", op.input_size, op.input_size, after, after.size(), in[0].dtype);
  return {with_spatial(in[0], op.input_size)};
}

Gradients vjp(const Resize& op, const Backward& b) {
  auto back = same_interpolation<ResizeInputGrad>(op);
  back.input_size = spatial(b.inputs[0].shape());
  return {resize_input_grad(b.grad(), std::move(back))};
}

Gradients vjp(const ResizeInputGrad& op, const Backward& b) {
  auto forth = same_interpolation<Resize>(op);
  forth.size = spatial(b.inputs[0].shape());
  return {resize(b.grad(), std::move(forth))};
}

namespace {

// floor(size × scale), for a symbolic size through a ratio of small integers.
Dim scaled_size(const Dim& size, double scale) {
  if (size.is_static()) {
    const double scaled = std::floor(static_cast<double>(size.value()) * scale);
    constexpr double most = 4e18;
    if (!(std::abs(scaled) < most))
      throw LimitError(
          fmt::format("resize: size {} scaled by {} overflows 64 bits", size.to_string(), scale));
    return static_cast<int64_t>(scaled);
  }
  constexpr int64_t most_parts = 64;
  constexpr double most = 1 << 20;
  for (int64_t parts = 1; parts <= most_parts && std::abs(scale) < most; ++parts) {
    const double multiple = scale * static_cast<double>(parts);
    if (multiple == std::floor(multiple))
      return floor_div(size * static_cast<int64_t>(multiple), parts);
  }
  throw NotSupportedError(
      fmt::format("resize: the symbolic size {} scaled by {}; write the size "
                  "that is meant",
                  size.to_string(), scale));
}

}  // namespace

Value resize(const Value& x, Resize attributes, std::string_view name) {
  if (x.rank() >= 3) {
    const Shape before = spatial(x.shape());
    if (attributes.scales.size() == 1)
      attributes.scales.assign(before.size(), attributes.scales[0]);
    if (attributes.size.empty() && attributes.scales.size() == before.size())
      for (size_t a = 0; a < before.size(); ++a)
        attributes.size.push_back(scaled_size(before[a], attributes.scales[a]));
  }
  return apply(std::move(attributes), {x}, name);
}

Value resize_input_grad(const Value& grad_output, ResizeInputGrad attributes,
                        std::string_view name) {
  return apply(std::move(attributes), {grad_output}, name);
}

}  // namespace convoy
