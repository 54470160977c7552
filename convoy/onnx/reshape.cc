#include "convoy/ops/reshape.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

/// `shape` as the target of a Reshape that needs no arithmetic: a 0 copies the size of the input,
/// one size may be −1. None where more than that is unknown, or where a size is 0 itself.
std::optional<Integers> plain_target(const Shape& shape, const Shape& from) {
  Integers target;
  bool has_unknown = false;
  for (size_t a = 0; a < shape.size(); ++a) {
    if (shape[a] == Dim(0)) return {};
    if (shape[a].is_static()) {
      target.push_back(shape[a].value());
    } else if (a < from.size() && shape[a] == from[a]) {
      target.push_back(0);
    } else if (!has_unknown) {
      has_unknown = true;
      target.push_back(-1);
    } else {
      return {};
    }
  }
  return target;
}

Integers axes_of(Reading& in) {
  if (in.opset() < 13) return in.integers("axes");
  return in.has(1) ? in.static_sizes(1) : Integers();
}

}  // namespace

std::vector<Value> read_reshape(Reading& in) {
  const Value& x = in.input(0);
  Shape shape = in.sizes(1);
  const bool zero_is_zero = in.flag("allowzero", false);
  for (size_t a = 0; a < shape.size(); ++a) {
    if (zero_is_zero || !(shape[a] == Dim(0))) continue;
    if (a >= x.shape().size())
      in.refuse(fmt::format("its target {} copies axis {}, which the input, {}, does not have",
                            to_string(shape), a, to_string(x.type())));
    shape[a] = x.shape()[a];
  }
  return {reshape(x, std::move(shape))};
}

std::vector<Value> read_flatten(Reading& in) {
  const Value& x = in.input(0);
  const int64_t axis = in.integer("axis", 1);
  if (axis < -x.rank() || axis > x.rank())
    in.refuse(fmt::format("axis is {}, for an input of {} axes", axis, x.rank()));
  const auto middle = x.shape().begin() + (axis < 0 ? axis + x.rank() : axis);
  return {reshape(x, {element_count(Shape(x.shape().begin(), middle)),
                      element_count(Shape(middle, x.shape().end()))})};
}

std::vector<Value> read_squeeze(Reading& in) { return {squeeze(in.input(0), axes_of(in))}; }

std::vector<Value> read_unsqueeze(Reading& in) { return {unsqueeze(in.input(0), axes_of(in))}; }

std::vector<Value> read_identity(Reading& in) { return {in.input(0)}; }

void write(const Reshape& op, Writing& out) {
  if (const auto target = plain_target(op.shape, out.type().shape))
    return out.result("Reshape", {out.input(0), out.integers(*target)});
  out.require_opset(14);
  out.result("Reshape", {out.input(0), out.sizes(op.shape)}, {{"allowzero", int64_t{1}}});
}

}  // namespace convoy::onnx
