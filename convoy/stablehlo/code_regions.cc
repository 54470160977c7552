// Operations with operations inside: reductions, windows, scattering, sorting, loops.
#include <algorithm>

#include <fmt/format.h>

#include "convoy/stablehlo/code.h"
#include "convoy/stablehlo/spelling.h"

namespace convoy::stablehlo {

namespace {

std::string padding_attribute(const std::vector<std::pair<int64_t, int64_t>>& values) {
  return fmt::format("padding = dense<{}> : tensor<{}x2xi64>", values.empty() ? "" : pairs(values),
                     values.size());
}

}  // namespace

std::string Code::region(const Operands& parameters,
                         const std::function<Operands(Code&, const Operands&)>& body) {
  Code inner(indent_.size() + 4);
  inner.next_ = next_;
  Operands arguments;
  std::string header;
  for (const Operand& p : parameters) {
    arguments.push_back({fresh(), p.dtype, p.shape});
    header +=
        fmt::format("{}{}: {}", header.empty() ? "" : ", ", arguments.back().name, type_of(p));
  }
  inner.give("stablehlo.return", body(inner, arguments));
  return fmt::format("{{\n{}^bb0({}):\n{}{}}}", indent_ + "  ", header, inner.text(), indent_);
}

Operands Code::folded(std::string_view op, const Operands& x, const Operands& initial,
                      const std::string& attributes, const Extents& shape,
                      const std::function<Operands(Code&, const Operands&)>& body) {
  Operands given = x, scalars = initial, types;
  given.insert(given.end(), initial.begin(), initial.end());
  scalars.insert(scalars.end(), initial.begin(), initial.end());
  for (const Operand& operand : x) types.push_back({"", operand.dtype, shape});
  const std::string inner = region(scalars, body);
  return results(fmt::format("\"stablehlo.{}\"({}) <{{{}}}> ({}) : ({}) -> ({})", op,
                             names_of(given), attributes, inner, types_of(given), types_of(types)),
                 types);
}

Operand Code::reduce(const Operand& x, const Extents& axes, double initial, std::string_view op) {
  if (axes.empty()) return x;
  return reduce({x}, axes, {splat(initial, x.dtype)},
                [&](Code& c, const Operands& v) { return Operands{c.binary(op, v[0], v[1])}; })[0];
}

Operands Code::reduce(const Operands& x, const Extents& axes, const Operands& initial,
                      const std::function<Operands(Code&, const Operands&)>& body) {
  std::vector<bool> is_reduced(x[0].shape.size(), false);
  for (const int64_t axis : axes) is_reduced[static_cast<size_t>(axis)] = true;
  Extents shape;
  for (size_t a = 0; a < is_reduced.size(); ++a)
    if (!is_reduced[a]) shape.push_back(x[0].shape[a]);
  return folded("reduce", x, initial, "dimensions = " + i64_array(axes), shape, body);
}

Operand Code::reduce_window(const Operand& x, const SlidingWindow& window, double initial,
                            std::string_view op) {
  return reduce_window({x}, window, {splat(initial, x.dtype)}, [&](Code& c, const Operands& v) {
    return Operands{c.binary(op, v[0], v[1])};
  })[0];
}

Operands Code::reduce_window(const Operands& x, const SlidingWindow& window,
                             const Operands& initial,
                             const std::function<Operands(Code&, const Operands&)>& body) {
  Extents shape;
  for (size_t a = 0; a < x[0].shape.size(); ++a) {
    const int64_t room = x[0].shape[a] + window.padding[a].first + window.padding[a].second -
                         ((window.size[a] - 1) * window.dilation[a] + 1);
    shape.push_back(room < 0 ? 0 : room / window.stride[a] + 1);
  }
  return folded(
      "reduce_window", x, initial,
      fmt::format("window_dimensions = {}, window_strides = {}, window_dilations = {}, {}",
                  i64_array(window.size), i64_array(window.stride), i64_array(window.dilation),
                  padding_attribute(window.padding)),
      shape, body);
}

Operand Code::scatter(const Operand& x, const Operand& indices, const Operand& updates,
                      const GatherAxes& axes, const Combine& body) {
  const Operand scalar{"", x.dtype, {}};
  const std::string inner = region(
      {scalar, scalar}, [&](Code& c, const Operands& v) { return Operands{body(c, v[0], v[1])}; });
  return result(
      fmt::format("\"stablehlo.scatter\"({}, {}, {}) <{{scatter_dimension_numbers = "
                  "#stablehlo.scatter<update_window_dims = {}, inserted_window_dims = {}, "
                  "input_batching_dims = {}, scatter_indices_batching_dims = {}, "
                  "scatter_dims_to_operand_dims = {}, index_vector_dim = {}>, "
                  "indices_are_sorted = false, unique_indices = false}}> ({}) : ({}, {}, {}) -> {}",
                  x.name, indices.name, updates.name, list(axes.offset_dims),
                  list(axes.collapsed_slice_dims), list(axes.operand_batching_dims),
                  list(axes.indices_batching_dims), list(axes.start_index_map),
                  axes.index_vector_dim, inner, type_of(x), type_of(indices), type_of(updates),
                  type_of(x)),
      x.dtype, x.shape);
}

Operands Code::sort(const Operands& x, int64_t axis, bool stable,
                    const std::function<Operand(Code&, const Operands&)>& less) {
  Operands pairs_of_scalars;
  for (const Operand& operand : x)
    pairs_of_scalars.insert(pairs_of_scalars.end(), 2, Operand{"", operand.dtype, {}});
  const std::string inner =
      region(pairs_of_scalars, [&](Code& c, const Operands& v) { return Operands{less(c, v)}; });
  return results(
      fmt::format("\"stablehlo.sort\"({}) <{{dimension = {} : i64, is_stable = {}}}> ({}) : ({}) "
                  "-> ({})",
                  names_of(x), axis, stable, inner, types_of(x), types_of(x)),
      x);
}

Operands Code::loop(const Operands& initial,
                    const std::function<Operand(Code&, const Operands&)>& condition,
                    const std::function<Operands(Code&, const Operands&)>& body) {
  const std::string test =
      region(initial, [&](Code& c, const Operands& v) { return Operands{condition(c, v)}; });
  const std::string step = region(initial, body);
  return results(fmt::format("\"stablehlo.while\"({}) ({}, {}) : ({}) -> ({})", names_of(initial),
                             test, step, types_of(initial), types_of(initial)),
                 initial);
}

}  // namespace convoy::stablehlo
