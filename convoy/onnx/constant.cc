// Arrays that a node holds or makes of a shape.
#include <algorithm>

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/ops/iota.h"

namespace convoy::onnx {

namespace {

Tensor floats(const Numbers& numbers, Extents extents) {
  return Tensor::of<double>(std::move(extents), numbers).cast(DType::float32);
}

int64_t count_of(size_t size) { return static_cast<int64_t>(size); }

}  // namespace

std::vector<Value> read_constant(Reading& in) {
  if (const std::optional<Tensor> value = in.tensor("value")) return {constant(*value)};
  if (const std::optional<Tensor> value = in.sparse_tensor("sparse_value"))
    return {constant(*value)};
  if (in.has_attribute("value_float")) return {constant(floats({in.number("value_float", 0)}, {}))};
  if (in.has_attribute("value_int"))
    return {constant(Tensor::of<int64_t>({}, {in.integer("value_int", 0)}))};
  if (in.has_attribute("value_floats"))
    return {constant(in.once("value_floats", [&] {
      const Numbers values = in.numbers("value_floats");
      return floats(values, {count_of(values.size())});
    }))};
  if (in.has_attribute("value_ints"))
    return {constant(in.once("value_ints", [&] {
      const Integers values = in.integers("value_ints");
      return Tensor::of<int64_t>({count_of(values.size())}, values);
    }))};
  for (const std::string_view name : {"value_string", "value_strings"})
    if (in.has_attribute(name)) in.unsupported(fmt::format("a constant of text ({})", name));
  in.refuse("attribute value is missing");
}

std::vector<Value> read_constant_of_shape(Reading& in) {
  const Tensor value = in.tensor("value").value_or(Tensor::zeros(DType::float32, {1}));
  if (value.size() != 1)
    in.refuse(fmt::format("attribute value has {} elements, it must have one", value.size()));
  return {expand(constant(value.reshaped({})), in.sizes(0))};
}

std::vector<Value> read_eye_like(Reading& in) {
  const Value& x = in.input(0);
  if (x.rank() != 2) in.refuse("its input must have 2 axes, not " + std::to_string(x.rank()));
  const DType dtype = in.has_attribute("dtype")
                          ? from_onnx(static_cast<int32_t>(in.required_integer("dtype")))
                          : x.dtype();
  return {eye(x.dim(0), x.dim(1), in.integer("k", 0), dtype)};
}

}  // namespace convoy::onnx
