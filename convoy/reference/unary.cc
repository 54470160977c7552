#include "convoy/ops/unary.h"

#include <cmath>

#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

double evaluate(UnaryKind kind, double x) {
  switch (kind) {
    case UnaryKind::neg:
      return -x;
    case UnaryKind::abs:
      return std::abs(x);
    case UnaryKind::sign:
      return x > 0 ? 1 : x < 0 ? -1 : x;
    case UnaryKind::exp:
      return std::exp(x);
    case UnaryKind::log:
      return std::log(x);
    case UnaryKind::sqrt:
      return std::sqrt(x);
    case UnaryKind::rsqrt:
      return 1 / std::sqrt(x);
    case UnaryKind::reciprocal:
      return 1 / x;
    case UnaryKind::erf:
      return std::erf(x);
    case UnaryKind::floor:
      return std::floor(x);
    case UnaryKind::ceil:
      return std::ceil(x);
    case UnaryKind::round:
      return std::nearbyint(x);  // half to even in the default mode
    case UnaryKind::sin:
      return std::sin(x);
    case UnaryKind::cos:
      return std::cos(x);
    case UnaryKind::atan:
      return std::atan(x);
    case UnaryKind::tanh:
      return std::tanh(x);
    case UnaryKind::logical_not:
      break;
  }
  return x;
}

// Integers: neg and abs of the smallest one wrap; floor, ceil and round change nothing.
template <class T>
T evaluate_integer(UnaryKind kind, T x) {
  const bool negative = x < T(0);
  switch (kind) {
    case UnaryKind::neg:
      return static_cast<T>(uint64_t{0} - static_cast<uint64_t>(x));
    case UnaryKind::abs:
      return negative ? static_cast<T>(uint64_t{0} - static_cast<uint64_t>(x)) : x;
    case UnaryKind::sign:
      return negative ? static_cast<T>(-1) : static_cast<T>(x > T(0));
    default:
      return x;
  }
}

}  // namespace

void run(const Unary& op, Call& call) {
  const Tensor& x = call.inputs[0];
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = x.data<T>();
    const auto to = call.outputs[0].data<T>();
    for (size_t i = 0; i < from.size(); ++i) {
      if constexpr (std::same_as<T, bool>) {
        to[i] = !from[i];
      } else if constexpr (is_floating_element<T>) {
        store(to[i], evaluate(op.kind, load(from[i])));
      } else {
        to[i] = evaluate_integer(op.kind, from[i]);
      }
    }
  });
}

}  // namespace convoy::reference
