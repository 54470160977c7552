// The one list of ONNX operators that are read.
#include <algorithm>
#include <array>
#include <cstdint>

#include "convoy/onnx/onnx.h"
#include "convoy/onnx/readers.h"

namespace convoy::onnx {

namespace {

constexpr size_t any = SIZE_MAX;  // number of inputs

// In order of their names; of other domains than ONNX's own at the end.
constexpr std::array operators{
    ReadableOperator{"Abs", 1, read_unary},
    ReadableOperator{"Acos", 1, read_acos},
    ReadableOperator{"Acosh", 1, read_acosh},
    ReadableOperator{"Add", 2, read_binary},
    ReadableOperator{"And", 2, read_binary},
    ReadableOperator{"ArgMax", 1, read_arg_reduce},
    ReadableOperator{"ArgMin", 1, read_arg_reduce},
    ReadableOperator{"Asin", 1, read_asin},
    ReadableOperator{"Asinh", 1, read_asinh},
    ReadableOperator{"Atan", 1, read_unary},
    ReadableOperator{"Atanh", 1, read_atanh},
    ReadableOperator{"BitShift", 2, read_bit_shift},
    ReadableOperator{"BitwiseNot", 1, read_bitwise_not},
    ReadableOperator{"Cast", 1, read_cast},
    ReadableOperator{"CastLike", 2, read_cast},
    ReadableOperator{"Ceil", 1, read_unary},
    ReadableOperator{"Celu", 1, read_activation},
    ReadableOperator{"CenterCropPad", 2, read_center_crop_pad},
    ReadableOperator{"Clip", 3, read_clip},
    ReadableOperator{"Concat", any, read_concat},
    ReadableOperator{"Constant", 0, read_constant},
    ReadableOperator{"ConstantOfShape", 1, read_constant_of_shape},
    ReadableOperator{"Conv", 3, read_conv},
    ReadableOperator{"Cos", 1, read_unary},
    ReadableOperator{"Cosh", 1, read_cosh},
    ReadableOperator{"CumProd", 2, read_cumulate},
    ReadableOperator{"CumSum", 2, read_cumulate},
    ReadableOperator{"Div", 2, read_binary},
    ReadableOperator{"Dropout", 3, read_dropout},
    ReadableOperator{"Elu", 1, read_activation},
    ReadableOperator{"Equal", 2, read_binary},
    ReadableOperator{"Erf", 1, read_unary},
    ReadableOperator{"Exp", 1, read_unary},
    ReadableOperator{"Expand", 2, read_expand},
    ReadableOperator{"EyeLike", 1, read_eye_like},
    ReadableOperator{"Flatten", 1, read_flatten},
    ReadableOperator{"Floor", 1, read_unary},
    ReadableOperator{"Gather", 2, read_gather},
    ReadableOperator{"GatherElements", 2, read_gather_elements},
    ReadableOperator{"GatherND", 2, read_gather_nd},
    ReadableOperator{"Gelu", 1, read_gelu},
    ReadableOperator{"Gemm", 3, read_gemm},
    ReadableOperator{"Greater", 2, read_binary},
    ReadableOperator{"GreaterOrEqual", 2, read_binary},
    ReadableOperator{"HardSigmoid", 1, read_activation},
    ReadableOperator{"HardSwish", 1, read_activation},
    ReadableOperator{"Hardmax", 1, read_hardmax},
    ReadableOperator{"Identity", 1, read_identity},
    ReadableOperator{"IsInf", 1, read_is_inf},
    ReadableOperator{"IsNaN", 1, read_is_nan},
    ReadableOperator{"LeakyRelu", 1, read_activation},
    ReadableOperator{"Less", 2, read_binary},
    ReadableOperator{"LessOrEqual", 2, read_binary},
    ReadableOperator{"Log", 1, read_unary},
    ReadableOperator{"LogSoftmax", 1, read_log_softmax},
    ReadableOperator{"MatMul", 2, read_matmul},
    ReadableOperator{"Max", any, read_variadic},
    ReadableOperator{"Mean", any, read_mean},
    ReadableOperator{"Min", any, read_variadic},
    ReadableOperator{"Mish", 1, read_activation},
    ReadableOperator{"Mod", 2, read_mod},
    ReadableOperator{"Mul", 2, read_binary},
    ReadableOperator{"Neg", 1, read_unary},
    ReadableOperator{"Not", 1, read_unary},
    ReadableOperator{"OneHot", 3, read_one_hot},
    ReadableOperator{"Or", 2, read_binary},
    ReadableOperator{"PRelu", 2, read_prelu},
    ReadableOperator{"Pad", 4, read_pad},
    ReadableOperator{"Pow", 2, read_pow},
    ReadableOperator{"Range", 3, read_range},
    ReadableOperator{"Reciprocal", 1, read_unary},
    ReadableOperator{"ReduceL1", 2, read_reduce},
    ReadableOperator{"ReduceL2", 2, read_reduce},
    ReadableOperator{"ReduceLogSum", 2, read_reduce},
    ReadableOperator{"ReduceLogSumExp", 2, read_reduce},
    ReadableOperator{"ReduceMax", 2, read_reduce},
    ReadableOperator{"ReduceMean", 2, read_reduce},
    ReadableOperator{"ReduceMin", 2, read_reduce},
    ReadableOperator{"ReduceProd", 2, read_reduce},
    ReadableOperator{"ReduceSum", 2, read_reduce},
    ReadableOperator{"ReduceSumSquare", 2, read_reduce},
    ReadableOperator{"Relu", 1, read_activation},
    ReadableOperator{"Reshape", 2, read_reshape},
    ReadableOperator{"ReverseSequence", 2, read_reverse_sequence},
    ReadableOperator{"Round", 1, read_unary},
    ReadableOperator{"Scatter", 3, read_scatter_elements},
    ReadableOperator{"ScatterElements", 3, read_scatter_elements},
    ReadableOperator{"ScatterND", 3, read_scatter_nd},
    ReadableOperator{"Selu", 1, read_activation},
    ReadableOperator{"Shape", 1, read_shape},
    ReadableOperator{"Shrink", 1, read_shrink},
    ReadableOperator{"Sigmoid", 1, read_activation},
    ReadableOperator{"Sign", 1, read_unary},
    ReadableOperator{"Sin", 1, read_unary},
    ReadableOperator{"Sinh", 1, read_sinh},
    ReadableOperator{"Size", 1, read_size},
    ReadableOperator{"Slice", 5, read_slice},
    ReadableOperator{"Softmax", 1, read_softmax},
    ReadableOperator{"Softplus", 1, read_activation},
    ReadableOperator{"Softsign", 1, read_activation},
    ReadableOperator{"Split", 2, read_split},
    ReadableOperator{"Sqrt", 1, read_unary},
    ReadableOperator{"Squeeze", 2, read_squeeze},
    ReadableOperator{"Sub", 2, read_binary},
    ReadableOperator{"Sum", any, read_variadic},
    ReadableOperator{"Swish", 1, read_swish},
    ReadableOperator{"Tan", 1, read_tan},
    ReadableOperator{"Tanh", 1, read_unary},
    ReadableOperator{"ThresholdedRelu", 1, read_thresholded_relu},
    ReadableOperator{"Tile", 2, read_tile},
    ReadableOperator{"TopK", 2, read_top_k},
    ReadableOperator{"Transpose", 1, read_transpose},
    ReadableOperator{"Trilu", 2, read_trilu},
    ReadableOperator{"Unsqueeze", 2, read_unsqueeze},
    ReadableOperator{"Where", 3, read_where},
    ReadableOperator{"Xor", 2, read_binary},
};

}  // namespace

const ReadableOperator* find_readable(std::string_view domain, std::string_view name) {
  const auto found = std::find_if(
      operators.begin(), operators.end(),
      [&](const ReadableOperator& op) { return op.name == name && op.domain == domain; });
  return found == operators.end() ? nullptr : &*found;
}

std::vector<std::string> supported_operators() {
  std::vector<std::string> names{"If"};
  for (const ReadableOperator& op : operators)
    names.push_back((op.domain.empty() ? "" : std::string(op.domain) + ".") + std::string(op.name));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace convoy::onnx
