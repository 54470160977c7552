#include "convoy/ops/resize.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/onnx/axis_products.h"
#include "convoy/onnx/kernels.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/resample.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/axis_taps.h"

namespace convoy::onnx {

namespace {

/// What a node asks for, spelled out for every axis of x.
struct Target {
  Shape size = {};      // empty: floor(size × scale), some of which is symbolic
  Numbers scales = {};  // empty: size after / size before
};

/// The size after scaling as an integer, which sizes and scales from files may be far beyond.
int64_t whole_size(Reading& in, double scale, double before, double after) {
  constexpr double most = 1 << 30;
  if (!(after >= 1 && after <= most))
    in.refuse(fmt::format("a scale of {} takes size {} to {}", scale, before, after));
  return static_cast<int64_t>(after);
}

/// As ONNX Runtime multiplies: in float32.
int64_t scaled_size(Reading& in, int64_t size, double scale) {
  const float scaled = std::floor(static_cast<float>(size) * static_cast<float>(scale));
  return whole_size(in, scale, static_cast<double>(size), static_cast<double>(scaled));
}

Target target_of_scales(Reading& in, const Numbers& scales, const Integers& axes) {
  const Value& x = in.input(0);
  const auto rank = static_cast<size_t>(x.rank());
  if (scales.size() != axes.size())
    in.refuse(fmt::format("scales has {} entries for {} axes", scales.size(), axes.size()));
  Target target{{}, Numbers(rank, 1)};
  for (size_t i = 0; i < axes.size(); ++i) {
    if (!(scales[i] > 0) || !std::isfinite(scales[i]))
      in.refuse(fmt::format("scales must be positive, one is {}", scales[i]));
    target.scales[static_cast<size_t>(axes[i])] = scales[i];
  }
  if (!is_static(x.shape())) return target;
  bool are_ratios = true;
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t before = x.shape()[axis].value(),
                  after = scaled_size(in, before, target.scales[axis]);
    target.size.push_back(after);
    are_ratios = are_ratios &&
                 target.scales[axis] * static_cast<double>(before) == static_cast<double>(after);
  }
  if (are_ratios) target.scales.clear();
  return target;
}

Target target_of_sizes(Reading& in, const Shape& sizes, const Integers& axes) {
  const Value& x = in.input(0);
  if (sizes.size() != axes.size())
    in.refuse(fmt::format("sizes has {} entries for {} axes", sizes.size(), axes.size()));
  Target target{x.shape(), {}};
  for (size_t i = 0; i < axes.size(); ++i) target.size[static_cast<size_t>(axes[i])] = sizes[i];
  const std::string policy = in.string("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch") return target;
  if (policy != "not_larger" && policy != "not_smaller")
    in.refuse(
        fmt::format("keep_aspect_ratio_policy is '{}'; known are stretch, not_larger, "
                    "not_smaller",
                    policy));
  // One scale for all axes: that of the axis that grows least, or most.
  Numbers ratios;
  for (size_t i = 0; i < axes.size(); ++i) {
    const Dim& before = x.shape()[static_cast<size_t>(axes[i])];
    if (!before.is_static() || !sizes[i].is_static())
      in.unsupported(fmt::format("keep_aspect_ratio_policy {} with symbolic sizes", policy));
    if (before.value() < 1) in.refuse("x is empty");
    ratios.push_back(static_cast<double>(sizes[i].value()) / static_cast<double>(before.value()));
  }
  if (ratios.empty()) return target;
  const double scale = policy == "not_larger" ? *std::min_element(ratios.begin(), ratios.end())
                                              : *std::max_element(ratios.begin(), ratios.end());
  target.scales = Numbers(static_cast<size_t>(x.rank()), 1);
  for (const int64_t axis : axes) {
    const auto a = static_cast<size_t>(axis);
    const auto before = static_cast<double>(x.shape()[a].value());
    target.scales[a] = scale;
    target.size[a] = whole_size(in, scale, before, std::floor(scale * before + 0.5));
  }
  return target;
}

/// True for batch and channels of [N,C,…] whose size is a symbol in x and stated otherwise by the
/// target, as where a network is exported with any batch and one size of pictures: such an axis is
/// stated, not resampled. The last axis must change, which tells channels from rows of [N,H,W,C].
bool is_meant_to_keep(size_t axis, const Shape& before, const Shape& after) {
  const size_t last = before.size() - 1;
  return axis < 2 && last >= 3 && !(before[last] == after[last]) && !before[axis].is_static() &&
         !known_different(before[axis], after[axis]);
}

/// x resampled. Axes in front, or too few of them, become spatial ones of an array that has two
/// more.
Value resized(const Value& x, const Target& target, const Resize& attributes,
              std::string_view name) {
  const auto keeps = [&](size_t axis) {
    return (target.scales.empty() || target.scales[axis] == 1) &&
           (target.size.empty() || target.size[axis] == x.shape()[axis] ||
            is_meant_to_keep(axis, x.shape(), target.size));
  };
  size_t first = 0;
  while (first < x.shape().size() && keeps(first)) ++first;
  if (first == x.shape().size()) return x;
  const bool is_spatial = first >= 2;
  Resize op = attributes;
  const auto tail = [&](const auto& list) {
    using List = std::decay_t<decltype(list)>;
    return list.empty() ? List{} : List(list.begin() + (is_spatial ? 2 : 0), list.end());
  };
  op.size = tail(target.size);
  op.scales = tail(target.scales);
  // Sizes of batch and channels that turn out to be others than stated are refused by `expand`.
  if (is_spatial) {
    const Value result = resize(x, op, name);
    return target.size.empty() ? result : expand(result, target.size);
  }
  const Value result = resize(unsqueeze(x, {0, 1}), op, name);
  return squeeze(result, {0, 1});
}

Integers all_axes(const Value& x) {
  Integers axes(static_cast<size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

ResizeMode read_mode(Reading& in) {
  const std::string mode = in.string("mode", "nearest");
  return mode == "bilinear" || mode == "trilinear" ? ResizeMode::linear
                                                   : parse_enum<ResizeMode>("mode", mode);
}

/// Resize of opset 10, and Upsample: coordinates are i/scale; the nearest element is the one before
/// where the array grows, and the one behind where it shrinks.
Value resized_by_ratio(Reading& in, const Numbers& scales) {
  const Value& x = in.input(0);
  const Target target = target_of_scales(in, scales, all_axes(x));
  Resize op{.size = {},
            .mode = read_mode(in),
            .coordinate_mode = CoordinateMode::asymmetric,
            .nearest_mode = NearestMode::floor};
  const auto shrinks = [](double scale) { return scale < 1; };
  if (op.mode != ResizeMode::nearest || std::none_of(scales.begin(), scales.end(), shrinks))
    return resized(x, target, op, in.name());
  if (!std::all_of(scales.begin(), scales.end(), [](double scale) { return scale <= 1; }))
    in.unsupported("nearest with scales both above and below 1, before opset 11");
  op.nearest_mode = NearestMode::ceil;
  return resized(x, target, op, in.name());
}

Integers read_axes(Reading& in, const Value& x) {
  return in.has_attribute("axes") ? in.axes_from_front(in.integers("axes"), x.rank()) : all_axes(x);
}

/// True when the input is there and is not an empty placeholder.
bool is_given(Reading& in, size_t i) {
  return in.has(i) && !(in.input(i).rank() == 1 && in.input(i).dim(0) == Dim(0));
}

/// Coordinates of tf_crop_and_resize, the elements of a box of x, and of tf_half_pixel_for_nn.
std::vector<double> special_coordinates(const std::string& mode, int64_t before, int64_t after,
                                        double scale, double start, double end) {
  std::vector<double> coordinates;
  coordinates.reserve(static_cast<size_t>(after));
  const auto last = static_cast<double>(before - 1);
  for (int64_t i = 0; i < after; ++i) {
    const auto at = static_cast<double>(i);
    if (mode == "tf_half_pixel_for_nn")
      coordinates.push_back((at + 0.5) / scale);
    else if (after == 1)
      coordinates.push_back((start + end) * last / 2);
    else
      coordinates.push_back(start * last +
                            at * (end - start) * last / static_cast<double>(after - 1));
  }
  return coordinates;
}

/// x at such coordinates. Elements of a box outside of x are extrapolation_value.
Value resized_specially(Reading& in, const std::string& mode, const Target& target,
                        const Integers& axes, const Resize& op) {
  Value y = in.input(0);
  if (op.antialias) in.unsupported("antialias with coordinates " + mode);
  if (mode == "tf_crop_and_resize" && is_given(in, 2))
    in.unsupported(mode + " with scales; with sizes it is supported");
  if (target.size.empty() || !is_static(target.size) || !is_static(y.shape()))
    in.unsupported(mode + " with symbolic sizes");
  const bool crops = mode == "tf_crop_and_resize";
  const Tensor box = crops ? in.constant(1) : Tensor();
  const auto count = static_cast<int64_t>(axes.size());
  if (crops && (box.rank() != 1 || box.size() != 2 * count))
    in.refuse(fmt::format("roi is {}; it must have a start and an end for each of {} axes",
                          to_string(box.type()), count));
  Value outside;
  for (int64_t k = 0; k < count; ++k) {
    const int64_t axis = axes[static_cast<size_t>(k)];
    const int64_t before = y.dim(axis).value(),
                  after = target.size[static_cast<size_t>(axis)].value();
    if (before < 1 || after < 1) in.refuse("sizes before and after must be at least 1");
    const double start = crops ? box.at(k) : 0, end = crops ? box.at(count + k) : 1;
    if (!std::isfinite(start) || !std::isfinite(end)) in.refuse("roi must be finite");
    if (after == before && start == 0 && end == 1) continue;
    const double scale = target.scales.empty()
                             ? static_cast<double>(after) / static_cast<double>(before)
                             : target.scales[static_cast<size_t>(axis)];
    in.charge(bytes_to_resample(after, op.mode));
    const std::vector<double> coordinates =
        special_coordinates(mode, before, after, scale, start, end);
    y = resampled(y, axis, coordinates, op);
    if (!crops) continue;
    Extents along(static_cast<size_t>(y.rank()), 1);
    along[static_cast<size_t>(axis)] = after;
    Tensor beyond(DType::boolean, along);
    for (size_t i = 0; i < coordinates.size(); ++i)
      beyond.data<bool>()[i] =
          coordinates[i] < 0 || coordinates[i] > static_cast<double>(before - 1);
    outside = outside ? logical_or(outside, constant(beyond)) : constant(beyond);
  }
  const double value = in.number("extrapolation_value", 0);
  return outside ? where(outside, scalar(value, y.dtype()), y) : y;
}

}  // namespace

std::vector<Value> read_upsample(Reading& in) {
  return {resized_by_ratio(in, in.opset() < 9 ? in.numbers("scales") : in.meant_numbers(1))};
}

std::vector<Value> read_resize(Reading& in) {
  if (in.opset() < 11) return {resized_by_ratio(in, in.meant_numbers(1))};
  const Value& x = in.input(0);
  const std::string coordinates = in.string("coordinate_transformation_mode", "half_pixel");
  const bool is_special =
      coordinates == "tf_crop_and_resize" || coordinates == "tf_half_pixel_for_nn";
  Resize op{.size = {},
            .mode = read_mode(in),
            .coordinate_mode = is_special ? CoordinateMode::half_pixel
                                          : parse_enum<CoordinateMode>(
                                                "coordinate_transformation_mode", coordinates),
            .nearest_mode = parse_enum<NearestMode>(
                "nearest_mode", in.string("nearest_mode", "round_prefer_floor")),
            .scales = {},
            .cubic_coeff_a = in.number("cubic_coeff_a", -0.75),
            .antialias = in.flag("antialias", false),
            .exclude_outside = in.flag("exclude_outside", false)};
  op.antialias = op.antialias && op.mode != ResizeMode::nearest;
  in.number("extrapolation_value", 0);  // of tf_crop_and_resize alone
  const Integers axes = read_axes(in, x);
  if (is_given(in, 2) == is_given(in, 3)) in.refuse("it must have either scales or sizes");
  const Target target = is_given(in, 2) ? target_of_scales(in, in.meant_numbers(2), axes)
                                        : target_of_sizes(in, in.sizes(3), axes);
  in.string("keep_aspect_ratio_policy", "");
  if (is_special) return {resized_specially(in, coordinates, target, axes, op)};
  return {resized(x, target, op, in.name())};
}

namespace {

/// True when the map of coordinates is that of the sizes alone, as it is in ONNX when it is given
/// sizes.
bool goes_by_sizes(const Resize& op, const Shape& in) {
  if (op.scales.empty()) return true;
  // Corners are where they are, whatever the scale; how far an antialiasing filter reaches is not.
  if (op.coordinate_mode == CoordinateMode::align_corners && !op.antialias) return true;
  for (size_t axis = 0; axis < in.size(); ++axis)
    if (!in[axis].is_static() || !op.size[axis].is_static() ||
        op.scales[axis] * static_cast<double>(in[axis].value()) !=
            static_cast<double>(op.size[axis].value()))
      return false;
  return true;
}

/// The scales, when ONNX comes to the same size by them.
std::string scales_input(const Resize& op, Writing& out) {
  const Shape in = spatial_of(out.type());
  const Value sized = resize(convoy::input("x", out.type()),
                             {.coordinate_mode = op.coordinate_mode, .scales = op.scales});
  bool fits = sized.shape() == out.output_type().shape;
  std::vector<float> scales;
  for (size_t axis = 0; axis < in.size(); ++axis) {
    scales.push_back(static_cast<float>(op.scales[axis]));
    if (in[axis].is_static() && op.size[axis].is_static())
      fits = fits && std::floor(static_cast<float>(in[axis].value()) * scales.back()) ==
                         static_cast<float>(op.size[axis].value());
  }
  if (!fits)
    out.refuse(fmt::format("size {} with scales {} of its own; ONNX takes floor(size × scale)",
                           to_string(op.size), attribute_text(op.scales)));
  return out.constant(Tensor::of<float>({static_cast<int64_t>(scales.size())}, scales));
}

/// How much element i of an axis after resampling takes of element j before, [after, before].
Tensor resampling_matrix(const ResizeInputGrad& op, size_t axis, int64_t before, int64_t after) {
  Tensor matrix = Tensor::zeros(DType::float64, {after, before});
  const AxisTaps taps = resize_taps(op, axis, before, after);
  for (size_t i = 0; i < taps.size(); ++i)
    for (const Tap& tap : taps[i])
      matrix.data<double>()[i * static_cast<size_t>(before) + static_cast<size_t>(tap.index)] +=
          tap.weight;
  return matrix;
}

/// after / before when every element is repeated so often, 0 otherwise.
int64_t repetition(const Tensor& matrix) {
  const int64_t after = matrix.extent(0), before = matrix.extent(1);
  if (after % before != 0) return 0;
  const int64_t times = after / before;
  for (int64_t i = 0; i < after; ++i)
    for (int64_t j = 0; j < before; ++j)
      if (matrix.at(i * before + j) != (i / times == j ? 1 : 0)) return 0;
  return times;
}

}  // namespace

void write(const Resize& op, Writing& out) {
  const Shape in = spatial_of(out.type());
  Integers axes;
  for (size_t axis = 0; axis < in.size(); ++axis) axes.push_back(static_cast<int64_t>(2 + axis));
  if (op.coordinate_mode == CoordinateMode::half_pixel_symmetric) out.require_opset(19);
  Attributes attributes{{"mode", to_string(op.mode)},
                        {"coordinate_transformation_mode", to_string(op.coordinate_mode)}};
  if (out.opset() >= 18) attributes.push_back({"axes", axes});
  if (op.mode == ResizeMode::nearest)
    attributes.push_back({"nearest_mode", to_string(op.nearest_mode)});
  if (op.mode == ResizeMode::cubic) attributes.push_back({"cubic_coeff_a", op.cubic_coeff_a});
  if (op.antialias) {
    out.require_opset(18);
    attributes.push_back({"antialias", int64_t{1}});
  }
  if (op.exclude_outside) attributes.push_back({"exclude_outside", int64_t{1}});
  // Older opsets name every axis.
  const bool by_sizes = goes_by_sizes(op, in);
  if (out.opset() < 18 && !by_sizes) out.require_opset(18);
  const std::string amounts = by_sizes
                                  ? out.sizes(out.opset() >= 18 ? op.size : out.output_type().shape)
                                  : scales_input(op, out);
  out.result("Resize",
             by_sizes ? Names{out.input(0), "", "", amounts} : Names{out.input(0), "", amounts},
             attributes);
}

// Where elements were repeated, their gradients are summed; in general each axis is a product with
// the matrix of its weights.
void write(const ResizeInputGrad& op, Writing& out) {
  const Shape onto = spatial_of(out.type());
  if (!is_static(op.input_size) || !is_static(onto))
    out.refuse("weights that depend on symbolic sizes; ONNX has no gradient of Resize");
  std::vector<Tensor> matrices;
  Shape blocks{out.type().shape[0], out.type().shape[1]};
  Integers axes;
  bool repeats = true;
  for (size_t axis = 0; axis < onto.size(); ++axis) {
    matrices.push_back(
        resampling_matrix(op, axis, op.input_size[axis].value(), onto[axis].value()));
    const int64_t times = repetition(matrices.back());
    repeats = repeats && times > 0;
    blocks.insert(blocks.end(), {op.input_size[axis], times});
    axes.push_back(static_cast<int64_t>(3 + 2 * axis));
    matrices.back() = matrices.back().cast(out.type().dtype);
  }
  if (!repeats) return write_axis_products(out, matrices);
  const std::string apart = out.add("Reshape", {out.input(0), out.sizes(blocks)});
  out.result("ReduceSum", {apart, out.integers(axes)}, {{"keepdims", int64_t{0}}});
}

}  // namespace convoy::onnx
