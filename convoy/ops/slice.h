// Parts of an array, and their way back.
#pragma once

#include <limits>

#include "convoy/ops/operator.h"

namespace convoy {

/// y[i] = x[starts + i·steps] along every axis, for starts + i·steps < stops.
///
/// Inputs: x, any shape.  Output: ceil((stops − starts)/steps) per axis, dtype of x.
/// Dtypes: every dtype.
/// Constraints:
///   C1 starts, stops and steps have one entry per axis of x.
///   C2 steps are at least 1 (builders take negative ones, as a flip before the slice).
///   C3 bounds lie inside: 0 <= starts <= stops <= size, as far as known (builders take negative
///      bounds, counted from the back, and clamp bounds as NumPy does).
/// Edge values: an empty range gives an empty result.
/// Gradient: slice_input_grad, which puts the gradient into zeros.
/// Differs: nothing known.
struct Slice {
  Shape starts = {};
  Shape stops = {};
  Integers steps = {};

  static constexpr std::string_view name = "slice";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"starts", &Slice::starts, "first index per axis"},
                 Field{"stops", &Slice::stops, "index per axis that ends the range, not included"},
                 Field{"steps", &Slice::steps, "distance of neighbours per axis"}};
  bool operator==(const Slice&) const = default;
};

/// The adjoint of slice: x[starts + i·steps] = grad_output[i], and zero elsewhere.
///
/// Inputs: grad_output, of the shape that slice gives.  Output: [input_size], dtype of the input.
/// Dtypes: any floating or integer dtype.
/// Constraints:
///   C1 starts, stops, steps and input_size have one entry per axis of grad_output.
///   C2 steps are at least 1.
///   C3 bounds lie inside: 0 <= starts <= stops <= input_size, as far as known.
///   C4 grad_output has the shape of the slice.
///   C5 the dtype is floating or integer.
/// Edge values: elements move unchanged.
/// Gradient: slice.
/// Differs: nothing known.
struct SliceInputGrad {
  Shape starts = {};
  Shape stops = {};
  Integers steps = {};
  Shape input_size = {};

  static constexpr std::string_view name = "slice_input_grad";
  static constexpr std::array<std::string_view, 1> inputs{"grad_output"};
  static constexpr auto fields = std::tuple{
      Field{"starts", &SliceInputGrad::starts, "first index per axis"},
      Field{"stops", &SliceInputGrad::stops, "index per axis that ends the range, not included"},
      Field{"steps", &SliceInputGrad::steps, "distance of neighbours per axis"},
      Field{"input_size", &SliceInputGrad::input_size, "shape of the array that was sliced"}};
  bool operator==(const SliceInputGrad&) const = default;
};

std::vector<Type> infer(const Slice& op, Types in);
std::vector<Type> infer(const SliceInputGrad& op, Types in);
Gradients vjp(const Slice& op, const Backward& b);
Gradients vjp(const SliceInputGrad& op, const Backward& b);

/// As a bound: the very end, or with a negative step the very beginning.
inline constexpr int64_t slice_end = std::numeric_limits<int64_t>::max();
inline constexpr int64_t slice_begin = std::numeric_limits<int64_t>::min();

/// NumPy's x[start:stop:step] along `axes` (empty: the first axes in order): known negative bounds
/// count from the back, bounds outside are clamped, negative steps run backwards. Symbolic bounds
/// are taken as they are. An empty list of steps stands for 1. x itself when all of it is asked
/// for.
Value slice(const Value& x, const Shape& starts, const Shape& stops, const Integers& axes = {},
            const Integers& steps = {}, std::string_view name = {});
/// See SliceInputGrad.
Value slice_input_grad(const Value& grad_output, SliceInputGrad attributes,
                       std::string_view name = {});

/// Consecutive parts of the stated sizes along `axis`; they must add up to its size.
std::vector<Value> split(const Value& x, const Shape& sizes, int64_t axis = 0);
/// `parts` equal parts along `axis`, whose size they must divide.
std::vector<Value> split(const Value& x, int64_t parts, int64_t axis = 0);

}  // namespace convoy
