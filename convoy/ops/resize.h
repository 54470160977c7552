// Resampling of the spatial axes, and its adjoint.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

enum class ResizeMode { nearest, linear, cubic };

template <>
struct EnumNames<ResizeMode> {
  using N = std::pair<ResizeMode, std::string_view>;
  static constexpr std::array values{N{ResizeMode::nearest, "nearest"},
                                     N{ResizeMode::linear, "linear"},
                                     N{ResizeMode::cubic, "cubic"}};
};

/// Where output element i lies in the input; s is the scale, S and P the sizes before and after.
///
/// | half_pixel           | (i + ½)/s − ½ |
/// | half_pixel_symmetric | the same about the centre: S/2·(1 − P/(s·S)) + (i + ½)/s − ½ |
/// | pytorch_half_pixel   | half_pixel, but 0 where P = 1 |
/// | asymmetric           | i/s |
/// | align_corners        | i·(S−1)/(P−1), 0 where P = 1 |
enum class CoordinateMode {
  half_pixel,
  half_pixel_symmetric,
  pytorch_half_pixel,
  asymmetric,
  align_corners
};

template <>
struct EnumNames<CoordinateMode> {
  using N = std::pair<CoordinateMode, std::string_view>;
  static constexpr std::array values{
      N{CoordinateMode::half_pixel, "half_pixel"},
      N{CoordinateMode::half_pixel_symmetric, "half_pixel_symmetric"},
      N{CoordinateMode::pytorch_half_pixel, "pytorch_half_pixel"},
      N{CoordinateMode::asymmetric, "asymmetric"},
      N{CoordinateMode::align_corners, "align_corners"}};
};

/// How a coordinate becomes the nearest index.
enum class NearestMode { round_prefer_floor, round_prefer_ceil, floor, ceil };

template <>
struct EnumNames<NearestMode> {
  using N = std::pair<NearestMode, std::string_view>;
  static constexpr std::array values{N{NearestMode::round_prefer_floor, "round_prefer_floor"},
                                     N{NearestMode::round_prefer_ceil, "round_prefer_ceil"},
                                     N{NearestMode::floor, "floor"}, N{NearestMode::ceil, "ceil"}};
};

/// Fields that resize and its adjoint share.
template <class O>
constexpr auto interpolation_fields(ResizeMode O::* mode, CoordinateMode O::* coordinate_mode,
                                    NearestMode O::* nearest_mode, Numbers O::* scales,
                                    double O::* cubic_coeff_a, bool O::* antialias,
                                    bool O::* exclude_outside) {
  return std::tuple{
      Field{"mode", mode, "nearest, linear or cubic; default nearest"},
      Field{"coordinate_mode", coordinate_mode,
            "half_pixel, half_pixel_symmetric, pytorch_half_pixel, asymmetric or align_corners; "
            "default half_pixel"},
      Field{"nearest_mode", nearest_mode,
            "round_prefer_floor, round_prefer_ceil, floor or ceil; default round_prefer_floor"},
      Field{"scales", scales,
            "scale per spatial axis in the map of coordinates; default size after / size before"},
      Field{"cubic_coeff_a", cubic_coeff_a, "the cubic kernel's parameter; default −0.75"},
      Field{"antialias", antialias, "widen the kernel when scaling down; default false"},
      Field{"exclude_outside", exclude_outside,
            "taps outside count nothing, rather than as the nearest element; default false"}};
}

