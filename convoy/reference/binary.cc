#include "convoy/ops/binary.h"

#include <cmath>
#include <limits>

#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

template <class T>
bool compare(BinaryKind kind, const T& x, const T& y) {
  switch (kind) {
    case BinaryKind::equal:
      return x == y;
    case BinaryKind::not_equal:
      return x != y;
    case BinaryKind::less:
      return x < y;
    case BinaryKind::less_equal:
      return x <= y;
    case BinaryKind::greater:
      return x > y;
    default:
      return x >= y;
  }
}

bool combine(BinaryKind kind, bool x, bool y) {
  switch (kind) {
    case BinaryKind::logical_and:
      return x && y;
    case BinaryKind::logical_or:
      return x || y;
    default:
      return x != y;
  }
}

double evaluate(BinaryKind kind, double x, double y) {
  switch (kind) {
    case BinaryKind::add:
      return x + y;
    case BinaryKind::sub:
      return x - y;
    case BinaryKind::mul:
      return x * y;
    case BinaryKind::div:
      return x / y;
    case BinaryKind::pow:
      return std::pow(x, y);
    case BinaryKind::min:
      return std::isnan(y) || y < x ? y : x;  // a NaN in x stays
    default:
      return std::isnan(y) || y > x ? y : x;
  }
}

template <class T>
T integer_power(T base, T exponent) {
  if (exponent < T(0)) value_violation(5, "an integer is raised to a negative power");
  uint64_t result = 1, square = static_cast<uint64_t>(base);
  for (auto rest = static_cast<uint64_t>(exponent); rest > 0; rest >>= 1, square *= square)
    if (rest & 1) result *= square;
  return static_cast<T>(result);
}

template <class T>
T divide(T x, T y) {
  if (y == T(0)) value_violation(4, "an integer is divided by zero");
  if constexpr (std::is_signed_v<T>)
    if (x == std::numeric_limits<T>::min() && y == T(-1))
      value_violation(4, "the smallest integer is divided by -1");
  return static_cast<T>(x / y);
}

// Integer arithmetic wraps, which only unsigned types do by definition.
template <class T>
T evaluate_integer(BinaryKind kind, T x, T y) {
  const auto a = static_cast<uint64_t>(x), b = static_cast<uint64_t>(y);
  switch (kind) {
    case BinaryKind::add:
      return static_cast<T>(a + b);
    case BinaryKind::sub:
      return static_cast<T>(a - b);
    case BinaryKind::mul:
      return static_cast<T>(a * b);
    case BinaryKind::div:
      return divide(x, y);
    case BinaryKind::pow:
      return integer_power(x, y);
    case BinaryKind::min:
      return y < x ? y : x;
    default:
      return y > x ? y : x;
  }
}

}  // namespace

void run(const Binary& op, Call& call) {
  const Tensor &x = call.inputs[0], &y = call.inputs[1];
  Tensor& z = call.outputs[0];
  const Extents x_strides = broadcast_strides(x.extents(), z.extents());
  const Extents y_strides = broadcast_strides(y.extents(), z.extents());
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto a = x.data<T>(), b = y.data<T>();
    size_t i = 0;
    for_each_position(z.extents(), [&](const Extents& p) {
      const T& left = a[offset_of(p, x_strides)];
      const T& right = b[offset_of(p, y_strides)];
      if (is_comparison(op.kind)) {
        z.data<bool>()[i++] = compare(op.kind, load(left), load(right));
      } else if constexpr (std::same_as<T, bool>) {
        z.data<bool>()[i++] = combine(op.kind, left, right);
      } else if constexpr (is_floating_element<T>) {
        store(z.data<T>()[i++], evaluate(op.kind, load(left), load(right)));
      } else {
        z.data<T>()[i++] = evaluate_integer(op.kind, left, right);
      }
    });
  });
}

}  // namespace convoy::reference
