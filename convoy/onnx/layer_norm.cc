#include "convoy/ops/layer_norm.h"

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

/// The axes that are normalised: `axis` and those behind it.
Integers normalized_axes(Reading& in, const Value& x) {
  int64_t axis = in.integer("axis", -1);
  if (axis < -x.rank() || axis >= x.rank())
    in.refuse(fmt::format("axis is {}, x has rank {}", axis, x.rank()));
  Integers axes;
  for (axis = axis < 0 ? axis + x.rank() : axis; axis < x.rank(); ++axis) axes.push_back(axis);
  return axes;
}

/// `scale` in the shape of the axes that are normalised, to which it may be broadcast.
Value expanded(const Value& scale, const Value& x, const Integers& axes) {
  if (!scale) return {};
  const Shape shape(x.shape().begin() + axes[0], x.shape().end());
  return scale.shape() == shape ? scale : expand(scale, shape);
}

/// The dtype that ONNX computes in: float32 unless stash_type says otherwise; wider x stays.
DType stashed(Reading& in, DType dtype) {
  const DType stash = from_onnx(static_cast<int32_t>(in.integer("stash_type", 1)));
  if (!is_floating(stash)) in.refuse("stash_type must be a floating type");
  return size_of(stash) > size_of(dtype) ? stash : dtype;
}

}  // namespace

std::vector<Value> read_layer_normalization(Reading& in) {
  const Value& x = in.input(0);
  const Integers axes = normalized_axes(in, x);
  const double epsilon = in.number("epsilon", 1e-5);
  const DType stash = stashed(in, x.dtype());
  std::vector<Value> outputs{layer_norm(x, expanded(in.input(1), x, axes),
                                        expanded(in.optional(2), x, axes), {axes[0], epsilon},
                                        in.name())};
  if (in.wants(1) || in.wants(2)) {
    const Value wide = x.dtype() == stash ? x : cast(x, stash);
    const Value mean = reduce_mean(wide, axes, true);
    const Value variance = reduce_mean((wide - mean) * (wide - mean), axes, true);
    outputs.push_back(mean);
    outputs.push_back(reciprocal(sqrt(variance + epsilon)));
  }
  return outputs;
}

std::vector<Value> read_rms_normalization(Reading& in) {
  const Value& x = in.input(0);
  const Integers axes = normalized_axes(in, x);
  const DType stash = stashed(in, x.dtype());
  const Value wide = x.dtype() == stash ? x : cast(x, stash);
  const Value square = reduce_mean(wide * wide, axes, true);
  const Value normalized = wide / sqrt(square + in.number("epsilon", 1e-5));
  return {(x.dtype() == stash ? normalized : cast(normalized, x.dtype())) * in.input(1)};
}

void write(const LayerNorm& op, Writing& out) {
  out.require_opset(17);
  Names inputs = out.inputs();
  if (inputs.size() < 2 || inputs[1].empty()) {
    const Type& x = out.type();
    const Shape shape(x.shape.begin() + op.axis, x.shape.end());
    if (!is_static(shape)) out.refuse("no gamma for an axis of symbolic size; ONNX needs one");
    inputs.resize(std::max<size_t>(inputs.size(), 2));
    inputs[1] = out.constant(Tensor::full(x.dtype, to_extents(shape), 1));
  }
  out.result("LayerNormalization", inputs, {{"axis", op.axis}, {"epsilon", op.epsilon}});
}

}  // namespace convoy::onnx
