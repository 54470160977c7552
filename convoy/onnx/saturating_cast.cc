#include "convoy/onnx/saturating_cast.h"

#include <cmath>
#include <limits>

#include "convoy/onnx/casts.h"
#include "convoy/onnx/idioms.h"

namespace convoy::onnx {

namespace {

bool has_64_bits(DType dtype) { return size_of(dtype) == 8; }

/// The integers of `to`, as far as `from` has them.
struct Bounds {
  double low, high;
  double beyond;  // the first number above all integers of `to`
};

Bounds bounds_of(DType from, DType to) {
  const int bits = static_cast<int>(8 * size_of(to)) - (is_signed(to) ? 1 : 0);
  const double beyond = std::ldexp(1.0, bits);
  const double below = from == DType::float32
                           ? static_cast<double>(std::nextafterf(static_cast<float>(beyond), 0))
                           : std::nextafter(beyond, 0);
  return {is_signed(to) ? -beyond : 0, has_64_bits(to) ? below : beyond - 1, beyond};
}

/// A floating dtype that has all numbers of `from` and, of up to 32 bits, all integers of `to`.
DType wide_enough(DType from, DType to) {
  if (size_of(to) == 4) return DType::float64;
  return size_of(from) == 2 ? DType::float32 : from;
}

Tensor largest(DType to) {
  return to == DType::int64 ? Tensor::of<int64_t>({}, {std::numeric_limits<int64_t>::max()})
                            : Tensor::of<uint64_t>({}, {std::numeric_limits<uint64_t>::max()});
}

bool is_constant(const Value& value, double number) {
  const Tensor* known = value.node()->constant();
  return known && known->size() == 1 && known->at(0) == number;
}

/// x when `value` is x with 0 for NaN, clipped to the bounds or not.
Value guarded(const Value& value, const Bounds& bounds) {
  if (!operator_of<Where>(value)) return {};
  const std::vector<Value>& parts = value.node()->inputs;  // is NaN, 0, x
  const Binary* is_nan = operator_of<Binary>(parts[0]);
  if (!is_nan || is_nan->kind != BinaryKind::not_equal || !is_constant(parts[1], 0)) return {};
  const Value x = parts[0].node()->inputs[0];
  if (!(parts[0].node()->inputs[1] == x)) return {};
  if (parts[2] == x) return x;
  const Clip* clip = operator_of<Clip>(parts[2]);
  const bool is_same = clip && parts[2].node()->inputs[0] == x && clip->min == bounds.low &&
                       clip->max == bounds.high;
  return is_same ? x : Value{};
}

/// x cast to `to`, past a cast to the wider float that it was written in.
Value cast_of(const Value& x, DType to, std::string_view name) {
  const bool was_widened = operator_of<Cast>(x) && is_floating(x.node()->inputs[0].dtype()) &&
                           size_of(x.node()->inputs[0].dtype()) < size_of(x.dtype());
  return cast(was_widened ? x.node()->inputs[0] : x, to, name);
}

}  // namespace

// What is 2^63 or more no float below it stands for exactly: the largest integer is put in after
// the cast.
void write_saturating_cast(Writing& out) {
  const DType to = out.output_type().dtype, in = wide_enough(out.type().dtype, to);
  const std::string x = cast_to(out, out.input(0), out.type().dtype, in);
  const Bounds bounds = bounds_of(in, to);
  const Clip* clipped = operator_of<Clip>(out.value(0));
  const bool is_inside = clipped && clipped->min >= bounds.low && clipped->max <= bounds.high;
  const std::string inside =
      is_inside ? x : out.add("Clip", {x, out.scalar(bounds.low, in), out.scalar(bounds.high, in)});
  const std::string number = out.add("Where", {out.add("IsNaN", {x}), out.scalar(0, in), inside});
  if (!has_64_bits(to) || is_inside) return result_cast(out, number);
  const std::string is_beyond = out.add("GreaterOrEqual", {x, out.scalar(bounds.beyond, in)});
  out.result("Where", {is_beyond, out.constant(largest(to)), cast_to(out, number, in, to)});
}

Value saturating_cast_restored(const Node& node, const std::vector<Value>& inputs) {
  if (!node.op()) return {};
  const DType to = node.outputs[0].dtype;
  if (!is_integer(to)) return {};
  if (std::holds_alternative<Cast>(*node.op())) {
    if (!is_floating(inputs[0].dtype())) return {};
    const Value x = guarded(inputs[0], bounds_of(inputs[0].dtype(), to));
    const bool is_whole = x && (!has_64_bits(to) || x == inputs[0].node()->inputs[2]);
    return is_whole ? cast_of(x, to, node.name) : Value{};
  }
  if (!std::holds_alternative<Where>(*node.op()) || !has_64_bits(to)) return {};
  const Binary* is_beyond = operator_of<Binary>(inputs[0]);
  const Tensor* known = inputs[1].node()->constant();
  if (!is_beyond || is_beyond->kind != BinaryKind::greater_equal || !known || known->size() != 1 ||
      !operator_of<Cast>(inputs[2]))
    return {};
  const Value number = inputs[2].node()->inputs[0], compared = inputs[0].node()->inputs[0];
  if (!is_floating(number.dtype())) return {};
  const Bounds bounds = bounds_of(number.dtype(), to);
  const Value x = guarded(number, bounds);
  const bool is_written = x && x == compared && !(x == number.node()->inputs[2]) &&
                          is_constant(inputs[0].node()->inputs[1], bounds.beyond) &&
                          known->at(0) == largest(to).at(0);
  return is_written ? cast_of(x, to, node.name) : Value{};
}

}  // namespace convoy::onnx
