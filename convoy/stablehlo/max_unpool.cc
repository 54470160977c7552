// Planes as rows: every index picks or meets an element of its own row.
#include "convoy/ops/max_unpool.h"

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/window_axis.h"

namespace convoy::stablehlo {

namespace {

/// Row n of the indices [N,P,1] is about row n of the operand [N,S].
const GatherAxes within_rows{{}, {1}, {0}, {0}, {1}, 2};

/// [N,C,S…] as [N·C,S].
Operand as_rows(Code& code, const Operand& x) {
  return code.reshape(x, {x.dim(0) * x.dim(1), element_count(spatial_of(x.shape))});
}

/// Input 1 as [N·C,P,1], held to offsets into planes of `size` elements by constraint
/// `constraint`.
Operand checked_indices(Lowering& out, int constraint, int64_t size) {
  Code& code = out.code();
  const Operand indices = out.input(1);
  if (out.checks())
    out.require(code.binary("and", code.compare("GE", indices, 0),
                            code.compare("LT", indices, static_cast<double>(size))),
                {Violation::Kind::index, constraint,
                 fmt::format("an index is out of range for a plane of {} elements", size)});
  const Operand rows = as_rows(code, indices);
  return code.reshape(rows, {rows.dim(0), rows.dim(1), 1});
}

/// For every element of rows [N,size], the last position that points to it; −1 where none does.
/// Scatters leave the order of their updates open, the largest position does not depend on it.
Operand last_writers(Code& code, const Operand& indices, int64_t size) {
  const Operand nobody = code.splat(-1, DType::int64, {indices.dim(0), size});
  const Operand positions = code.iota(DType::int64, {indices.dim(0), indices.dim(1)}, 1);
  return code.scatter(
      nobody, indices, positions, within_rows,
      [](Code& c, const Operand& x, const Operand& y) { return c.binary("maximum", x, y); });
}

/// Element indices[n,p] of row n, for every p.
Operand picked(Code& code, const Operand& rows, const Operand& indices) {
  return code.gather(rows, indices, within_rows, {1, 1});
}

}  // namespace

void lower(const MaxUnpool& op, Lowering& out) {
  Code& code = out.code();
  const Extents to = out.output_shape();
  const int64_t size = element_count(spatial_of(to));
  const Operand x = as_rows(code, out.input(0)), indices = checked_indices(out, 5, size);
  if (element_count(x.shape) == 0 || size == 0) return out.result(code.splat(0, x.dtype, to));
  if (op.accumulate) {
    const Operand zeros = code.splat(0, x.dtype, {x.dim(0), size});
    const Operand sums =
        code.scatter(zeros, indices, x, within_rows,
                     [](Code& c, const Operand& a, const Operand& b) { return c.add(a, b); });
    return out.result(code.reshape(sums, to));
  }
  const Operand writers = last_writers(code, indices, size);
  const Operand values = picked(code, x, code.reshape(writers, {x.dim(0), size, 1}));
  const Operand y = code.select(code.compare("GE", writers, 0), values, code.splat(0, values));
  out.result(code.reshape(y, to));
}

void lower(const MaxUnpoolGrad& op, Lowering& out) {
  Code& code = out.code();
  const Extents to = out.output_shape();
  const Operand grad = as_rows(code, out.input(0));
  const int64_t size = grad.dim(1);
  const Operand indices = checked_indices(out, 4, size);
  if (element_count(to) == 0 || size == 0) return out.result(code.splat(0, grad.dtype, to));
  Operand y = picked(code, grad, indices);
  if (!op.accumulate) {
    const Operand last = picked(code, last_writers(code, indices, size), indices);
    const Operand positions = code.iota(DType::int64, last.shape, 1);
    y = code.select(code.compare("EQ", last, positions), y, code.splat(0, y));
  }
  out.result(code.reshape(y, to));
}

}  // namespace convoy::stablehlo
