// The k largest or smallest elements along an axis.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// The k largest elements along `axis` (smallest, unless `largest`), and their indices.
///
/// Inputs: x, rank at least 1.  Output: values of x's dtype and indices (int64), of x's shape but
///   with size k along the axis.
/// Dtypes: floating and integer ones.
/// Constraints:
///   C1 axis is in −rank…rank−1; builders count it from the front.
///   C2 0 <= k <= the size of the axis.
///   C3 the dtype is floating or integer.
/// Edge values: NaN counts as larger than every number; −0 = +0; among equals the smaller index
///   comes first.
/// Gradient: of values, to the elements chosen; indices carry none.
/// Differs: PyTorch promises no order of ties. With `sorted` false any order is allowed; backends
///   may then leave out the sorting.
struct TopK {
  Dim k = 1;
  int64_t axis = 0;
  bool largest = true;
  bool sorted = true;

  static constexpr std::string_view name = "top_k";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"k", &TopK::k, "how many elements"},
                 Field{"axis", &TopK::axis, "the axis to search; builders' default −1"},
                 Field{"largest", &TopK::largest, "the largest; false: the smallest"},
                 Field{"sorted", &TopK::sorted, "best first; false: in any order"}};
  bool operator==(const TopK&) const = default;
};

std::vector<Type> infer(const TopK& op, Types in);
Gradients vjp(const TopK& op, const Backward& b);
/// Values and indices. `axis` may count from the back.
std::vector<Value> top_k(const Value& x, Dim k, int64_t axis = -1, bool largest = true,
                         bool sorted = true, std::string_view name = {});

}  // namespace convoy
