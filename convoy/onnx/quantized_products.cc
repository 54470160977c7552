// Convolutions and matrix products of quantised arrays: sums in int32 of what lies above the zero
// points, scaled and quantised again by the QLinear ones.
#include <fmt/format.h>

#include "convoy/onnx/casts.h"
#include "convoy/onnx/kernels.h"
#include "convoy/onnx/quantization.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/window.h"

namespace convoy::onnx {

namespace {

void require_bytes(Reading& in, const Value& value) {
  if (value.dtype() != DType::int8 && value.dtype() != DType::uint8)
    in.refuse(fmt::format("inputs must be int8 or uint8, one is {}", to_string(value.type())));
}

/// One zero point for all of x; one or one per output channel for w.
Value convolved(Reading& in, const Value& x, const Value& x_zero, const Value& w,
                const Value& w_zero) {
  require_bytes(in, x);
  require_bytes(in, w);
  const Window window = read_window(in, spatial_rank(in, x, w));
  check_kernel_shape(in, w);
  const Conv attributes{window.stride, window.padding, window.dilation, in.integer("group", 1)};
  return conv(without_zero_point(x, along_axis(x_zero, 1, x.rank())),
              without_zero_point(w, along_axis(w_zero, 0, w.rank())), attributes, in.name());
}

/// A vector is one per row of the left, or per column of the right matrix.
Value per_row(const Value& parameter, const Value& matrix) {
  return matrix.rank() < 2 ? along_axis(parameter, 0, 1)
                           : along_axis(parameter, matrix.rank() - 2, matrix.rank());
}
Value per_column(const Value& parameter, const Value& matrix) {
  return along_axis(parameter, std::max<int64_t>(matrix.rank() - 1, 0), matrix.rank());
}

Value multiplied(Reading& in, const Value& a, const Value& a_zero, const Value& b,
                 const Value& b_zero) {
  require_bytes(in, a);
  require_bytes(in, b);
  return matmul(without_zero_point(a, per_row(a_zero, a)),
                without_zero_point(b, per_column(b_zero, b)), {}, in.name());
}

/// Sums of products of what has these scales, in units of scale y.
Value requantized(const Value& sums, const Value& scale, const Value& zero_point) {
  return quantized(cast(sums, DType::float32) * scale, zero_point, zero_point.dtype());
}

}  // namespace

std::vector<Value> read_conv_integer(Reading& in) {
  return {convolved(in, in.input(0), in.optional(2), in.input(1), in.optional(3))};
}

std::vector<Value> read_matmul_integer(Reading& in) {
  return {multiplied(in, in.input(0), in.optional(2), in.input(1), in.optional(3))};
}

std::vector<Value> read_qlinear_conv(Reading& in) {
  const Value& x = in.input(0);
  Value sums = convolved(in, x, in.input(2), in.input(3), in.input(5));
  if (const Value bias = in.optional(8)) sums = sums + along_axis(bias, 1, x.rank());
  const Value scale = along_axis(in.input(1), 1, x.rank()) * along_axis(in.input(4), 1, x.rank()) /
                      along_axis(in.input(6), 1, x.rank());
  return {requantized(sums, scale, along_axis(in.input(7), 1, x.rank()))};
}

std::vector<Value> read_qlinear_matmul(Reading& in) {
  const Value &a = in.input(0), &b = in.input(3);
  const Value sums = multiplied(in, a, in.input(2), b, in.input(5));
  const Value scale = as(per_row(in.input(1), a), DType::float32) *
                      as(per_column(in.input(4), b), DType::float32) /
                      as(per_row(in.input(6), sums), DType::float32);
  return {requantized(sums, scale, per_row(in.input(7), sums))};
}

}  // namespace convoy::onnx
