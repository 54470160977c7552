#include "convoy/ops/matmul.h"

#include <numeric>

#include "convoy/composites/gemm.h"
#include "convoy/onnx/casts.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

std::string transposed(Writing& out, const std::string& name, size_t rank) {
  Integers axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  std::swap(axes[rank - 1], axes[rank - 2]);
  return out.add("Transpose", {name}, {{"perm", axes}});
}

}  // namespace

std::vector<Value> read_matmul(Reading& in) { return {matmul(in.input(0), in.input(1))}; }

std::vector<Value> read_gemm(Reading& in) {
  const Gemm attributes{in.number("alpha", 1), in.number("beta", 1), in.flag("transA", false),
                        in.flag("transB", false)};
  if (attributes.beta == 0) return {gemm(in.input(0), in.input(1), {}, attributes)};
  return {gemm(in.input(0), in.input(1), in.optional(2), attributes)};
}

// Matrices to be transposed are read so by Gemm; stacks of them are transposed before.
void write(const Matmul& op, Writing& out) {
  const DType dtype = without_short_integers(out.type().dtype);
  const size_t rank_x = out.type(0).shape.size(), rank_y = out.type(1).shape.size();
  if ((op.transpose_x || op.transpose_y) && rank_x == 2 && rank_y == 2) {
    Attributes attributes;
    if (op.transpose_x) attributes.push_back({"transA", int64_t{1}});
    if (op.transpose_y) attributes.push_back({"transB", int64_t{1}});
    return result_in(out, dtype, "Gemm", out.inputs(), attributes);
  }
  Names inputs = out.inputs();
  if (op.transpose_x) inputs[0] = transposed(out, inputs[0], rank_x);
  if (op.transpose_y) inputs[1] = transposed(out, inputs[1], rank_y);
  result_in(out, dtype, "MatMul", inputs);
}

}  // namespace convoy::onnx
