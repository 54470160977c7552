// Casts on the way in and out: what ONNX mixes, and operators that it has for fewer dtypes.
#pragma once

#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// x as `dtype`.
Value as(const Value& x, DType dtype);

/// `name`, which is of dtype `from`, as `to`.
std::string cast_to(Writing& out, const std::string& name, DType from, DType to);
/// The node's result is `name`, cast to its dtype.
void result_cast(Writing& out, const std::string& name);
/// The node's result by an ONNX node whose inputs, all of the dtype of the node's first input, are
/// cast to `dtype`, and whose result is cast to what the node gives, where they differ.
void result_in(Writing& out, DType dtype, std::string_view op_type, const Names& inputs,
               const Attributes& attributes = {});
/// The dtype itself where it has 32 or 64 bits or is floating; the 32 bits that hold it otherwise.
DType without_short_integers(DType dtype);

}  // namespace convoy::onnx
