#include "convoy/ops/matmul.h"

#include <algorithm>
#include <utility>

#include "convoy/base/checked.h"
#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/gemm.h"
#include "convoy/cpu/kernels/product.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/passes/passes.h"

namespace convoy::cpu {

namespace {

/// A matrix argument: a vector is one row (x) or one column (y).
struct Matrix {
  Extents batch, batch_strides;
  int64_t rows, columns, row, column;  // sizes, and distances of neighbours
};

Matrix matrix_of(const Extents& extents, bool is_column, bool transposed) {
  Extents whole = extents;
  if (whole.size() == 1) whole.insert(is_column ? whole.end() : whole.begin(), 1);
  const Extents strides = dense_strides(whole);
  const size_t rank = whole.size();
  Matrix matrix{.batch = {whole.begin(), whole.end() - 2},
                .batch_strides = {},
                .rows = whole[rank - 2],
                .columns = whole[rank - 1],
                .row = strides[rank - 2],
                .column = strides[rank - 1]};
  for (size_t a = 0; a < matrix.batch.size(); ++a)
    matrix.batch_strides.push_back(whole[a] == 1 ? 0 : strides[a]);
  if (transposed && extents.size() > 1) {
    std::swap(matrix.rows, matrix.columns);
    std::swap(matrix.row, matrix.column);
  }
  return matrix;
}

/// Axes before those there are, which repeat the matrices.
Extents with_axes_before(const Extents& strides, size_t axes) {
  Extents all(axes - strides.size(), 0);
  all.insert(all.end(), strides.begin(), strides.end());
  return all;
}

MatrixStrides gemm_strides(const Matrix& matrix) {
  MatrixStrides strides{.batch = {}, .row = matrix.row, .column = matrix.column};
  std::ranges::copy(matrix.batch_strides,
                    strides.batch.end() - static_cast<int64_t>(matrix.batch.size()));
  return strides;
}

/// Of dtypes and of more axes than those of the kernels for float32. `batch` are the sizes of the
/// axes before the matrices of the result.
void emit_typed_product(Lowering& l, const Matrix& a, const Matrix& b, const Extents& batch) {
  const Array from = l.plain(0), with = l.plain(1), to = l.result(Form::plain);
  ProductPlan plan{.dtype = to.dtype};
  plan.a_batch = offsets_of(batch, with_axes_before(a.batch_strides, batch.size()));
  plan.b_batch = offsets_of(batch, with_axes_before(b.batch_strides, batch.size()));
  plan.c_batch = offsets_of({element_count(batch)}, {a.rows * b.columns});
  plan.a_row = offsets_of({a.rows}, {a.row});
  plan.a_depth = offsets_of({a.columns}, {a.column});
  plan.b_depth = offsets_of({b.rows}, {b.row});
  plan.b_column = offsets_of({b.columns}, {b.column});
  plan.c_row = offsets_of({a.rows}, {b.columns});
  plan.c_column = offsets_of({b.columns}, {1});
  l.emit(kernel_task(product_kernel(l.tier(), to.dtype), std::move(plan), from, with, to),
         {from, with}, {to}, "products", flops(l.node()));
}

}  // namespace

void lower(const Matmul& op, Lowering& l) {
  const Extents x = l.shape(0), y = l.shape(1);
  const Matrix a = matrix_of(x, false, op.transpose_x), b = matrix_of(y, true, op.transpose_y);
  const size_t batch_axes = std::max(a.batch.size(), b.batch.size());
  if (l.output_dtype() != DType::float32 || batch_axes > max_axes) {
    const Extents result = l.output_shape();
    return emit_typed_product(l, a, b,
                              {result.begin(), result.begin() + static_cast<int64_t>(batch_axes)});
  }
  GemmPlan plan;
  plan.rows = a.rows;
  plan.depth = a.columns;
  plan.columns = b.columns;
  plan.a = gemm_strides(a);
  plan.b = gemm_strides(b);
  plan.c.row = b.columns;
  plan.c.column = 1;
  int64_t step = a.rows * b.columns;
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
