#include "convoy/ops/conv_transpose.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/value.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/conv_rules.h"
#include "convoy/ops/pad.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/window.h"

namespace convoy {

namespace {

constexpr WindowConstraints window_constraints{
    .lengths = 5, .positive = 6, .padding = 7, .fits = 0};

bool is_same(const Padding& padding) {
  return padding.kind() == Padding::Kind::same_upper || padding.kind() == Padding::Kind::same_lower;
}

/// The size on a spatial axis without output_padding.
Dim natural_size(const ConvTranspose& op, size_t axis, const Dim& in, const Dim& kernel) {
  const int64_t stride = op.stride[axis], dilation = op.dilation[axis];
  if (is_same(op.padding)) return in * stride;
  const auto [begin, end] = resolve(op.padding, axis, in, kernel, stride, dilation);
  return (in - 1) * stride - begin - end + effective_kernel(kernel, dilation);
}

void check_output_padding(const ConvTranspose& op, size_t axis, const Dim& extra) {
  const int64_t limit = is_same(op.padding) ? 1 : std::max(op.stride[axis], op.dilation[axis]);
  if (!extra.is_static() || (extra.value() >= 0 && extra.value() < limit)) return;
  const std::string rule =
      is_same(op.padding) ? "0 where padding is same, whose output is x's size × stride"
                          : fmt::format("at least 0 and below max(stride, dilation) = {}", limit);
  const std::string source = op.output_size.empty() ? std::string()
                                                    : fmt::format(", implied by output_size {}",
                                                                  to_string(op.output_size));
  value_violation(8, fmt::format("output_padding on spatial axis {} must be {}, got {}{}", axis,
                                 rule, extra.to_string(), source));
}

void check_lengths(const ConvTranspose& op, size_t axes) {
  if (op.output_size.empty()) {
    require_length(5, "output_padding", op.output_padding.size(), axes);
    return;
  }
  require_length(5, "output_size", op.output_size.size(), axes);
  if (std::ranges::any_of(op.output_padding, [](int64_t p) { return p != 0; }))
    value_violation(12, fmt::format("output_size ({}) already implies output_padding, which must "
                                    "be left out, got {}",
                                    to_string(op.output_size), attribute_text(op.output_padding)));
}

}  // namespace

std::vector<Type> infer(const ConvTranspose& op, Types in) {
  const Type &x = in[0], &w = in[1];
  require_ranks(x, w, "x", "w");
  require_dtypes(in);
  require_groups(3, op.groups);
  const Shape size = spatial_axes(x.shape), kernel = spatial_axes(w.shape);
  require_filled("channels of x", x.shape[1]);
  require_filled("channels of w", w.shape[0]);
  require_filled("output channels", w.shape[1]);
  require_filled("spatial axes of x", size);
  require_filled("the kernel", kernel);
  require_equal(3, x.shape[1], w.shape[0],
                fmt::format("channels of x ({}) must equal those of w ({}), its first axis",
                            x.shape[1].to_string(), w.shape[0].to_string()));
  require_divisible(4, "channels of w", w.shape[0], op.groups);
  require_divisible(4, "channels of x", x.shape[1], op.groups);
  const Dim outputs = w.shape[1] * op.groups;
  if (in.size() == 3 && (in[2].rank() != 1 || known_different(in[2].shape[0], outputs)))
    shape_violation(9, fmt::format("bias must have shape [O] = [{}], got {}", outputs.to_string(),
                                   to_string(in[2].shape)));
  require_window({kernel, op.stride, op.padding, op.dilation}, size.size(), window_constraints);
  check_lengths(op, size.size());
  Shape y{x.shape[0], outputs};
  for (size_t a = 0; a < size.size(); ++a) {
    const Dim natural = natural_size(op, a, size[a], kernel[a]);
    const Dim extra =
        op.output_size.empty() ? Dim(op.output_padding[a]) : op.output_size[a] - natural;
    check_output_padding(op, a, extra);
    const Dim out = natural + extra;
    if (out.is_static() && out.value() < 1)
      shape_violation(11, fmt::format("the output must have at least one element on spatial axis "
                                      "{}, got {}: input {}, kernel {}, stride {}, dilation {}, "
                                      "padding {}, output_padding {}",
                                      a, out.to_string(), size[a].to_string(),
                                      kernel[a].to_string(), op.stride[a], op.dilation[a],
                                      attribute_text(op.padding), extra.to_string()));
    y.push_back(out);
  }
  return {{x.dtype, std::move(y)}};
}

ConvTranspose with_full_lists(ConvTranspose op, int64_t rank) {
  op = with_full_lists<ConvTranspose>(std::move(op), rank);
  if (rank < 3) return op;
  const size_t axes = static_cast<size_t>(rank - 2);
  if (op.output_padding.empty()) op.output_padding = {0};
  if (op.output_padding.size() == 1) op.output_padding.assign(axes, op.output_padding[0]);
  if (op.output_size.size() == 1) op.output_size.assign(axes, Dim(op.output_size[0]));
  return op;
}

TransposedFrom transposed_from(const ConvTranspose& op, const Shape& in, const Shape& kernel,
                               const Shape& size) {
  // A convolution leaves over less than a stride at its end. What output_padding has beyond that
  // is taken off the padding at the end, whose products it uncovers. Where that is too small
  // nothing reaches the rest: the whole is computed there, cropped and filled with zeros.
  const size_t axes = in.size();
  TransposedFrom from{op.padding, Integers(axes, 0), Integers(axes, 0)};
  Integers beyond(axes, 0);
  for (size_t a = 0; a < axes; ++a) {
    const Dim extra = size[a] - natural_size(op, a, in[a], kernel[a]);
    if (extra.is_static()) beyond[a] = std::max<int64_t>(extra.value() - (op.stride[a] - 1), 0);
  }
  if (std::ranges::all_of(beyond, [](int64_t b) { return b == 0; })) return from;
  std::vector<Padding::Sides> sides;
  for (size_t a = 0; a < axes; ++a) {
    const auto [begin, end] =
        resolve(op.padding, a, in[a], kernel[a], op.stride[a], op.dilation[a]);
    if (!begin.is_static() || !end.is_static())
      throw Violation{Violation::Kind::unsupported, 13,
                      fmt::format("output_padding of stride or more with padding {} needs a known "
                                  "kernel, got {}",
                                  attribute_text(op.padding), to_string(kernel))};
    if (beyond[a] > end.value()) {
      sides.emplace_back(0, 0);
      from.before[a] = -begin.value();
      from.after[a] = beyond[a] - end.value();
    } else {
      sides.emplace_back(begin.value(), end.value() - beyond[a]);
    }
  }
  from.padding = Padding(std::move(sides));
  return from;
}

// Zeros come first: one side may take off what the other has put on.
Value with_border(const Value& y, const Integers& before, const Integers& after) {
  const auto is_zero = [](int64_t n) { return n == 0; };
  if (std::ranges::all_of(before, is_zero) && std::ranges::all_of(after, is_zero)) return y;
  const auto amounts = [](const Integers& list, bool added) {
    Shape all{0, 0};
    for (const int64_t n : list)
      all.push_back(added ? std::max<int64_t>(n, 0) : std::min<int64_t>(n, 0));
    return all;
  };
  return pad(pad(y, amounts(before, true), amounts(after, true)), amounts(before, false),
             amounts(after, false));
}

Value conv_transpose(const Value& x, const Value& w, const Value& bias, ConvTranspose op,
                     std::string_view name) {
  if (!x || !w) throw ValueError("conv_transpose: an input is none");
  op = with_full_lists(std::move(op), x.rank());
  std::vector<Type> types{x.type(), w.type()};
  if (bias) types.push_back(bias.type());
  const Shape kernel = w.rank() > 2 ? spatial_axes(w.shape()) : Shape{};
  ConvInputGrad onto;
  TransposedFrom from;
  try {
    onto.input_size = spatial_axes(infer(op, types)[0].shape);
    from = transposed_from(op, spatial_axes(x.shape()), kernel, onto.input_size);
  } catch (const Violation& violation) {
    throw_violation(violation, ConvTranspose::name, ConvTranspose::inputs, name, types);
  } catch (const LimitError& error) {
    throw LimitError(fmt::format("conv_transpose: {}", error.what()));
  }
  onto.stride = op.stride;
  onto.padding = from.padding;
  onto.dilation = op.dilation;
  onto.groups = op.groups;
  onto.flip = op.flip;
  for (size_t a = 0; a < onto.input_size.size(); ++a)
    onto.input_size[a] = onto.input_size[a] - (from.before[a] + from.after[a]);
  const Value y =
      with_border(conv_input_grad(x, w, std::move(onto), name), from.before, from.after);
  if (!bias) return y;
  Shape per_channel(static_cast<size_t>(y.rank()), Dim(1));
  per_channel[1] = bias.shape()[0];
  return add(y, reshape(bias, std::move(per_channel)));
}

Value conv_transpose(const Value& x, const Value& w, ConvTranspose attributes,
                     std::string_view name) {
  return conv_transpose(x, w, {}, std::move(attributes), name);
}

}  // namespace convoy
