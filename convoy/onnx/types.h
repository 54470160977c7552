// Types as ONNX numbers them.
#pragma once

#include <cstdint>
#include <string>

#include "convoy/base/type.h"
#include "convoy/graph/text.h"
#include "convoy/onnx/wire.h"

namespace convoy::onnx {

/// The dtype that TensorProto.DataType numbers so; TypeError naming ONNX's type where Convoy has
/// none, ValueError where ONNX has none either.
DType from_onnx(int32_t data_type);
/// ONNX's name of the type that is numbered so: "float", "int64"; "undefined" for no type.
std::string_view type_name(int32_t data_type);
/// Its number in TensorProto.DataType.
int32_t to_onnx(DType dtype);

/// The type of an input or output as stated in a file. Sizes without value or name become symbols
/// called `<name>_dim_<axis>`. Names from Convoy's own files are read as expressions.
Type to_type(const ValueView& value, bool names_are_expressions);

/// A symbolic size as the text that files have for it: the name of a symbol as it is, unless it
/// reads like an expression, and expressions as they print.
std::string dim_param(const Dim& size);

/// The standard domain is the empty one, and is sometimes spelled out.
std::string_view normalized_domain(std::string_view domain);
/// A normalised domain for messages: the standard one is "ai.onnx".
std::string spelled_domain(std::string_view domain);

}  // namespace convoy::onnx
