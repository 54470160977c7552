#include "convoy/cpu/operand.h"

#include <algorithm>

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/padding.h"

namespace convoy::cpu {

namespace {

/// Extents with axes of size 1 before them, of `rank` axes.
Extents with_rank(const Extents& extents, size_t rank) {
  Extents result(rank - extents.size(), 1);
  result.insert(result.end(), extents.begin(), extents.end());
  return result;
}

/// No step along axes of size 1: they are repeated.
void repeat(Space& stride, const Space& size) {
  for (size_t a = 0; a < max_axes; ++a)
    if (size[a] == 1) stride[a] = 0;
}

Access plain_access(const Array& array, const Extents& extents) {
  Access access{.dtype = array.dtype};
  int64_t step = 1;
  for (size_t a = extents.size(), at = max_axes; a-- > 0;) {
    access.stride[--at] = extents[a] == 1 ? 0 : step;
    step *= extents[a];
  }
  return access;
}

/// A plain array of few channels or pixels against blocked ones: strides of the images, no step
/// from channel to channel.
Access same_for_all_channels(const Array& array, const Extents& extents) {
  const Axes axes = to_axes({extents.begin() + 2, extents.end()});
  Access access{.dtype = array.dtype,
                .stride = {product(axes), 0, axes[1] * axes[2], axes[2], 1, 0}};
  repeat(access.stride, {extents[0], 1, axes[0], axes[1], axes[2], 1});
  return access;
}

Access blocked_access(const Array& array) {
  const Strides s = array.strides();
  const Axes axes = array.axes();
  Access access{.dtype = array.dtype,
                .stride = {s.batch, s.channel, s.axis[0], s.axis[1], s.axis[2], 1}};
  repeat(access.stride,
         {array.extents[0], blocks_of(array.channels()), axes[0], axes[1], axes[2], block});
  return access;
}

}  // namespace

Space space_of(const Extents& extents, Form form) {
  Space space = {1, 1, 1, 1, 1, 1};
  if (form == Form::plain) {
    std::copy(extents.begin(), extents.end(), space.end() - static_cast<int64_t>(extents.size()));
    return space;
  }
  const Axes axes = to_axes({extents.begin() + 2, extents.end()});
  return {extents[0], blocks_of(extents[1]), axes[0], axes[1], axes[2], block};
}

Access access_of(const Array& array) {
  return array.form == Form::plain ? plain_access(array, array.extents) : blocked_access(array);
}

StridedOperand operand_of(Lowering& l, const Value& value, const Extents& shape, Form form) {
  const Extents own = to_extents(value.shape());
  if (form == Form::plain) {
    const Array array = l.in(value, Form::plain);
    return {array, plain_access(array, own)};
  }
  const bool has_channels = own.size() == shape.size() && own[1] == shape[1];
  if (own == shape || (has_channels && l.is_blocked(value))) {
    const Array array = l.in(value, l.blocks_of(value));
    return {array, blocked_access(array)};
  }
  Array array = l.in(value, Form::plain);
  array.extents = with_rank(own, shape.size());
  if (array.channels() == 1) return {array, same_for_all_channels(array, array.extents)};
  if (array.extents[0] * product(array.axes()) == 1) {  // one element for each channel
    Array vector = array;
    vector.extents = {array.channels()};
    array = with_whole_blocks(l, vector);
    return {array, {.dtype = array.dtype, .stride = {0, block, 0, 0, 0, 1}}};
  }
  const Array blocked = l.temporary(array.dtype, array.extents, Form::blocked);
  l.emit(std::make_unique<ReorderTask>(array, blocked, l.tier()), {array}, {blocked},
         "to blocks of 16 channels");
  return {blocked, blocked_access(blocked)};
}

}  // namespace convoy::cpu
