#include "convoy/ops/matmul.h"

#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

/// One factor as a stack of matrices: where its batches, rows and columns lie.
struct Matrices {
  Extents batch;
  int64_t rows = 1, columns = 1, row_stride = 1, column_stride = 1;

  Matrices(Extents extents, bool left, bool transpose) {
    if (extents.size() == 1) extents.insert(left ? extents.begin() : extents.end(), 1);
    columns = extents.back();
    rows = extents[extents.size() - 2];
    row_stride = columns;
    if (transpose) {
      std::swap(rows, columns);
      std::swap(row_stride, column_stride);
    }
    batch.assign(extents.begin(), extents.end() - 2);
  }

  /// Elements from one matrix to the next along each axis of `target`, the broadcast batch.
  Extents batch_strides(const Extents& target) const {
    Extents strides = broadcast_strides(batch, target);
    for (int64_t& stride : strides) stride *= rows * columns;
    return strides;
  }
  size_t at(int64_t row, int64_t column) const {
    return static_cast<size_t>(row * row_stride + column * column_stride);
  }
};

Extents broadcast_batch(const Extents& a, const Extents& b) {
  Extents result = a.size() >= b.size() ? a : b;
  const Extents& shorter = a.size() >= b.size() ? b : a;
  const size_t offset = result.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i)
    if (result[offset + i] == 1) result[offset + i] = shorter[i];
  return result;
}

}  // namespace

void run(const Matmul& op, Call& call) {
  const Tensor &x = call.inputs[0], &y = call.inputs[1];
  const Matrices a(x.extents(), true, op.transpose_x), b(y.extents(), false, op.transpose_y);
  const Extents batch = broadcast_batch(a.batch, b.batch);
  const Extents a_strides = a.batch_strides(batch), b_strides = b.batch_strides(batch);
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto left = x.data<T>(), right = y.data<T>();
    const auto to = call.outputs[0].data<T>();
    size_t out = 0;
    for_each_position(batch, [&](const Extents& position) {
      const size_t left_at = offset_of(position, a_strides);
      const size_t right_at = offset_of(position, b_strides);
      for (int64_t i = 0; i < a.rows; ++i) {
        call.cancellation.check();
        for (int64_t j = 0; j < b.columns; ++j) {
          // Integers wrap, which only unsigned arithmetic does by definition.
          std::conditional_t<is_floating_element<T>, double, uint64_t> sum = 0;
          for (int64_t k = 0; k < a.columns; ++k) {
            const auto l = load(left[left_at + a.at(i, k)]);
            const auto r = load(right[right_at + b.at(k, j)]);
            sum += static_cast<decltype(sum)>(l) * static_cast<decltype(sum)>(r);
          }
          store(to[out++], static_cast<Arithmetic<T>>(sum));
        }
      }
    });
  });
}

}  // namespace convoy::reference
