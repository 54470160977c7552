#include "convoy/ops/transpose.h"

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_transpose(Reading& in) {
  const Value& x = in.input(0);
  const Integers perm = in.integers("perm");
  if (in.has_attribute("perm") && perm.size() != x.shape().size())
    in.refuse(fmt::format("perm is {}, for an input of {} axes", attribute_text(perm), x.rank()));
  return {transpose(x, perm)};
}

void write(const Transpose& op, Writing& out) {
  out.result("Transpose", out.inputs(), {{"perm", op.axes}});
}

}  // namespace convoy::onnx
