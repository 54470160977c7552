#include "convoy/ops/group_norm.h"

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

/// scale or bias of every group, for every channel.
Value per_channel(Reading& in, const Value& per_group, int64_t groups, const Dim& channels) {
  if (per_group.rank() != 1 || known_different(per_group.dim(0), groups))
    in.refuse(fmt::format("in opset 18 scale and bias have one element per group ({}), not {}",
                          groups, to_string(per_group.type())));
  const Shape apart{groups, floor_div(channels, groups)};
  return reshape(expand(unsqueeze(per_group, {1}), apart), {channels});
}

}  // namespace

// Opset 18 has scale and bias of groups, later ones of channels.
std::vector<Value> read_group_normalization(Reading& in) {
  const Value& x = in.input(0);
  const GroupNorm op{in.required_integer("num_groups"), in.number("epsilon", 1e-5)};
  in.integer("stash_type", 1);
  Value scale = in.input(1), bias = in.input(2);
  if (in.opset() < 21 && x.rank() >= 2 && op.groups >= 1) {
    scale = per_channel(in, scale, op.groups, x.dim(1));
    bias = per_channel(in, bias, op.groups, x.dim(1));
  }
  return {group_norm(x, scale, bias, op, in.name())};
}

std::vector<Value> read_instance_normalization(Reading& in) {
  return {
      instance_norm(in.input(0), in.input(1), in.input(2), in.number("epsilon", 1e-5), in.name())};
}

// Groups of one channel are InstanceNormalization, others GroupNormalization of opset 21. Both want
// scale and bias, and a spatial axis.
void write(const GroupNorm& op, Writing& out) {
  const Type& x = out.type();
  const bool is_flat = x.rank() == 2;
  const std::string last = is_flat ? out.integers({2}) : std::string();
  Names inputs{is_flat ? out.add("Unsqueeze", {out.input(0), last}) : out.input(0)};
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (!out.input(i).empty()) {
      inputs.push_back(out.input(i));
      continue;
    }
    if (!x.shape[1].is_static())
      out.refuse("no gamma or beta for a symbolic number of channels; ONNX needs both");
    inputs.push_back(out.constant(Tensor::full(x.dtype, {x.shape[1].value()}, i == 1 ? 1 : 0)));
  }
  Attributes attributes{{"epsilon", op.epsilon}};
  std::string_view kind = "InstanceNormalization";
  if (!(x.shape[1] == Dim(op.groups))) {
    out.require_opset(21);
    kind = "GroupNormalization";
    attributes.push_back({"num_groups", op.groups});
  }
  if (is_flat)
    out.result("Squeeze", {out.add(kind, inputs, attributes), last});
  else
    out.result(kind, inputs, attributes);
}

}  // namespace convoy::onnx
