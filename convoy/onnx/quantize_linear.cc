// Quantisation and its reverse.
#include <cmath>

#include <fmt/format.h>

#include "convoy/onnx/casts.h"
#include "convoy/onnx/quantization.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"

namespace convoy::onnx {

namespace {

/// The bounds of an integer of up to 32 bits.
std::pair<double, double> bounds_of(DType dtype) {
  const auto bits = static_cast<double>(size_of(dtype) * 8);
  const double values = std::exp2(bits);
  return is_signed(dtype) ? std::pair(-values / 2, values / 2 - 1) : std::pair(0.0, values - 1);
}

int64_t read_axis(Reading& in, const Value& x) {
  const int64_t axis = in.integer("axis", 1);
  if (x.rank() == 0) return 0;
  const int64_t position = axis < 0 ? axis + x.rank() : axis;
  // One scale for all needs no axis: that of opset 13 on is 1 by default, whatever x is.
  if (position < 0 || position >= x.rank()) {
    if (in.has_attribute("axis"))
      in.refuse(fmt::format("axis is {}, x is {}", axis, to_string(x.type())));
    return 0;
  }
  return position;
}

/// A scale or zero point as it broadcasts with x: one for all, one per element of the axis, or one
/// per block of `block_size` elements along it.
Value spread(Reading& in, const Value& parameter, const Value& x, int64_t axis) {
  const int64_t block = in.integer("block_size", 0);
  if (block < 0) in.refuse(fmt::format("block_size is {}", block));
  if (!parameter) return {};
  if (block == 0 || parameter.rank() == 0) return along_axis(parameter, axis, x.rank());
  if (parameter.rank() != x.rank())
    in.refuse(fmt::format("with block_size, scale and zero point have the rank of x ({}), not {}",
                          to_string(x.type()), to_string(parameter.type())));
  const auto at = static_cast<size_t>(axis);
  Shape apart = parameter.shape(), together = parameter.shape();
  apart.insert(apart.begin() + axis + 1, Dim(block));
  together[at] = together[at] * block;
  const Value repeated = reshape(expand(unsqueeze(parameter, {axis + 1}), apart), together);
  return slice(repeated, {0}, {x.dim(axis)}, {axis});
}

DType dtype_attribute(Reading& in, std::string_view name, DType otherwise) {
  const int64_t number = in.integer(name, 0);
  return number == 0 ? otherwise : from_onnx(static_cast<int32_t>(number));
}

void require_quantized(Reading& in, DType dtype) {
  if (!is_integer(dtype) || size_of(dtype) > 4)
    in.unsupported(fmt::format("quantisation to {}", to_string(dtype)));
}

}  // namespace

Value quantized(const Value& x, const Value& zero_point, DType dtype) {
  const auto [low, high] = bounds_of(dtype);
  const Value rounded = as(round(x), DType::float32);
  const Value shifted = zero_point ? rounded + cast(zero_point, DType::float32) : rounded;
  return cast(clip(shifted, low, high), dtype);
}

Value without_zero_point(const Value& x, const Value& zero_point) {
  const Value wide = as(x, DType::int32);
  return zero_point ? wide - as(zero_point, DType::int32) : wide;
}

Value along_axis(const Value& parameter, int64_t axis, int64_t rank) {
  if (!parameter || parameter.rank() != 1) return parameter;
  if (parameter.dim(0) == Dim(1)) return reshape(parameter, {});
  Shape shape(static_cast<size_t>(rank), Dim(1));
  shape[static_cast<size_t>(axis)] = parameter.dim(0);
  return reshape(parameter, shape);
}

std::vector<Value> read_quantize_linear(Reading& in) {
  const Value &x = in.input(0), &scale = in.input(1);
  const Value zero_point = in.optional(2);
  const DType dtype =
      zero_point ? zero_point.dtype() : dtype_attribute(in, "output_dtype", DType::uint8);
  if (dtype_attribute(in, "output_dtype", dtype) != dtype)
    in.refuse("output_dtype is not that of the zero point");
  require_quantized(in, dtype);
  in.flag("saturate", true);  // of 8-bit floats
  const DType precision = dtype_attribute(in, "precision", scale.dtype());
  const int64_t axis = read_axis(in, x);
  const Value ratio = as(x, precision) / as(spread(in, scale, x, axis), precision);
  return {quantized(ratio, spread(in, zero_point, x, axis), dtype)};
}

std::vector<Value> read_dequantize_linear(Reading& in) {
  const Value &x = in.input(0), &scale = in.input(1);
  require_quantized(in, x.dtype());
  const DType dtype = dtype_attribute(in, "output_dtype", scale.dtype());
  const int64_t axis = read_axis(in, x);
  const Value difference = without_zero_point(x, spread(in, in.optional(2), x, axis));
  const Value factor = as(spread(in, scale, x, axis), DType::float32);
  return {as(cast(difference, DType::float32) * factor, dtype)};
}

// y, its scale and its zero point: the range of x, 0 included, over 0 … 255.
std::vector<Value> read_dynamic_quantize_linear(Reading& in) {
  const Value& x = in.input(0);
  const Value zero = scalar(0, x.dtype());
  const Value low = min(reduce_min(x), zero), high = max(reduce_max(x), zero);
  // Where x is all zeros any scale will do.
  const Value range = (high - low) / 255.0;
  const Value scale = where(equal(range, zero), scalar(1, x.dtype()), range);
  const Value zero_point = cast(round(clip((zero - low) / scale, 0, 255)), DType::uint8);
  return {quantized(x / scale, zero_point, DType::uint8), scale, zero_point};
}

}  // namespace convoy::onnx
