#include "convoy/ops/batch_norm.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/onnx/casts.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

/// 1 − momentum: ONNX gives the old statistics' share, Convoy the batch's. 0.1 of 0.9.
double complement(double momentum) {
  const double rest = 1 - momentum;
  const double decimal = std::round(rest * 1e12) / 1e12;
  return std::abs(decimal - rest) < 1e-15 ? decimal : rest;
}

/// All axes but the channels.
Integers axes_of_statistics(int64_t rank) {
  Integers axes{0};
  for (int64_t axis = 2; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

/// Statistics of every element by itself, as opset 7 has with spatial = 0.
Value elementwise(Reading& in, double epsilon) {
  const Value deviation = sqrt(in.input(4) + epsilon);
  return in.input(1) * (in.input(0) - in.input(3)) / deviation + in.input(2);
}

/// What to compute in: since opset 14 statistics, since 15 scale and bias may be wider than x.
DType widest_of(Reading& in) {
  DType widest = in.input(0).dtype();
  for (size_t i = 1; i < 5; ++i) {
    const DType dtype = in.input(i).dtype();
    if (dtype == widest) continue;
    if (in.opset() < 14 || !is_floating(dtype) || !is_floating(widest))
      in.refuse(fmt::format("x is {}, input {} is {}", to_string(in.input(0).type()), i,
                            to_string(in.input(i).type())));
    widest = size_of(dtype) == 8 || size_of(widest) == 8 ? DType::float64 : DType::float32;
  }
  return widest;
}

/// y and the running statistics; before opset 14 also the batch's mean and variance.
std::vector<Value> training(Reading& in, const Value& x, const std::vector<Value>& parameters,
                            double epsilon) {
  const BatchNormTraining op{complement(in.number("momentum", 0.9)), epsilon, false};
  std::vector<Value> outputs = batch_norm_training(x, parameters[0], parameters[1], parameters[2],
                                                   parameters[3], op, in.name());
  if (in.opset() >= 14) {
    outputs.resize(3);
    return outputs;
  }
  outputs[4] = {};
  if (in.wants(4)) {
    const Integers axes = axes_of_statistics(x.rank());
    const Value centred = x - reduce_mean(x, axes, true);
    outputs[4] = reduce_mean(centred * centred, axes);
  }
  return outputs;
}

}  // namespace

// What is [C] here is one channel of a batch there: [N].
std::vector<Value> read_batch_normalization(Reading& in) {
  const double epsilon = in.number("epsilon", 1e-5);
  if (in.opset() < 9 && !in.flag("spatial", true)) {
    if (in.output_count() > 1) in.unsupported("training with spatial 0");
    in.number("momentum", 0.9);
    return {elementwise(in, epsilon)};
  }
  const Value& given = in.input(0);
  const DType dtype = widest_of(in);
  const auto wide = [&](size_t i) { return as(in.input(i), dtype); };
  const Value x = given.rank() == 1 ? reshape(wide(0), {given.dim(0), 1}) : wide(0);
  const bool is_training =
      in.opset() >= 14 ? in.flag("training_mode", false) : in.wants(1) || in.wants(2);
  std::vector<Value> outputs;
  if (is_training) {
    outputs = training(in, x, {wide(1), wide(2), wide(3), wide(4)}, epsilon);
  } else {
    in.number("momentum", 0.9);
    outputs = {batch_norm(x, wide(1), wide(2), wide(3), wide(4), {epsilon}, in.name())};
  }
  if (given.rank() == 1) outputs[0] = reshape(outputs[0], given.shape());
  for (size_t k = 0; k < outputs.size(); ++k)
    if (outputs[k]) outputs[k] = as(outputs[k], in.input(k == 0 ? 0 : 3).dtype());
  return outputs;
}

void write(const BatchNorm& op, Writing& out) {
  Names inputs = out.inputs();
  const Attributes attributes{{"epsilon", op.epsilon}};
  if (out.type().rank() > 1) return out.result("BatchNormalization", inputs, attributes);
  inputs[0] = out.add("Unsqueeze", {inputs[0], out.integers({0})});
  out.result("Squeeze", {out.add("BatchNormalization", inputs, attributes), out.integers({0})});
}

// ONNX moves the running variance by the population variance; the unbiased one has M/(M−1) of it.
// What is saved for the gradient is not to be had from BatchNormalization.
void write(const BatchNormTraining& op, Writing& out) {
  const Type& x = out.type();
  const DType dtype = x.dtype;
  out.require_opset(14);
  const bool needs_variance = (out.wants(2) && op.unbiased) || out.wants(4);
  const Names results =
      out.results_of({0, 1, op.unbiased ? std::nullopt : std::optional<size_t>(2)},
                     "BatchNormalization", out.inputs(),
                     {{"epsilon", op.epsilon},
                      {"momentum", complement(op.momentum)},
                      {"training_mode", int64_t{1}}});
  if (!out.wants(3) && !needs_variance) return;

  out.require_opset(18);
  const std::string axes = out.integers(axes_of_statistics(x.rank()));
  const std::string mean = out.add("ReduceMean", {out.input(0), axes});
  if (out.wants(3)) out.result_of(3, "Squeeze", {mean, axes});
  if (!needs_variance) return;
  const std::string centred = out.add("Sub", {out.input(0), mean});
  const std::string variance =
      out.add("ReduceMean", {out.add("Mul", {centred, centred}), axes}, {{"keepdims", int64_t{0}}});
  if (out.wants(4)) {
    const std::string shifted = out.add("Add", {variance, out.scalar(op.epsilon, dtype)});
    out.result_of(4, "Reciprocal", {out.add("Sqrt", {shifted})});
  }
  if (out.wants(2) && op.unbiased) {
    // new = (1 − momentum)·old + momentum·(v + v/(M − 1))
    Dim count = x.shape[0];
    for (size_t axis = 2; axis < x.shape.size(); ++axis) count = count * x.shape[axis];
    const std::string others =
        out.add("Cast", {out.sizes({count - 1})}, {{"to", static_cast<int64_t>(to_onnx(dtype))}});
    const std::string share = out.add("Mul", {variance, out.scalar(op.momentum, dtype)});
    out.result_of(2, "Add", {results[2], out.add("Div", {share, others})});
  }
}

}  // namespace convoy::onnx
