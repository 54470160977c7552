#include "convoy/cpu/kernels/typed.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <type_traits>
#include <utility>

#include "convoy/base/convert.h"
#include "convoy/ops/rules.h"

namespace convoy::cpu {

namespace {

/// What a function computes with: halves have no arithmetic of their own.
template <class T>
using Number = std::conditional_t<is_half_storage<T>, float, T>;

template <class T>
Number<T> element(const void* array, int64_t i) {
  return convert<Number<T>>(static_cast<const T*>(array)[i]);
}

/// Most functions are what their type says.
template <class F>
F function_of(const Parameters& parameters) {
  if constexpr (std::is_constructible_v<F, const Parameters&>)
    return F(parameters);
  else
    return F();
}

/// z = f(x, …) along a row; compilers make vectors of it where all elements are neighbours.
template <class F, class Z, class... X>
void row(const Parameters& parameters, const std::array<const void*, 3>& from,
         const std::array<int64_t, 3>& stride, void* to, int64_t to_stride, int64_t count) {
  const F f = function_of<F>(parameters);
  Z* z = static_cast<Z*>(to);
  const auto loop = [&]<size_t... K>(std::index_sequence<K...>) {
    if (to_stride == 1 && ((stride[K] == 1) && ...)) {
      for (int64_t i = 0; i < count; ++i) z[i] = convert<Z>(f(element<X>(from[K], i)...));
    } else {
      for (int64_t i = 0; i < count; ++i)
        z[i * to_stride] = convert<Z>(f(element<X>(from[K], i * stride[K])...));
    }
  };
  loop(std::index_sequence_for<X...>());
}

// Integers wrap, which only unsigned types do by definition.
template <class T, class F>
T wrapped(T x, T y, F f) {
  return static_cast<T>(f(static_cast<uint64_t>(x), static_cast<uint64_t>(y)));
}

// clang-format off
struct Same { template <class T> T operator()(T x) const { return x; } };
struct Add { template <class T> T operator()(T x, T y) const { if constexpr (std::integral<T>) return wrapped(x, y, std::plus<>()); else return x + y; } };
struct Sub { template <class T> T operator()(T x, T y) const { if constexpr (std::integral<T>) return wrapped(x, y, std::minus<>()); else return x - y; } };
struct Mul { template <class T> T operator()(T x, T y) const { if constexpr (std::integral<T>) return wrapped(x, y, std::multiplies<>()); else return x * y; } };
struct Min { template <class T> T operator()(T x, T y) const { return y != y || y < x ? y : x; } };
struct Max { template <class T> T operator()(T x, T y) const { return y != y || y > x ? y : x; } };
struct Neg { template <class T> T operator()(T x) const { if constexpr (std::integral<T>) return wrapped(T(0), x, std::minus<>()); else return -x; } };
struct Abs { template <class T> T operator()(T x) const { if constexpr (std::integral<T>) return x < T(0) ? Neg()(x) : x; else return std::abs(x); } };
struct Sign { template <class T> T operator()(T x) const { return x > T(0) ? T(1) : x < T(0) ? static_cast<T>(-1) : x; } };
struct Where { template <class T> T operator()(bool c, T x, T y) const { return c ? x : y; } };
struct Exp { template <class T> T operator()(T x) const { return std::exp(x); } };
struct Log { template <class T> T operator()(T x) const { return std::log(x); } };
struct Sqrt { template <class T> T operator()(T x) const { return std::sqrt(x); } };
struct Rsqrt { template <class T> T operator()(T x) const { return T(1) / std::sqrt(x); } };
struct Reciprocal { template <class T> T operator()(T x) const { return T(1) / x; } };
struct Erf { template <class T> T operator()(T x) const { return std::erf(x); } };
struct Floor { template <class T> T operator()(T x) const { return std::floor(x); } };
struct Ceil { template <class T> T operator()(T x) const { return std::ceil(x); } };
struct Round { template <class T> T operator()(T x) const { return std::nearbyint(x); } };
struct Sin { template <class T> T operator()(T x) const { return std::sin(x); } };
struct Cos { template <class T> T operator()(T x) const { return std::cos(x); } };
struct Atan { template <class T> T operator()(T x) const { return std::atan(x); } };
struct Tanh { template <class T> T operator()(T x) const { return std::tanh(x); } };
// clang-format on

struct Div {
  template <class T>
  T operator()(T x, T y) const {
    if constexpr (std::integral<T>) {
      if (y == T(0)) value_violation(4, "an integer is divided by zero");
      if (std::is_signed_v<T> && x == std::numeric_limits<T>::min() && y == static_cast<T>(-1))
        value_violation(4, "the smallest integer is divided by -1");
      return static_cast<T>(x / y);
    } else {
      return x / y;
    }
  }
};

struct Pow {
  template <class T>
  T operator()(T x, T y) const {
    if constexpr (std::integral<T>) {
      if (y < T(0)) value_violation(5, "an integer is raised to a negative power");
      uint64_t result = 1, square = static_cast<uint64_t>(x);
      for (auto rest = static_cast<uint64_t>(y); rest > 0; rest >>= 1, square *= square)
        if (rest & 1) result *= square;
      return static_cast<T>(result);
    } else {
      return std::pow(x, y);
    }
  }
};

/// Bounds of integers saturate.
template <class T>
struct Clip {
  explicit Clip(const Parameters& p) : min(convert<T>(p.alpha)), max(convert<T>(p.beta)) {}
  T operator()(T x) const {
    x = x < min ? min : x;  // false for NaN, which stays
    return x > max ? max : x;
  }
  T min, max;
};

/// Neither branch overflows.
double sigmoid(double x) {
  const double power = std::exp(-std::abs(x));
  return (x >= 0 ? 1 : power) / (1 + power);
}
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double hard_sigmoid(double x, double alpha, double beta) {
  const double line = alpha * x + beta;
  return line < 0 ? 0 : line > 1 ? 1 : line;  // NaN stays
}

/// Of float64: to its last digits, one element after the other.
template <ActivationKind kind>
struct Activated : Parameters {
  explicit Activated(const Parameters& p) : Parameters(p) {}
  double operator()(double x) const {
    if (std::isnan(x)) return x;
    switch (kind) {
      case ActivationKind::relu:
        return x > 0 ? x : 0;
      case ActivationKind::leaky_relu:
        return x > 0 ? x : alpha * x;
      case ActivationKind::elu:
        return x > 0 ? x : alpha * std::expm1(x);
      case ActivationKind::selu:
        return beta * (x > 0 ? x : alpha * std::expm1(x));
      case ActivationKind::celu:
        return x > 0 ? x : alpha * std::expm1(x / alpha);
      case ActivationKind::gelu:
        return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
      case ActivationKind::gelu_tanh:  // (1 + tanh u)/2 = sigmoid(2u), which does not cancel
        return x * sigmoid(2 * std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x));
      case ActivationKind::sigmoid:
        return sigmoid(x);
      case ActivationKind::hard_sigmoid:
        return hard_sigmoid(x, alpha, beta);
      case ActivationKind::silu:
        return x * sigmoid(x);
      case ActivationKind::hard_swish:
        return x * hard_sigmoid(x, 1.0 / 6, 0.5);
      case ActivationKind::mish:
        return x * std::tanh(softplus(x));
      case ActivationKind::softplus:
        return softplus(beta * x) / beta;
      case ActivationKind::softsign:
        break;
    }
    return x / (1 + std::abs(x));
  }
};
struct Relu {
  template <class T>
  T operator()(T x) const {
    return x > T(0) ? x : T(0);
  }
};

template <class T>
TypedRow activation_of(ActivationKind kind) {
  if constexpr (std::same_as<T, double>) {
    static constexpr auto kinds = EnumNames<ActivationKind>::values;
    return [&]<size_t... I>(std::index_sequence<I...>) {
      TypedRow found = nullptr;
      ((kinds[I].first == kind ? void(found = row<Activated<kinds[I].first>, T, T>) : void()), ...);
      return found;
    }(std::make_index_sequence<kinds.size()>());
  } else if constexpr (std::integral<T> && !std::same_as<T, bool>) {
    return kind == ActivationKind::relu ? row<Relu, T, T> : nullptr;
  } else {
    return nullptr;
  }
}

template <class T>
TypedRow unary_of(UnaryKind kind) {
  if constexpr (std::same_as<T, bool>) {
    return kind == UnaryKind::logical_not ? row<std::logical_not<>, bool, bool> : nullptr;
  } else {
    switch (kind) {
      case UnaryKind::neg:
        return row<Neg, T, T>;
      case UnaryKind::abs:
        return row<Abs, T, T>;
      case UnaryKind::sign:
        return row<Sign, T, T>;
      default:
        break;
    }
    if constexpr (is_floating_element<T>) {
      switch (kind) {
        case UnaryKind::exp:
          return row<Exp, T, T>;
        case UnaryKind::log:
          return row<Log, T, T>;
        case UnaryKind::sqrt:
          return row<Sqrt, T, T>;
        case UnaryKind::rsqrt:
          return row<Rsqrt, T, T>;
        case UnaryKind::reciprocal:
          return row<Reciprocal, T, T>;
        case UnaryKind::erf:
          return row<Erf, T, T>;
        case UnaryKind::floor:
          return row<Floor, T, T>;
        case UnaryKind::ceil:
          return row<Ceil, T, T>;
        case UnaryKind::round:
          return row<Round, T, T>;
        case UnaryKind::sin:
          return row<Sin, T, T>;
        case UnaryKind::cos:
          return row<Cos, T, T>;
        case UnaryKind::atan:
          return row<Atan, T, T>;
        case UnaryKind::tanh:
          return row<Tanh, T, T>;
        default:
          return nullptr;
      }
    } else {
      const bool same =
          kind == UnaryKind::floor || kind == UnaryKind::ceil || kind == UnaryKind::round;
      return same ? row<Same, T, T> : nullptr;
    }
  }
}

template <class T>
TypedRow binary_of(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::equal:
      return row<std::equal_to<>, bool, T, T>;
    case BinaryKind::not_equal:
      return row<std::not_equal_to<>, bool, T, T>;
    default:
      break;
  }
  if constexpr (std::same_as<T, bool>) {
    switch (kind) {
      case BinaryKind::logical_and:
        return row<std::logical_and<>, T, T, T>;
      case BinaryKind::logical_or:
        return row<std::logical_or<>, T, T, T>;
      case BinaryKind::logical_xor:
        return row<std::not_equal_to<>, T, T, T>;
      default:
        return nullptr;
    }
  } else {
    switch (kind) {
      case BinaryKind::add:
        return row<Add, T, T, T>;
      case BinaryKind::sub:
        return row<Sub, T, T, T>;
      case BinaryKind::mul:
        return row<Mul, T, T, T>;
      case BinaryKind::div:
        return row<Div, T, T, T>;
      case BinaryKind::pow:
        return row<Pow, T, T, T>;
      case BinaryKind::min:
        return row<Min, T, T, T>;
      case BinaryKind::max:
        return row<Max, T, T, T>;
      case BinaryKind::less:
        return row<std::less<>, bool, T, T>;
      case BinaryKind::less_equal:
        return row<std::less_equal<>, bool, T, T>;
      case BinaryKind::greater:
        return row<std::greater<>, bool, T, T>;
      case BinaryKind::greater_equal:
        return row<std::greater_equal<>, bool, T, T>;
      default:
        return nullptr;
    }
  }
}

