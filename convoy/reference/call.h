// The reference backend: plain loops, the truth that all other backends are held to. It stays
// readable for ever; speed is the business of other folders.
#pragma once

#include <concepts>
#include <span>

#include "convoy/base/cancellation.h"
#include "convoy/base/convert.h"
#include "convoy/base/tensor.h"
#include "convoy/ops/rules.h"

namespace convoy::reference {

/// One application of an operator to tensors whose types its type rule accepted.
struct Call {
  std::span<const Tensor> inputs;
  std::span<Tensor> outputs;  // allocated, not initialised
  const Cancellation& cancellation;
};

/// Elements of type T read as numbers to compute with: doubles for floats, T for integers.
template <class T>
Arithmetic<T> load(const T& element) {
  return convert<Arithmetic<T>>(element);
}

/// A number rounded to an element of type T.
template <class T>
void store(T& element, Arithmetic<T> value) {
  element = convert<T>(value);
}

/// `visit_dtype` for floating dtypes only; the type rule has excluded the others.
template <class F>
void visit_floating(DType dtype, F&& f) {
  visit_dtype(dtype, [&]<class T>(std::type_identity<T> type) {
    if constexpr (is_floating_element<T>) f(type);
  });
}

/// `visit_dtype` for floating and integer dtypes; the type rule has excluded bool.
template <class F>
void visit_number(DType dtype, F&& f) {
  visit_dtype(dtype, [&]<class T>(std::type_identity<T> type) {
    if constexpr (!std::same_as<T, bool>) f(type);
  });
}

}  // namespace convoy::reference
