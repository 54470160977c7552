// Elementwise arithmetic, comparison and logic of two arguments.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

enum class BinaryKind {
  add,
  sub,
  mul,
  div,
  pow,
  min,
  max,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  logical_xor
};

template <>
struct EnumNames<BinaryKind> {
  using N = std::pair<BinaryKind, std::string_view>;
  static constexpr std::array values{
      N{BinaryKind::add, "add"},
      N{BinaryKind::sub, "sub"},
      N{BinaryKind::mul, "mul"},
      N{BinaryKind::div, "div"},
      N{BinaryKind::pow, "pow"},
      N{BinaryKind::min, "min"},
      N{BinaryKind::max, "max"},
      N{BinaryKind::equal, "equal"},
      N{BinaryKind::not_equal, "not_equal"},
      N{BinaryKind::less, "less"},
      N{BinaryKind::less_equal, "less_equal"},
      N{BinaryKind::greater, "greater"},
      N{BinaryKind::greater_equal, "greater_equal"},
      N{BinaryKind::logical_and, "logical_and"},
      N{BinaryKind::logical_or, "logical_or"},
      N{BinaryKind::logical_xor, "logical_xor"},
  };
};

/// z = f(x, y) elementwise over NumPy's broadcast of x and y, f being the operator's name.
///
/// Inputs: x, y of shapes that broadcast.  Output: the broadcast shape; dtype of x, or bool for
///   comparisons.
/// Dtypes: arithmetic and order on floating and integer dtypes; equal and not_equal on every
///   dtype; logical_and, logical_or, logical_xor on bool.
/// Constraints:
///   C1 x and y have one dtype.
///   C2 the dtype is one the function is defined for.
///   C3 the shapes broadcast: aligned from the last axis, sizes are equal or one of them is 1.
///   C4 while running: no integer is divided by zero, nor the smallest integer by −1.
///   C5 while running: no integer is raised to a negative power.
/// Edge values: IEEE 754 for floats; integer add, sub, mul and pow wrap; integer division
///   truncates toward zero; min and max give NaN when either argument is NaN, and treat −0 as
///   equal to +0 (the first argument wins).
/// Gradient: of arithmetic, summed over broadcast axes. min and max pass the gradient to the
///   argument chosen and half of it to each where both are equal. pow's gradient in x is
///   y·x^(y−1), 0 where y = 0; in y it is z·log(x), 0 where x = 0 and y >= 0.
/// Differs: PyTorch's integer div gives a float; NumPy's rounds down.
struct Binary {
  BinaryKind kind = BinaryKind::add;

  static constexpr std::string_view name = "binary";
  static constexpr std::array<std::string_view, 2> inputs{"x", "y"};
  static constexpr std::tuple<> fields{};
  bool operator==(const Binary&) const = default;
};

bool is_comparison(BinaryKind kind);
bool is_logical(BinaryKind kind);

std::vector<Type> infer(const Binary& op, Types in);
Gradients vjp(const Binary& op, const Backward& b);

Value binary(BinaryKind kind, const Value& x, const Value& y, std::string_view name = {});
Value add(const Value& x, const Value& y, std::string_view name = {});
Value sub(const Value& x, const Value& y);
Value mul(const Value& x, const Value& y);
Value div(const Value& x, const Value& y);
Value pow(const Value& x, const Value& y);
Value min(const Value& x, const Value& y);
Value max(const Value& x, const Value& y);
Value equal(const Value& x, const Value& y);
Value not_equal(const Value& x, const Value& y);
Value less(const Value& x, const Value& y);
Value less_equal(const Value& x, const Value& y);
Value greater(const Value& x, const Value& y);
Value greater_equal(const Value& x, const Value& y);
Value logical_and(const Value& x, const Value& y);
Value logical_or(const Value& x, const Value& y);
Value logical_xor(const Value& x, const Value& y);

// A number beside a value becomes a scalar constant of the value's dtype.
Value operator+(const Value& x, const Value& y);
Value operator+(const Value& x, double y);
Value operator+(double x, const Value& y);
Value operator-(const Value& x, const Value& y);
Value operator-(const Value& x, double y);
Value operator-(double x, const Value& y);
Value operator*(const Value& x, const Value& y);
Value operator*(const Value& x, double y);
Value operator*(double x, const Value& y);
Value operator/(const Value& x, const Value& y);
Value operator/(const Value& x, double y);
Value operator/(double x, const Value& y);

/// `grad` summed over the axes along which `shape` was broadcast, so that it has `shape`.
Value sum_to_shape(const Value& grad, const Shape& shape);

}  // namespace convoy