TypedRow cast_of(DType from, DType to) {
  return visit_dtype(from, [&]<class X>(std::type_identity<X>) {
    return visit_dtype(to,
                       []<class Z>(std::type_identity<Z>) -> TypedRow { return row<Same, Z, X>; });
  });
}

TypedRow row_of(PointwiseOp op, const std::array<Access, 3>& from, DType to) {
  if (op == PointwiseOp(Fused::copy)) return cast_of(from[0].dtype, to);
  const DType dtype = op == PointwiseOp(Fused::where) ? from[1].dtype : from[0].dtype;
  return visit_dtype(dtype, [&]<class T>(std::type_identity<T>) -> TypedRow {
    if (const auto* kind = std::get_if<UnaryKind>(&op)) return unary_of<T>(*kind);
    if (const auto* kind = std::get_if<BinaryKind>(&op)) return binary_of<T>(*kind);
    if (op == PointwiseOp(Fused::where)) return row<Where, T, bool, T, T>;
    if (const auto* kind = std::get_if<ActivationKind>(&op)) return activation_of<T>(*kind);
    if constexpr (std::same_as<T, double> || (std::integral<T> && !std::same_as<T, bool>))
      if (op == PointwiseOp(Fused::clip)) return row<Clip<T>, T, T>;
    return nullptr;
  });
}

}  // namespace

