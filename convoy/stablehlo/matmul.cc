#include "convoy/ops/matmul.h"

#include <algorithm>

#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

/// x with `batch` before its last two axes.
Operand with_batch(Code& code, const Operand& x, const Extents& batch) {
  Extents shape = batch;
  shape.insert(shape.end(), x.shape.end() - 2, x.shape.end());
  return code.broadcast(x, shape);
}

}  // namespace

void lower(const Matmul& op, Lowering& out) {
  Code& code = out.code();
  Operand x = out.input(0), y = out.input(1);
  if (x.rank() == 1) x = code.reshape(x, {1, x.dim(0)});
  if (y.rank() == 1) y = code.reshape(y, {y.dim(0), 1});
  // Batch axes of the result, also where the result lacks the axes of vectors.
  Extents batch;
  for (int64_t a = std::max(x.rank(), y.rank()) - 2; a > 0; --a) {
    const auto size = [&](const Operand& m) {
      return a + 2 > m.rank() ? 1 : m.dim(m.rank() - 2 - a);
    };
    batch.push_back(size(x) == 1 ? size(y) : size(x));
  }
  int64_t batches = static_cast<int64_t>(batch.size());
  x = with_batch(code, x, batch);
  if (y.rank() == 2)  // one matrix for all
    batches = 0;
  else
    y = with_batch(code, y, batch);
  const int64_t x_contracted = x.rank() - (op.transpose_x ? 2 : 1);
  const int64_t y_contracted = y.rank() - (op.transpose_y ? 1 : 2);
  Operand z = code.dot_general(x, y, first_axes(batches), first_axes(batches), {x_contracted},
                               {y_contracted});
  out.result(code.reshape(z, out.output_shape()));
}

}  // namespace convoy::stablehlo
