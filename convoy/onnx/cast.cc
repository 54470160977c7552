#include "convoy/ops/cast.h"

#include "convoy/onnx/readers.h"
#include "convoy/onnx/saturating_cast.h"
#include "convoy/onnx/types.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

// saturate and round_mode are about types that Convoy does not have.
std::vector<Value> read_cast(Reading& in) {
  in.flag("saturate", true);
  in.string("round_mode", "up");
  if (in.op_type() == "CastLike") return {cast(in.input(0), in.input(1).dtype())};
  return {cast(in.input(0), from_onnx(static_cast<int32_t>(in.required_integer("to"))))};
}

void write(const Cast& op, Writing& out) {
  if (is_floating(out.type().dtype) && is_integer(op.to)) return write_saturating_cast(out);
  out.result("Cast", out.inputs(), {{"to", int64_t{to_onnx(op.to)}}});
}

}  // namespace convoy::onnx
