#include "convoy/stablehlo/lowering.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy::stablehlo {

Extents first_axes(int64_t count) {
  Extents axes(static_cast<size_t>(count));
  std::iota(axes.begin(), axes.end(), int64_t{0});
  return axes;
}

int64_t channel_axis(Layout layout, int64_t rank) {
  return layout == Layout::channels_last ? rank - 1 : 1;
}

int64_t spatial_axis(Layout layout, int64_t spatial) {
  return (layout == Layout::channels_last ? 1 : 2) + spatial;
}

Extents in_layout(Layout layout, const Extents& channels_first) {
  Extents moved = channels_first;
  if (layout == Layout::channels_last && moved.size() > 2)
    std::rotate(moved.begin() + 1, moved.begin() + 2, moved.end());
  return moved;
}

int64_t axis_in(Layout layout, int64_t axis, int64_t rank) {
  if (layout == Layout::channels_first || axis == 0) return axis;
  return axis == 1 ? rank - 1 : axis - 1;
}

DType computing_dtype(DType dtype) {
  return dtype == DType::float16 || dtype == DType::bfloat16 ? DType::float32 : dtype;
}

namespace {

/// The axes 0, 1, … of `layout` in the order that makes `to` of it.
Extents order_between(Layout to, int64_t rank) {
  Extents order = first_axes(rank);
  if (to == Layout::channels_last) return in_layout(to, order);
  std::rotate(order.begin() + 1, order.end() - 1, order.end());
  return order;
}

}  // namespace

Operand Program::get(const Value& value, Layout layout) {
  Forms& known = forms(value);
  if (value.rank() < 3) return known.begin()->second;  // both layouts are one
  const auto found = known.find(layout);
  if (found != known.end()) return found->second;
  const Operand& other = known.begin()->second;
  const Operand transposed = code.transpose(other, order_between(layout, other.rank()));
  return known.emplace(layout, transposed).first->second;
}

Operand Lowering::raw(size_t i, Layout layout) { return program_.get(node_->inputs[i], layout); }

Operand Lowering::input(size_t i, Layout layout) {
  const Operand operand = raw(i, layout);
  return code().convert(operand, computing_dtype(operand.dtype));
}

Layout Lowering::layout_of(size_t i) const {
  const Value& value = node_->inputs[i];
  const bool is_last = program_.options.layout == Layout::channels_last && value.rank() > 2 &&
                       program_.forms(value).contains(Layout::channels_last);
  return is_last ? Layout::channels_last : Layout::channels_first;
}

Layout Lowering::elementwise_layout() const {
  for (size_t i = 0; i < node_->inputs.size(); ++i)
    if (node_->inputs[i].shape() == node_->outputs[0].shape &&
        layout_of(i) == Layout::channels_last)
      return Layout::channels_last;
  return Layout::channels_first;
}

Operand Lowering::elementwise(size_t i, Layout layout) {
  const Extents shape = output_shape();
  const auto rank = static_cast<int64_t>(shape.size()), own_rank = node_->inputs[i].rank();
  if (layout == Layout::channels_first || own_rank == rank)
    return code().broadcast(input(i, layout), in_layout(layout, shape));
  // Of lower rank: its axes are the last of the shape, wherever the layout has them.
  const Extents order = in_layout(layout, first_axes(rank));
  Extents axes;
  for (int64_t a = rank - own_rank; a < rank; ++a)
    axes.push_back(std::find(order.begin(), order.end(), a) - order.begin());
  return code().broadcast(input(i), in_layout(layout, shape), axes);
}

void Lowering::result(size_t k, const Operand& value, Layout layout) {
  const bool one_layout = value.rank() < 3;
  const Layout form = one_layout ? Layout::channels_first : layout;
  if (value.shape != in_layout(form, output_shape(k)))
    throw std::logic_error(fmt::format("the lowering of {} gives {} for output {}", node_->kind(),
                                       tensor_type(value.dtype, value.shape), k));
  program_.values[{node_.get(), k}][form] = code().convert(value, output_dtype(k));
}

void Lowering::require(const Operand& holds, Violation violation) {
  if (!checks()) return;
  const Operand every = code().reduce(holds, first_axes(holds.rank()), 1, "and");
  program_.broken.push_back(code().unary("not", every));
  program_.checks.push_back({node_, std::move(violation)});
}

void Lowering::refuse(const std::string& why) const { throw NotSupportedError(why); }

}  // namespace convoy::stablehlo
