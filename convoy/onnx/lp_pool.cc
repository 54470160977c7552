#include "convoy/ops/lp_pool.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/onnx/pooling.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

double read_exponent(Reading& in) {
  const int64_t p = in.integer("p", 2);
  if (p < 1) in.refuse(fmt::format("p is {}, it must be at least 1", p));
  return static_cast<double>(p);
}

}  // namespace

std::vector<Value> read_lp_pool(Reading& in) {
  LpPool op = read_pooling<LpPool>(in);
  op.p = read_exponent(in);
  return {lp_pool(in.input(0), op, in.name())};
}

std::vector<Value> read_global_lp_pool(Reading& in) {
  const Value& x = in.input(0);
  const double p = read_exponent(in);
  Integers axes;
  for (size_t axis = 0; axis < pooled_axes(in, x); ++axis)
    axes.push_back(static_cast<int64_t>(2 + axis));
  if (p == 1) return {reduce(ReduceKind::l1, x, axes, true, in.name())};
  if (p == 2) return {reduce(ReduceKind::l2, x, axes, true, in.name())};
  const Value powers = reduce_sum(pow(abs(x), scalar(p, x.dtype())), axes, true);
  return {pow(powers, scalar(1 / p, x.dtype()))};
}

void write(const LpPool& op, Writing& out) {
  if (op.p != std::floor(op.p) || op.p < 1 || op.p > 1e9)
    out.refuse(fmt::format("p is {}; ONNX takes whole numbers", op.p));
  const LpPool windows = without_uncertain_window(op, out);
  if (windows.ceil_mode || is_dilated(op.dilation)) out.require_opset(18);
  Attributes attributes = pooling_attributes(windows, out);
  attributes.push_back({"p", static_cast<int64_t>(op.p)});
  out.result("LpPool", {out.input(0)}, attributes);
}

}  // namespace convoy::onnx
