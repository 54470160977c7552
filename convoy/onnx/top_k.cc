#include "convoy/ops/top_k.h"

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

// An attribute before opset 10.
Dim k_of(Reading& in) {
  if (in.opset() < 10) return in.required_integer("k");
  const Shape k = in.sizes(1);
  if (k.size() != 1) in.refuse(fmt::format("input 1 has {} elements, it must have one", k.size()));
  return k[0];
}

}  // namespace

std::vector<Value> read_top_k(Reading& in) {
  return top_k(in.input(0), k_of(in), in.integer("axis", -1), in.flag("largest", true),
               in.flag("sorted", true));
}

void write(const TopK& op, Writing& out) {
  if (out.type().dtype == DType::bfloat16) out.require_opset(24);
  const Attributes attributes{
      {"axis", op.axis}, {"largest", int64_t{op.largest}}, {"sorted", int64_t{op.sorted}}};
  out.results("TopK", {out.input(0), out.sizes({op.k})}, attributes, 2);
}

}  // namespace convoy::onnx
