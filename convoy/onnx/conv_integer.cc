#include "convoy/onnx/conv_integer.h"

#include <algorithm>
#include <optional>

#include "convoy/onnx/idioms.h"

namespace convoy::onnx {

namespace {

bool is_bytes(DType dtype) { return dtype == DType::int8 || dtype == DType::uint8; }

/// Known numbers as that dtype of bytes; none when it does not hold them.
Value known_bytes(const Tensor& numbers, DType dtype) {
  const double low = dtype == DType::int8 ? -128 : 0;
  for (int64_t i = 0; i < numbers.size(); ++i)
    if (numbers.at(i) < low || numbers.at(i) > low + 255) return {};
  return constant(numbers.cast(dtype));
}

/// Bytes, or their zero point. New ones are no node of the graph, and so have no name there.
struct Part {
  Value value = {};
  bool is_new = false;
};

/// The bytes that were cast to int32, or that hold known numbers.
Part uncast(const Value& value) {
  if (const Tensor* known = value.node()->constant()) {
    const Value bytes = known_bytes(*known, DType::int8);
    return {bytes ? bytes : known_bytes(*known, DType::uint8), true};
  }
  const bool is_cast = operator_of<Cast>(value) && is_bytes(value.node()->inputs[0].dtype());
  return {is_cast ? value.node()->inputs[0] : Value{}};
}

/// True for one zero point for all of `bytes`, or one for each of what lies along the first axis.
bool is_laid_out(const Value& zero_point, const Value& bytes) {
  if (element_count(zero_point.shape()) == Dim(1)) return true;
  return zero_point.rank() == bytes.rank() && zero_point.dim(0) == bytes.dim(0) &&
         element_count(zero_point.shape()) == bytes.dim(0);
}

/// The zero point of such bytes, as it was before it was laid out: a scalar or a vector.
Part zero_point_of(const Value& value, const Value& bytes) {
  if (!is_laid_out(value, bytes)) return {};
  if (const Tensor* known = value.node()->constant())
    return {known_bytes(known->reshaped({known->size()}), bytes.dtype()), true};
  Value zero_point = uncast(value).value;
  while (zero_point && operator_of<Reshape>(zero_point)) zero_point = zero_point.node()->inputs[0];
  const bool fits = zero_point && zero_point.rank() < 2 && zero_point.dtype() == bytes.dtype();
  return {fits ? zero_point : Value{}};
}

/// No zero point stands for 0.
struct BytesAndZero {
  Part bytes, zero_point = {};
};

/// What an int32 array was made of.
std::optional<BytesAndZero> bytes_of(const Value& value) {
  if (const Part bytes = uncast(value); bytes.value) return BytesAndZero{bytes};
  const Binary* difference = operator_of<Binary>(value);
  if (!difference || difference->kind != BinaryKind::sub) return {};
  const Part bytes = uncast(value.node()->inputs[0]);
  if (!bytes.value || !(bytes.value.shape() == value.shape())) return {};
  const Part zero_point = zero_point_of(value.node()->inputs[1], bytes.value);
  return zero_point.value ? std::optional(BytesAndZero{bytes, zero_point}) : std::nullopt;
}

bool is_one(const Value& zero_point) {
  return !zero_point || element_count(zero_point.shape()) == Dim(1);
}

std::string name_of(Writing& out, const Part& part) {
  if (!part.value) return "";
  return part.is_new ? out.constant(*part.value.node()->constant()) : out.name_of(part.value);
}

}  // namespace

void write_conv_integer(const Conv& op, const Attributes& attributes, Writing& out) {
  const auto x = bytes_of(out.value(0)), w = bytes_of(out.value(1));
  if (!x || !w || !is_one(x->zero_point.value))
    out.refuse("ONNX convolves floating numbers, or int8 and uint8 into int32");
  if (op.flip || out.input_count() > 2)
    out.refuse("ONNX convolves integers without flip and bias; a bias can be added behind");
  Names inputs{name_of(out, x->bytes), name_of(out, w->bytes), name_of(out, x->zero_point),
               name_of(out, w->zero_point)};
  while (inputs.back().empty()) inputs.pop_back();
  out.result("ConvInteger", inputs, attributes);
}

std::vector<Value> values_read(const Node& node) {
  const bool is_integer = node.op() && std::holds_alternative<Conv>(*node.op()) &&
                          node.outputs[0].dtype == DType::int32;
  if (!is_integer) return node.inputs;
  std::vector<Value> values;
  for (const Value& input : node.inputs) {
    const auto parts = bytes_of(input);
    values.push_back(parts ? parts->bytes.value : input);
    if (parts && parts->zero_point.value) values.push_back(parts->zero_point.value);
  }
  return values;
}

}  // namespace convoy::onnx
