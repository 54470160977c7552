#include <memory>

#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

namespace {

/// Whether channels of blocked images are joined.
bool joins_channels(const Concat& op, const Lowering& l) {
  const int64_t rank = l.node().outputs[0].rank();
  if (op.axis != 1 || rank < 3 || rank > 5 || l.output_dtype() != DType::float32) return false;
  for (const Value& input : l.node().inputs)
    if (l.is_blocked(input)) return true;
  return false;
}

bool same_place(const Array& a, const Array& b) {
  return a.buffer == b.buffer && a.offset == b.offset;
}

/// Most inputs were made where the concat wants them; the others are moved there.
void join_channels(Lowering& l) {
  const Array whole = l.result(l.result_blocks());
  int64_t channel = 0;
  for (size_t i = 0; i < l.input_count(); ++i) {
    const int64_t channels = l.shape(i)[1], first = channel;
    channel += channels;
    if (channels == 0) continue;
    const bool begins_block = first % block == 0;
    if (begins_block && !l.is_blocked(l.node().inputs[i])) {
      const Array from = l.plain(i), to = channels_of(whole, first, channels);
      l.emit(conversion(from, to, l.tier()), {from}, {to}, name_of_conversion(to.form));
      continue;
    }
    const Array from = l.image(i);
    if (begins_block && same_place(from, channels_of(whole, first, channels))) continue;
    l.emit(std::make_unique<ShiftTask>(from, 0, whole, first, channels, l.tier()), {from}, {whole},
           "copy");
  }
}

void join_plain(const Concat& op, Lowering& l) {
  const auto axis = static_cast<size_t>(op.axis);
  const Array y = l.result(Form::plain);
  const Extents strides = dense_strides(y.extents);
  int64_t at = 0;
  for (size_t i = 0; i < l.input_count(); ++i) {
    const Array x = l.plain(i);
    CopyPlan plan = copy_plan(size_of(x.dtype), x.extents, dense_strides(x.extents), strides, 0,
                              at * strides[axis]);
    l.emit(kernel_task(copy_kernel(l.tier()), std::move(plan), x, y), {x}, {y}, "copy");
    at += x.extents[axis];
  }
}

}  // namespace

void lower(const Concat& op, Lowering& l) {
  if (joins_channels(op, l)) return join_channels(l);
  join_plain(op, l);
}

}  // namespace convoy::cpu