/// y = x resampled to spatial size `size`, one axis after the other: element i of an axis is the
/// sum of kernel(j − c)·x[j] over its neighbours j, c its coordinate (CoordinateMode). The kernel
/// picks one element (nearest), is the triangle (linear) or Keys' cubic. With antialias and a scale
/// s below 1 it is kernel(s·(j − c)), divided by its sum. Neighbours outside x are the nearest
/// element inside.
///
/// Inputs: x[N,C,S…].  Output: [N,C,size…], dtype of x.
/// Dtypes: nearest every dtype; linear and cubic floating ones.
/// Constraints:
///   C1 x has rank at least 3.
///   C2 size has one entry per spatial axis, and so has scales unless it is empty.
///   C3 sizes before and after are at least 1.
///   C4 scales are positive, and scale × size before is at least ½ and within 1 of the size after.
///   C5 linear and cubic need a floating dtype.
///   C6 antialias needs linear or cubic.
///   C7 cubic_coeff_a is finite.
/// Edge values: taps of weight 0 are not read, so that NaN beside them stays away; N = 0 gives an
///   empty result.
/// Gradient: resize_input_grad.
/// Differs: PyTorch's nearest is asymmetric with floor; its antialias excludes what lies outside
///   and uses a = −0.5. JAX rounds otherwise and cuts its cubic off. ONNX has the coordinate 0 for
///   pytorch_half_pixel, its reference evaluator −½. tf_crop_and_resize is not offered.
struct Resize {
  Shape size = {};
  ResizeMode mode = ResizeMode::nearest;
  CoordinateMode coordinate_mode = CoordinateMode::half_pixel;
  NearestMode nearest_mode = NearestMode::round_prefer_floor;
  Numbers scales = {};
  double cubic_coeff_a = -0.75;
  bool antialias = false;
  bool exclude_outside = false;

  static constexpr std::string_view name = "resize";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields = std::tuple_cat(
      std::tuple{Field{"size", &Resize::size, "spatial size of the result"}},
      interpolation_fields(&Resize::mode, &Resize::coordinate_mode, &Resize::nearest_mode,
                           &Resize::scales, &Resize::cubic_coeff_a, &Resize::antialias,
                           &Resize::exclude_outside));
  bool operator==(const Resize&) const = default;
};

/// The adjoint of resize: every element of x gets the sum of grad_output over all places it
/// counted in, with the weights it had there.
///
/// Inputs: grad_output[N,C,P…].  Output: [N,C,S…] with S = input_size, dtype of the input.
/// Dtypes: floating ones.
/// Constraints:
///   C1 grad_output has rank at least 3.
///   C2 input_size has one entry per spatial axis, and so has scales unless it is empty.
///   C3 sizes before and after are at least 1.
///   C4 scales are positive, and scale × size before is at least ½ and within 1 of the size after.
///   C5 the dtype is floating.
///   C6 antialias needs linear or cubic.
///   C7 cubic_coeff_a is finite.
/// Edge values: elements that counted nowhere get 0.
/// Gradient: resize.
/// Differs: nothing known.
struct ResizeInputGrad {
  Shape input_size = {};
  ResizeMode mode = ResizeMode::nearest;
  CoordinateMode coordinate_mode = CoordinateMode::half_pixel;
  NearestMode nearest_mode = NearestMode::round_prefer_floor;
  Numbers scales = {};
  double cubic_coeff_a = -0.75;
  bool antialias = false;
  bool exclude_outside = false;

  static constexpr std::string_view name = "resize_input_grad";
  static constexpr std::array<std::string_view, 1> inputs{"grad_output"};
  static constexpr auto fields = std::tuple_cat(
      std::tuple{Field{"input_size", &ResizeInputGrad::input_size,
                       "spatial size of the array that was resized"}},
      interpolation_fields(&ResizeInputGrad::mode, &ResizeInputGrad::coordinate_mode,
                           &ResizeInputGrad::nearest_mode, &ResizeInputGrad::scales,
                           &ResizeInputGrad::cubic_coeff_a, &ResizeInputGrad::antialias,
                           &ResizeInputGrad::exclude_outside));
  bool operator==(const ResizeInputGrad&) const = default;
};

std::vector<Type> infer(const Resize& op, Types in);
std::vector<Type> infer(const ResizeInputGrad& op, Types in);
Gradients vjp(const Resize& op, const Backward& b);
Gradients vjp(const ResizeInputGrad& op, const Backward& b);

/// See Resize. `scales` may be of one entry (all axes). Without `size` it is
/// floor(size before × scale); with symbolic sizes scales must then be ratios of small integers.
Value resize(const Value& x, Resize attributes, std::string_view name = {});
/// See ResizeInputGrad.
Value resize_input_grad(const Value& grad_output, ResizeInputGrad attributes,
                        std::string_view name = {});

}  // namespace convoy
