// Functions of one argument that ONNX has as operators and Convoy makes of others.
#include <limits>

#include "convoy/onnx/readers.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/unary.h"

namespace convoy::onnx {

namespace {

/// f of x in float64, where what the formulas lose by cancellation is out of sight of float32.
template <class F>
std::vector<Value> in_double(Reading& in, const F& f) {
  const Value& x = in.input(0);
  return {cast(f(cast(x, DType::float64)), x.dtype())};
}

}  // namespace

std::vector<Value> read_acos(Reading& in) {
  return in_double(in, [](const Value& x) { return 2.0 * atan(sqrt((1.0 - x) / (1.0 + x))); });
}

std::vector<Value> read_acosh(Reading& in) {
  return in_double(in, [](const Value& x) { return log(x + sqrt(x - 1.0) * sqrt(x + 1.0)); });
}

std::vector<Value> read_asin(Reading& in) {
  return in_double(in, [](const Value& x) { return atan(x / sqrt((1.0 - x) * (1.0 + x))); });
}

std::vector<Value> read_asinh(Reading& in) {
  return in_double(in, [](const Value& x) { return sign(x) * log(abs(x) + sqrt(x * x + 1.0)); });
}

std::vector<Value> read_atanh(Reading& in) {
  return in_double(in, [](const Value& x) { return 0.5 * log((1.0 + x) / (1.0 - x)); });
}

std::vector<Value> read_cosh(Reading& in) {
  return in_double(in, [](const Value& x) { return 0.5 * exp(x) + 0.5 * exp(-x); });
}

std::vector<Value> read_sinh(Reading& in) {
  return in_double(in, [](const Value& x) { return 0.5 * exp(x) - 0.5 * exp(-x); });
}

std::vector<Value> read_tan(Reading& in) {
  return in_double(in, [](const Value& x) { return sin(x) / cos(x); });
}

std::vector<Value> read_is_nan(Reading& in) { return {not_equal(in.input(0), in.input(0))}; }

std::vector<Value> read_is_inf(Reading& in) {
  const Value& x = in.input(0);
  const bool negative = in.flag("detect_negative", true),
             positive = in.flag("detect_positive", true);
  const Value infinity = scalar(std::numeric_limits<double>::infinity(), x.dtype());
  if (negative && positive) return {equal(abs(x), infinity)};
  if (!negative && !positive) return {full(x.shape(), 0, DType::boolean)};
  return {equal(x, negative ? neg(infinity) : infinity)};
}

}  // namespace convoy::onnx
