#include "convoy/composites/local_conv.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/flip.h"
#include "convoy/ops/matmul.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/rules.h"
#include "convoy/ops/transpose.h"
#include "convoy/ops/unfold.h"

namespace convoy {

namespace {

/// w[O, P…, C/groups, K…] taken apart.
struct Weights {
  Dim outputs, channels;
  Shape positions, kernel;
};

Weights parts_of(const Shape& w, size_t axes) {
  const auto at = [&](size_t first, size_t count) {
    const auto begin = w.begin() + static_cast<std::ptrdiff_t>(first);
    return Shape(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  return {w[0], w[1 + axes], at(1, axes), at(2 + axes, axes)};
}

void check(const LocalConv& op, const Type& x, const Type& w) {
  if (x.rank() < 3 || w.rank() != 2 * (x.rank() - 1))
    shape_violation(1,
                    "x must be [N,C,S…] and w [O,P…,C/groups,K…], with one P and one K for "
                    "each of at least one S");
  require_same_dtype(2, std::array{x, w});
  if (op.groups < 1)
    value_violation(3, fmt::format("groups must be at least 1, got {}", op.groups));
  const Weights parts = parts_of(w.shape, static_cast<size_t>(x.rank() - 2));
  require_equal(3, x.shape[1], parts.channels * op.groups,
                fmt::format("channels of x ({}) must equal groups ({}) × channels of w ({})",
                            x.shape[1].to_string(), op.groups, parts.channels.to_string()));
  if (parts.outputs.is_static() && parts.outputs.value() % op.groups != 0)
    shape_violation(4, fmt::format("output channels ({}) must be divisible by groups ({})",
                                   parts.outputs.to_string(), op.groups));
}

}  // namespace

Value local_conv(const Value& x, const Value& w, LocalConv op, std::string_view name) {
  if (!x || !w) throw ValueError("local_conv: an input is none");
  const std::vector<Type> types{x.type(), w.type()};
  const auto refuse = [&](const Violation& violation) {
    throw_violation(violation, LocalConv::name, LocalConv::inputs, name, types);
  };
  try {
    check(op, types[0], types[1]);
  } catch (const Violation& violation) {
    refuse(violation);
  }
  const int64_t axes = x.rank() - 2;
  const Weights parts = parts_of(w.shape(), static_cast<size_t>(axes));
  Unfold window{.kernel = {}, .stride = op.stride, .padding = op.padding, .dilation = op.dilation};
  for (const Dim& k : parts.kernel) window.kernel.push_back(k.value());
  const Value patches = unfold(x, std::move(window), name);  // [N, C·∏K, L]
  const Dim positions = element_count(parts.positions);
  if (known_different(patches.shape()[2], positions))
    refuse({Violation::Kind::shape, 5,
            fmt::format("w has kernels for {} = {} positions, the window gives {}",
                        to_string(parts.positions), positions.to_string(),
                        patches.shape()[2].to_string())});

  Value kernels = w;
  if (op.flip) {
    Integers kernel_axes;
    for (int64_t a = 2 + axes; a < w.rank(); ++a) kernel_axes.push_back(a);
    kernels = flip(kernels, kernel_axes);
  }
  // One product of [N, C/g·∏K] and [C/g·∏K, O/g] for each group and position.
  const Dim taps = parts.channels * element_count(parts.kernel);
  const Dim outputs = floor_div(parts.outputs, op.groups), batch = x.shape()[0];
  const Value left = transpose(reshape(patches, {batch, op.groups, taps, positions}), {1, 3, 0, 2});
  const Value right =
      transpose(reshape(kernels, {op.groups, outputs, positions, taps}), {0, 2, 3, 1});
  const Value product = transpose(matmul(left, right), {2, 0, 3, 1});  // [N, g, O/g, L]
  Shape result{batch, parts.outputs};
  result.insert(result.end(), parts.positions.begin(), parts.positions.end());
  return reshape(product, std::move(result));
}

}  // namespace convoy
