#include "convoy/ops/arg_reduce.h"

#include "convoy/onnx/casts.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_arg_reduce(Reading& in) {
  const ArgReduceKind kind = in.op_type() == "ArgMax" ? ArgReduceKind::max : ArgReduceKind::min;
  return {arg_reduce(kind, in.input(0), in.integer("axis", 0), in.flag("keepdims", true),
                     in.flag("select_last_index", false))};
}

void write(const ArgReduce& op, Writing& out) {
  const DType dtype = out.type().dtype == DType::boolean ? DType::uint8 : out.type().dtype;
  Attributes attributes{{"axis", op.axis}, {"keepdims", int64_t{op.keepdims}}};
  if (op.last_of_ties) attributes.push_back({"select_last_index", int64_t{1}});
  out.result(op.kind == ArgReduceKind::max ? "ArgMax" : "ArgMin",
             {cast_to(out, out.input(0), out.type().dtype, dtype)}, attributes);
}

}  // namespace convoy::onnx
