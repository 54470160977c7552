#include "convoy/onnx/casts.h"

#include "convoy/onnx/types.h"

namespace convoy::onnx {

Value as(const Value& x, DType dtype) { return x.dtype() == dtype ? x : cast(x, dtype); }

std::string cast_to(Writing& out, const std::string& name, DType from, DType to) {
  return from == to ? name : out.add("Cast", {name}, {{"to", int64_t{to_onnx(to)}}});
}

void result_cast(Writing& out, const std::string& name) {
  out.result("Cast", {name}, {{"to", int64_t{to_onnx(out.output_type().dtype)}}});
}

void result_in(Writing& out, DType dtype, std::string_view op_type, const Names& inputs,
               const Attributes& attributes) {
  if (dtype == out.type().dtype) return out.result(op_type, inputs, attributes);
  Names cast;
  for (const std::string& input : inputs)
    cast.push_back(cast_to(out, input, out.type().dtype, dtype));
  result_cast(out, out.add(op_type, cast, attributes));
}

DType without_short_integers(DType dtype) {
  return is_floating(dtype) || size_of(dtype) >= 4 ? dtype : DType::int32;
}

}  // namespace convoy::onnx
