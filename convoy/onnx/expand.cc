#include "convoy/ops/expand.h"

#include <fmt/format.h>

#include "convoy/composites/tile.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/rules.h"

namespace convoy::onnx {

namespace {

// As broadcasting has it, both ways.
Shape common_shape(Reading& in, const Shape& a, const Shape& b) {
  try {
    return broadcast(1, a, b);
  } catch (const Violation&) {
    in.refuse(
        fmt::format("its input of shape {} does not broadcast to {}", to_string(a), to_string(b)));
  }
}

}  // namespace

std::vector<Value> read_expand(Reading& in) {
  const Value& x = in.input(0);
  return {expand(x, common_shape(in, x.shape(), in.sizes(1)))};
}

std::vector<Value> read_tile(Reading& in) {
  const Shape repeats = in.sizes(1);
  if (repeats.size() != in.input(0).shape().size())
    in.refuse(fmt::format("repeats has {} numbers for an input of {} axes", repeats.size(),
                          in.input(0).rank()));
  return {tile(in.input(0), repeats)};
}

void write(const Expand& op, Writing& out) {
  out.result("Expand", {out.input(0), out.sizes(op.shape)});
}

}  // namespace convoy::onnx
