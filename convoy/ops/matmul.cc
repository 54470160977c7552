#include "convoy/ops/matmul.h"

#include <fmt/format.h>

#include "convoy/graph/value.h"
#include "convoy/ops/backward.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"

namespace convoy {

namespace {

// A vector as the matrix it stands for: a row on the left, a column on the right.
Shape as_matrix(const Shape& shape, bool left) {
  if (shape.size() > 1) return shape;
  return left ? Shape{1, shape[0]} : Shape{shape[0], 1};
}

Shape batch_of(const Shape& matrix) { return {matrix.begin(), matrix.end() - 2}; }

}  // namespace

std::vector<Type> infer(const Matmul& op, Types in) {
  require_same_dtype(1, in);
  const DType dtype = in[0].dtype;
  if (!is_floating(dtype) && !is_integer(dtype))
    type_violation(1, fmt::format("is not defined for dtype {}", to_string(dtype)));
  const bool transpose[] = {op.transpose_x, op.transpose_y};
  for (size_t i = 0; i < 2; ++i)
    if (in[i].rank() < (transpose[i] ? 2 : 1))
      shape_violation(2, fmt::format("{} must have rank at least {}, got {}", Matmul::inputs[i],
                                     transpose[i] ? 2 : 1, in[i].rank()));
  const Shape x = as_matrix(in[0].shape, true), y = as_matrix(in[1].shape, false);
  const Dim &rows = x[x.size() - (op.transpose_x ? 1 : 2)],
            &inner = x[x.size() - (op.transpose_x ? 2 : 1)],
            &inner_y = y[y.size() - (op.transpose_y ? 1 : 2)],
            &columns = y[y.size() - (op.transpose_y ? 2 : 1)];
  require_equal(3, inner, inner_y,
                fmt::format("columns of x ({}) must equal rows of y ({})", inner.to_string(),
                            inner_y.to_string()));
  Shape shape = broadcast(4, batch_of(x), batch_of(y));
  if (in[0].rank() > 1) shape.push_back(rows);
  if (in[1].rank() > 1) shape.push_back(columns);
  return {{dtype, shape}};
}

Gradients vjp(const Matmul& op, const Backward& b) {
  const Value &x = b.inputs[0], &y = b.inputs[1];
  const Value a = reshape(x, as_matrix(x.shape(), true));
  const Value c = reshape(y, as_matrix(y.shape(), false));
  Shape full = b.grad().shape();
  if (x.rank() == 1) full.insert(full.end() - (y.rank() == 1 ? 0 : 1), 1);
  if (y.rank() == 1) full.push_back(1);
  const Value grad = reshape(b.grad(), full);
  // With A and C what is multiplied after transposing, dA = g·Cᵀ and dC = Aᵀ·g; where x is stored
  // as Aᵀ, its gradient is (g·Cᵀ)ᵀ = C·gᵀ.
  const Value to_x = op.transpose_x ? matmul(c, grad, {op.transpose_y, true})
                                    : matmul(grad, c, {false, !op.transpose_y});
  const Value to_y = op.transpose_y ? matmul(grad, a, {true, op.transpose_x})
                                    : matmul(a, grad, {!op.transpose_x, false});
  return {reshape(sum_to_shape(to_x, a.shape()), x.shape()),
          reshape(sum_to_shape(to_y, c.shape()), y.shape())};
}

Value matmul(const Value& x, const Value& y, Matmul attributes, std::string_view name) {
  return apply(attributes, {x, y}, name);
}

}  // namespace convoy
