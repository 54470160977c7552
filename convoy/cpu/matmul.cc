#include "convoy/ops/matmul.h"

#include <algorithm>
#include <utility>

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/gemm.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/passes/passes.h"

namespace convoy::cpu {

namespace {

/// A matrix argument: a vector is one row (x) or one column (y).
struct Matrix {
  Extents batch;
  int64_t rows, columns;
  MatrixStrides strides;
};

Matrix matrix_of(const Extents& extents, bool is_column, bool transposed) {
  Extents whole = extents;
  if (whole.size() == 1) whole.insert(is_column ? whole.end() : whole.begin(), 1);
  const Extents strides = dense_strides(whole);
  const size_t rank = whole.size();
  Matrix matrix{.batch = {whole.begin(), whole.end() - 2},
                .rows = whole[rank - 2],
                .columns = whole[rank - 1],
                .strides = {.batch = {}, .row = strides[rank - 2], .column = strides[rank - 1]}};
  for (size_t a = 0, at = max_axes - matrix.batch.size(); a < matrix.batch.size(); ++a, ++at)
    matrix.strides.batch[at] = whole[a] == 1 ? 0 : strides[a];
  if (transposed && extents.size() > 1) {
    std::swap(matrix.rows, matrix.columns);
    std::swap(matrix.strides.row, matrix.strides.column);
  }
  return matrix;
}

}  // namespace

void lower(const Matmul& op, Lowering& l) {
  const Extents x = l.shape(0), y = l.shape(1);
  if (l.output_dtype() != DType::float32 || std::max(x.size(), y.size()) > max_axes + 2)
    return l.by_reference();
  const Matrix a = matrix_of(x, false, op.transpose_x), b = matrix_of(y, true, op.transpose_y);
  GemmPlan plan;
  plan.rows = a.rows;
  plan.depth = a.columns;
  plan.columns = b.columns;
  plan.a = a.strides;
  plan.b = b.strides;
  plan.c.row = b.columns;
  plan.c.column = 1;
  int64_t step = a.rows * b.columns;
  const size_t batch_axes = std::max(a.batch.size(), b.batch.size());
  for (size_t back = 1; back <= batch_axes; ++back) {
    const auto size_in = [&](const Extents& batch) {
      return back > batch.size() ? 1 : batch[batch.size() - back];
    };
    const int64_t size = size_in(a.batch) == 1 ? size_in(b.batch) : size_in(a.batch);
    plan.batch[max_axes - back] = size;
    plan.c.batch[max_axes - back] = step;
    step *= size;
  }
  const Array from = l.plain(0), with = l.plain(1), to = l.result(Form::plain);
  plan = plan_gemm(plan, l.tier());
  l.emit(kernel_task(gemm_kernel(l.tier()), plan, from, with, to), {from, with}, {to},
         plan.method == GemmPlan::Method::tiles ? "tiles" : "one pass over y", flops(l.node()));
}

}  // namespace convoy::cpu
