#include "convoy/cpu/copy_task.h"

#include <algorithm>
#include <cstring>

#include "convoy/base/checked.h"
#include "convoy/base/convert.h"

namespace convoy::cpu {

namespace {
constexpr int64_t piece = 1 << 16;  // bytes
}

int64_t CopyTask::items() const { return ceil_divide(from_.bytes(), piece); }

void CopyTask::run(const Bases& bases, Range range, Worker&) const {
  const int64_t begin = range.begin * piece, end = std::min(range.end * piece, from_.bytes());
  std::memcpy(bases.bytes(to_) + begin, bases.bytes(from_) + begin,
              static_cast<size_t>(end - begin));
}

ReorderTask::ReorderTask(Array from, Array to, Tier tier)
    : from_(std::move(from)),
      to_(std::move(to)) {
  const bool to_blocked = in_blocks(to_.form);
  plan_ = reorder_plan(from_.extents[0], from_.channels(), from_.axes(),
                       (to_blocked ? from_ : to_).strides(), (to_blocked ? to_ : from_).strides());
  kernel_ =
      to_blocked ? to_blocked_kernel(tier, to_.dtype) : from_blocked_kernel(tier, from_.dtype);
}

void ReorderTask::run(const Bases& bases, Range range, Worker& worker) const {
  kernel_(plan_, {bases.bytes(from_), bases.bytes(to_)}, range, worker);
}

ShiftTask::ShiftTask(Array from, int64_t from_channel, Array to, int64_t to_channel,
                     int64_t channels, Tier tier)
    : plan_{.batch = from.extents[0],
            .channels = channels,
            .from_channel = from_channel,
            .to_channel = to_channel,
            .size = from.axes(),
            .from = from.strides(),
            .to = to.strides()},
      kernel_(shift_channels_kernel(tier, from.dtype, to.dtype)),
      from_(std::move(from)),
      to_(std::move(to)) {}

void ShiftTask::run(const Bases& bases, Range range, Worker& worker) const {
  kernel_(plan_, {bases.bytes(from_), bases.bytes(to_)}, range, worker);
}

PlainIndicesTask::PlainIndicesTask(Array from, Array to)
    : from_(std::move(from)),
      to_(std::move(to)) {}

int64_t PlainIndicesTask::items() const { return to_.extents[0] * to_.channels(); }

void PlainIndicesTask::run(const Bases& bases, Range range, Worker&) const {
  const int64_t channels = to_.channels(), pixels = product(to_.axes());
  const Strides strides = from_.strides();
  const auto* from = reinterpret_cast<const int32_t*>(bases.bytes(from_));
  auto* to = reinterpret_cast<int64_t*>(bases.bytes(to_));
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t n = item / channels, c = item % channels;
    const int32_t* plane = from + n * strides.batch + c / block * strides.channel + c % block;
    for (int64_t p = 0; p < pixels; ++p) to[item * pixels + p] = plane[p * block];
  }
}

FillTask::FillTask(std::vector<CopyPlan> places, double value, Array to, Tier tier)
    : places_(std::move(places)),
      element_(element_of(value, to.dtype)),
      kernel_(copy_kernel(tier)),
      to_(std::move(to)) {}

int64_t FillTask::items() const {
  int64_t count = 0;
  for (const CopyPlan& plan : places_) count += cpu::items(plan);
  return count;
}

void FillTask::run(const Bases& bases, Range range, Worker& worker) const {
  for (const CopyPlan& plan : places_) {
    const int64_t count = cpu::items(plan);
    const Range part{std::max<int64_t>(range.begin, 0), std::min(range.end, count)};
    if (part.begin < part.end) kernel_(plan, {element_.data(), bases.bytes(to_)}, part, worker);
    range = {range.begin - count, range.end - count};
  }
}

std::array<std::byte, 8> element_of(double value, DType dtype) {
  std::array<std::byte, 8> bytes = {};
  visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    const T element = convert<T>(value);
    std::memcpy(bytes.data(), &element, sizeof element);
  });
  return bytes;
}

Extents dense_strides(const Extents& extents) {
  Extents strides(extents.size(), 1);
  for (size_t a = extents.size(); a-- > 1;) strides[a - 1] = strides[a] * extents[a];
  return strides;
}

Extents axes_of_copy(const Extents& extents, Form form) {
  Extents axes = extents;
  if (in_blocks(form)) {
    axes[1] = blocks_of(extents[1]);
    axes.push_back(block);
  }
  return axes;
}

Extents strides_of_copy(const Array& array) {
  Extents strides = dense_strides(axes_of_copy(array.extents, array.form));
  if (in_blocks(array.form)) strides[0] = array.batch_stride;
  return strides;
}

std::unique_ptr<Task> conversion(const Array& from, const Array& to, Tier tier) {
  if (from.form == Form::blocked && from.dtype == DType::int32)  // of max_pool's indices
    return std::make_unique<PlainIndicesTask>(from, to);
  if (in_blocks(from.form) && in_blocks(to.form))
    return std::make_unique<ShiftTask>(from, 0, to, 0, whole_blocks(to.channels()), tier);
  return std::make_unique<ReorderTask>(from, to, tier);
}

const char* name_of_conversion(Form to) {
  switch (to) {
    case Form::plain:
      return "to plain";
    case Form::blocked:
      return "to blocks of 16 channels";
    case Form::blocked_bf16:
      break;
  }
  return "to blocks of 16 channels in bfloat16";
}

Array channels_of(const Array& array, int64_t first, int64_t channels) {
  Array part = array;
  part.offset += first / block * array.strides().channel * size_of(array.dtype);
  part.extents[1] = channels;
  return part;
}

}  // namespace convoy::cpu
