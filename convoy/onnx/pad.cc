#include "convoy/ops/pad.h"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "convoy/onnx/counting.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

Integers all_axes(int64_t rank) {
  Integers axes(static_cast<size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

PadMode mode_of(Reading& in) {
  const std::string mode = in.string("mode", "constant");
  for (const auto& [kind, name] : EnumNames<PadMode>::values)
    if (name == mode) return kind;
  in.refuse(
      fmt::format("attribute mode is {}, not constant, reflect, edge or wrap", in_quotes(mode)));
}

/// An array padded with one element, which a double need not hold: large int64 are put where a
/// padded mask is not.
Value padded_with(const Value& x, const Shape& before, const Shape& after, const Tensor& element) {
  const double number = element.at(0);
  if (is_floating(element.dtype()) || std::abs(number) < 0x1p53)
    return pad(x, before, after, PadMode::constant, number);
  const Value mask = expand(constant(Tensor::full(DType::boolean, {}, 1)), x.shape());
  return where(pad(mask, before, after), pad(x, before, after), constant(element.reshaped({})));
}

std::string_view mode_attribute(Writing& out, PadMode mode) {
  if (mode == PadMode::wrap) out.require_opset(19);
  return to_string(mode);
}

}  // namespace

// pads and value were attributes before opset 11.
std::vector<Value> read_pad(Reading& in) {
  const Value& x = in.input(0);
  const PadMode mode = mode_of(in);
  const bool by_inputs = in.opset() >= 11;
  const Shape pads = by_inputs ? in.sizes(1) : to_shape(in.required_integers("pads"));
  const Integers axes =
      in.has(3) ? in.axes_from_front(in.static_sizes(3), x.rank()) : all_axes(x.rank());
  if (pads.size() != 2 * axes.size())
    in.refuse(fmt::format("pads has {} numbers for {} axes, it must have twice as many",
                          pads.size(), axes.size()));
  Shape before(x.shape().size(), 0), after = before;
  for (size_t i = 0; i < axes.size(); ++i) {
    before[static_cast<size_t>(axes[i])] = pads[i];
    after[static_cast<size_t>(axes[i])] = pads[axes.size() + i];
  }
  if (!by_inputs) return {pad(x, before, after, mode, in.number("value", 0))};
  if (mode != PadMode::constant || !in.has(2)) return {pad(x, before, after, mode)};
  if (in.constant(2).size() != 1) in.refuse("the element to pad with must be one");
  return {padded_with(x, before, after, in.constant(2))};
}

std::vector<Value> read_center_crop_pad(Reading& in) {
  const Value& x = in.input(0);
  const Shape sizes = in.sizes(1);
  const Integers axes = in.has_attribute("axes") ? in.axes_from_front(in.integers("axes"), x.rank())
                                                 : all_axes(x.rank());
  if (sizes.size() != axes.size())
    in.refuse(fmt::format("{} sizes are given for {} axes", sizes.size(), axes.size()));
  Shape before(x.shape().size(), 0), after = before;
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto a = static_cast<size_t>(axes[i]);
    const Dim added = sizes[i] - x.shape()[a];
    if (!added.is_static())
      in.unsupported(fmt::format("an axis of symbolic size, {}", x.shape()[a].to_string()));
    // What is odd goes after: an element more is added there, and one more kept in front.
    before[a] = added.value() >= 0 ? added.value() / 2 : -(-added.value() / 2);
    after[a] = added - before[a];
  }
  return {pad(x, before, after)};
}

void write(const Pad& op, Writing& out) {
  Shape pads = op.before;
  pads.insert(pads.end(), op.after.begin(), op.after.end());
  Names inputs{out.input(0), out.sizes(pads)};
  if (op.mode == PadMode::constant && op.value != 0)
    inputs.push_back(out.scalar(op.value, out.type().dtype));
  Attributes attributes;
  if (op.mode != PadMode::constant) attributes.push_back({"mode", mode_attribute(out, op.mode)});
  out.result("Pad", inputs, attributes);
}

// What was put on is cut off and the other way around; what was copied is added where it is from,
// which a Pad of the elements' numbers tells.
void write(const PadInputGrad& op, Writing& out) {
  Shape pads = op.before;
  pads.insert(pads.end(), op.after.begin(), op.after.end());
  if (op.mode == PadMode::constant) {
    for (Dim& pad : pads) pad = Dim(0) - pad;
    return out.result("Pad", {out.input(0), out.sizes(pads)});
  }
  const DType dtype = out.type().dtype;
  const std::string from = out.add("Pad", {numbered(out, op.input_size), out.sizes(pads)},
                                   {{"mode", mode_attribute(out, op.mode)}});
  const std::string flat = out.integers({-1});
  const std::string zeros =
      out.add("Expand", {out.scalar(0, dtype), out.sizes({element_count(op.input_size)})});
  out.require_opset(16);
  const Names inputs{zeros, out.add("Reshape", {from, flat}),
                     out.add("Reshape", {out.input(0), flat})};
  const Attributes attributes{{"axis", int64_t{0}}, {"reduction", std::string_view("add")}};
  if (op.input_size.size() == 1) return out.result("ScatterElements", inputs, attributes);
  const std::string sums = out.add("ScatterElements", inputs, attributes);
  out.result("Reshape", {sums, out.sizes(op.input_size)});
}

}  // namespace convoy::onnx