std::optional<Typed> plan_typed(PointwiseOp op, const Space& size, std::array<Access, 3> from,
                                const Access& to, const Parameters& parameters) {
  Typed plan{row_of(op, from, to.dtype), operands_of(op), size, from, to, parameters};
  if (!plan.row) return {};
  std::array<Space*, 4> strides{&plan.to.stride};
  for (size_t k = 0; k < plan.operands; ++k) strides[k + 1] = &plan.from[k].stride;
  collapse(plan.size, std::span(strides).first(plan.operands + 1));
  return plan;
}

namespace {

/// Rows end where axis 5 does; a long one is cut, so that threads can share it.
constexpr int64_t longest_row = 4096;
Space grid_of(const Typed& plan) {
  Space grid = plan.size;
  grid[5] = (grid[5] + longest_row - 1) / longest_row;
  return grid;
}

}  // namespace

int64_t items(const Typed& plan) { return volume(grid_of(plan)); }

void run_typed(const Typed& plan, const TypedArrays& at, Range range, Worker&) {
  const Space grid = grid_of(plan);
  std::array<int64_t, 3> stride = {};
  for (size_t k = 0; k < plan.operands; ++k) stride[k] = plan.from[k].stride[5];
  for (int64_t item = range.begin; item < range.end; ++item) {
    Space point = point_of(item, grid);
    point[5] *= longest_row;
    const int64_t count = std::min(longest_row, plan.size[5] - point[5]);
    std::array<const void*, 3> from = {};
    for (size_t k = 0; k < plan.operands; ++k)
      from[k] = static_cast<const std::byte*>(at.from[k]) +
                offset_of(point, plan.from[k].stride) * size_of(plan.from[k].dtype);
    plan.row(
        plan.parameters, from, stride,
        static_cast<std::byte*>(at.to) + offset_of(point, plan.to.stride) * size_of(plan.to.dtype),
        plan.to.stride[5], count);
  }
}

}  // namespace convoy::cpu
