#include "convoy/ops/softmax.h"

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/arg_reduce.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/reshape.h"

namespace convoy::onnx {

namespace {

/// f along the node's axis. Before opset 13 all axes from there on count as one.
template <class F>
std::vector<Value> along_axis(Reading& in, const F& f) {
  const Value& x = in.input(0);
  if (in.opset() >= 13) return {f(x, in.integer("axis", -1))};
  const int64_t axis = in.integer("axis", 1), rank = x.rank();
  if (axis < -rank || axis > rank)
    in.refuse(fmt::format("axis is {}, for an input of {} axes", axis, rank));
  const int64_t first = axis < 0 ? axis + rank : axis;
  if (first == rank - 1) return {f(x, -1)};
  const auto middle = x.shape().begin() + first;
  const Value rows = reshape(x, {element_count(Shape(x.shape().begin(), middle)),
                                 element_count(Shape(middle, x.shape().end()))});
  return {reshape(f(rows, 1), x.shape())};
}

}  // namespace

std::vector<Value> read_softmax(Reading& in) {
  return along_axis(in, [](const Value& x, int64_t axis) { return softmax(x, axis); });
}

std::vector<Value> read_log_softmax(Reading& in) {
  return along_axis(in, [](const Value& x, int64_t axis) { return log_softmax(x, axis); });
}

std::vector<Value> read_hardmax(Reading& in) {
  return along_axis(in, [](const Value& x, int64_t axis) {
    const int64_t a = axis < 0 ? axis + x.rank() : axis;
    Shape shape(x.shape().size(), 1);
    const Dim& size = x.dim(axis);
    shape[static_cast<size_t>(a)] = size;
    return cast(equal(arg_max(x, axis, true), reshape(iota(size), shape)), x.dtype());
  });
}

void write(const Softmax& op, Writing& out) {
  out.result(op.kind == SoftmaxKind::softmax ? "Softmax" : "LogSoftmax", out.inputs(),
             {{"axis", op.axis}});
}

}  // namespace convoy::onnx
