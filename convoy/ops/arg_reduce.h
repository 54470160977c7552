// Positions of the largest and smallest elements along an axis.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

enum class ArgReduceKind { max, min };

template <>
struct EnumNames<ArgReduceKind> {
  using N = std::pair<ArgReduceKind, std::string_view>;
  static constexpr std::array values{N{ArgReduceKind::max, "arg_max"},
                                     N{ArgReduceKind::min, "arg_min"}};
};

/// The index along `axis` of the largest (arg_max) or smallest (arg_min) element.
///
/// Inputs: x, rank at least 1.  Output: int64, without the axis, or with size 1 there (keepdims).
/// Dtypes: every dtype; false is below true.
/// Constraints:
///   C1 axis is in −rank…rank−1; builders count it from the front.
///   C2 the axis has at least one element.
/// Edge values: a NaN wins over every number in both; −0 = +0; among equals, NaNs included, the
///   first wins, or the last with last_of_ties.
/// Gradient: none, the result is an integer.
/// Differs: PyTorch promises no order of ties.
struct ArgReduce {
  ArgReduceKind kind = ArgReduceKind::max;
  int64_t axis = 0;
  bool keepdims = false;
  bool last_of_ties = false;

  static constexpr std::string_view name = "arg_reduce";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"axis", &ArgReduce::axis, "the axis to search"},
                 Field{"keepdims", &ArgReduce::keepdims, "keep the axis with size 1"},
                 Field{"last_of_ties", &ArgReduce::last_of_ties,
                       "true: the last among equals; default false: the first"}};
  bool operator==(const ArgReduce&) const = default;
};

std::vector<Type> infer(const ArgReduce& op, Types in);
Gradients vjp(const ArgReduce& op, const Backward& b);

/// `axis` may count from the back.
Value arg_reduce(ArgReduceKind kind, const Value& x, int64_t axis, bool keepdims = false,
                 bool last_of_ties = false, std::string_view name = {});
Value arg_max(const Value& x, int64_t axis, bool keepdims = false, bool last_of_ties = false);
Value arg_min(const Value& x, int64_t axis, bool keepdims = false, bool last_of_ties = false);

}  // namespace convoy
