// The readers of ONNX's operators; the bodies are in files named as the operators' headers. Which
// of them reads what, the table in operators.cc tells.
#pragma once

#include "convoy/onnx/reading.h"

namespace convoy::onnx {

std::vector<Value> read_acos(Reading& in);
std::vector<Value> read_acosh(Reading& in);
std::vector<Value> read_activation(Reading& in);
std::vector<Value> read_arg_reduce(Reading& in);
std::vector<Value> read_asin(Reading& in);
std::vector<Value> read_asinh(Reading& in);
std::vector<Value> read_atanh(Reading& in);
std::vector<Value> read_binary(Reading& in);
std::vector<Value> read_bit_shift(Reading& in);
std::vector<Value> read_bitwise_not(Reading& in);
std::vector<Value> read_cast(Reading& in);
std::vector<Value> read_center_crop_pad(Reading& in);
std::vector<Value> read_clip(Reading& in);
std::vector<Value> read_concat(Reading& in);
std::vector<Value> read_constant(Reading& in);
std::vector<Value> read_constant_of_shape(Reading& in);
std::vector<Value> read_conv(Reading& in);
std::vector<Value> read_cosh(Reading& in);
std::vector<Value> read_cumulate(Reading& in);
std::vector<Value> read_dropout(Reading& in);
std::vector<Value> read_expand(Reading& in);
std::vector<Value> read_eye_like(Reading& in);
std::vector<Value> read_flatten(Reading& in);
std::vector<Value> read_gather(Reading& in);
std::vector<Value> read_gather_elements(Reading& in);
std::vector<Value> read_gather_nd(Reading& in);
std::vector<Value> read_gelu(Reading& in);
std::vector<Value> read_gemm(Reading& in);
std::vector<Value> read_hardmax(Reading& in);
std::vector<Value> read_identity(Reading& in);
std::vector<Value> read_is_inf(Reading& in);
std::vector<Value> read_is_nan(Reading& in);
std::vector<Value> read_log_softmax(Reading& in);
std::vector<Value> read_matmul(Reading& in);
std::vector<Value> read_mean(Reading& in);
std::vector<Value> read_mod(Reading& in);
std::vector<Value> read_one_hot(Reading& in);
std::vector<Value> read_pad(Reading& in);
std::vector<Value> read_pow(Reading& in);
std::vector<Value> read_prelu(Reading& in);
std::vector<Value> read_range(Reading& in);
std::vector<Value> read_reduce(Reading& in);
std::vector<Value> read_reshape(Reading& in);
std::vector<Value> read_reverse_sequence(Reading& in);
std::vector<Value> read_scatter_elements(Reading& in);
std::vector<Value> read_scatter_nd(Reading& in);
std::vector<Value> read_shape(Reading& in);
std::vector<Value> read_shrink(Reading& in);
std::vector<Value> read_sinh(Reading& in);
std::vector<Value> read_size(Reading& in);
std::vector<Value> read_slice(Reading& in);
std::vector<Value> read_softmax(Reading& in);
std::vector<Value> read_split(Reading& in);
std::vector<Value> read_squeeze(Reading& in);
std::vector<Value> read_swish(Reading& in);
std::vector<Value> read_tan(Reading& in);
std::vector<Value> read_thresholded_relu(Reading& in);
std::vector<Value> read_tile(Reading& in);
std::vector<Value> read_top_k(Reading& in);
std::vector<Value> read_transpose(Reading& in);
std::vector<Value> read_trilu(Reading& in);
std::vector<Value> read_unary(Reading& in);
std::vector<Value> read_unsqueeze(Reading& in);
std::vector<Value> read_variadic(Reading& in);
std::vector<Value> read_where(Reading& in);

}  // namespace convoy::onnx
