#include "convoy/composites/gemm.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "convoy/ops/binary.h"
#include "convoy/ops/matmul.h"

namespace convoy {

namespace {

constexpr std::array<std::string_view, 3> argument_names{"a", "b", "c"};

void check(const Gemm& op, Types in) {
  require_same_dtype(1, in);
  const bool whole = std::trunc(op.alpha) == op.alpha && std::trunc(op.beta) == op.beta;
  if (!is_floating(in[0].dtype) && !(is_integer(in[0].dtype) && whole))
    type_violation(1, fmt::format("is not defined for dtype {} with alpha {} and beta {}",
                                  to_string(in[0].dtype), op.alpha, op.beta));
  if (in[0].rank() != 2 || in[1].rank() != 2)
    shape_violation(
        2, fmt::format("a and b must have rank 2, got {} and {}", in[0].rank(), in[1].rank()));
  const Dim &inner_a = in[0].shape[op.trans_a ? 0 : 1], &inner_b = in[1].shape[op.trans_b ? 1 : 0];
  require_equal(2, inner_a, inner_b,
                fmt::format("columns of a ({}) must equal rows of b ({})", inner_a.to_string(),
                            inner_b.to_string()));
  if (in.size() < 3) return;
  const Shape result{in[0].shape[op.trans_a ? 1 : 0], in[1].shape[op.trans_b ? 0 : 1]};
  const Shape& c = in[2].shape;
  const std::string message =
      fmt::format("c {} does not broadcast to {}", to_string(c), to_string(result));
  if (c.size() > 2) shape_violation(3, message);
  for (size_t a = 0; a < c.size(); ++a)
    if (!(c[a] == Dim(1))) require_equal(3, c[a], result[2 - c.size() + a], message);
}

}  // namespace

Value gemm(const Value& a, const Value& b, const Value& c, Gemm op, std::string_view name) {
  std::vector<Type> types{a.type(), b.type()};
  if (c) types.push_back(c.type());
  try {
    check(op, types);
  } catch (const Violation& violation) {
    throw_violation(violation, "gemm", argument_names, name, types);
  }
  Value y = matmul(a, b, {op.trans_a, op.trans_b}, name);
  if (op.alpha != 1) y = op.alpha * y;
  if (!c) return y;
  return y + (op.beta == 1 ? c : op.beta * c);
}

}  // namespace convoy
