// Borders around an array, cut off or put on, and their way back.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

enum class PadMode { constant, reflect, edge, wrap };

template <>
struct EnumNames<PadMode> {
  using N = std::pair<PadMode, std::string_view>;
  static constexpr std::array values{N{PadMode::constant, "constant"},
                                     N{PadMode::reflect, "reflect"}, N{PadMode::edge, "edge"},
                                     N{PadMode::wrap, "wrap"}};
};

/// y = x with `before` and `after` elements added at the two ends of every axis. Negative numbers
/// crop; all crops happen first. Added elements are `value` (constant), the nearest one (edge), or
/// those found by mirroring at the first and last element (reflect) or by starting over (wrap),
/// as often as needed.
///
/// Inputs: x, any shape.  Output: size + before + after per axis, dtype of x.
/// Dtypes: every dtype; `value` is converted as by cast.
/// Constraints:
///   C1 before and after have one entry per axis of x.
///   C2 no size becomes negative: size + before + after >= 0, and crops take no more than there is.
///   C3 reflect, edge and wrap add to axes only that keep at least one element.
/// Edge values: elements move unchanged; reflect on a size of 1 repeats the element.
/// Gradient: pad_input_grad, which sums over all places an element went to.
/// Differs: PyTorch and ONNX Runtime refuse reflect by size or more, PyTorch wrap by more than
///   the size; NumPy agrees but does not crop.
struct Pad {
  PadMode mode = PadMode::constant;
  Shape before = {};
  Shape after = {};
  double value = 0;

  static constexpr std::string_view name = "pad";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"mode", &Pad::mode, "constant, reflect, edge or wrap; default constant"},
                 Field{"before", &Pad::before, "elements added before each axis; negative crops"},
                 Field{"after", &Pad::after, "elements added after each axis; negative crops"},
                 Field{"value", &Pad::value, "what constant adds; default 0"}};
  bool operator==(const Pad&) const = default;
};

/// The adjoint of pad: every element of x gets the sum of grad_output over the places that pad
/// takes it to.
///
/// Inputs: grad_output, of the shape that pad gives.  Output: [input_size], dtype of the input.
/// Dtypes: any floating or integer dtype; integer sums wrap.
/// Constraints:
///   C1 before, after and input_size have one entry per axis of grad_output.
///   C2 no size is or becomes negative, and crops take no more than there is.
///   C3 reflect, edge and wrap add to axes only that keep at least one element.
///   C4 grad_output has the shape that pad gives: input_size + before + after.
///   C5 the dtype is floating or integer.
/// Edge values: elements that were cropped get 0.
/// Gradient: pad, with zeros for constant.
/// Differs: nothing known.
struct PadInputGrad {
  PadMode mode = PadMode::constant;
  Shape before = {};
  Shape after = {};
  Shape input_size = {};

  static constexpr std::string_view name = "pad_input_grad";
  static constexpr std::array<std::string_view, 1> inputs{"grad_output"};
  static constexpr auto fields = std::tuple{
      Field{"mode", &PadInputGrad::mode, "constant, reflect, edge or wrap"},
      Field{"before", &PadInputGrad::before, "elements added before each axis; negative crops"},
      Field{"after", &PadInputGrad::after, "elements added after each axis; negative crops"},
      Field{"input_size", &PadInputGrad::input_size, "shape of the array that was padded"}};
  bool operator==(const PadInputGrad&) const = default;
};

std::vector<Type> infer(const Pad& op, Types in);
std::vector<Type> infer(const PadInputGrad& op, Types in);
Gradients vjp(const Pad& op, const Backward& b);
Gradients vjp(const PadInputGrad& op, const Backward& b);

/// See Pad. Lists have one entry per axis. x itself when nothing is added or cropped.
Value pad(const Value& x, const Shape& before, const Shape& after, PadMode mode = PadMode::constant,
          double value = 0, std::string_view name = {});
/// See PadInputGrad.
Value pad_input_grad(const Value& grad_output, PadInputGrad attributes, std::string_view name = {});

}  // namespace convoy
