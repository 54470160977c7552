#include "convoy/cpu/copy_task.h"

#include <algorithm>
#include <cstring>

#include "convoy/base/checked.h"

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

int64_t ReorderTask::items() const { return from_.extents[0] * blocks_of(from_.channels()); }

void ReorderTask::run(const Bases& bases, Range range, Worker&) const {
  const int64_t blocks = blocks_of(from_.channels()), pixels = product(from_.axes());
  const auto at = [&](const Array& array, int64_t n, int64_t c, int64_t p) {
    const Strides s = array.strides();
    return bases.floats(array) + n * s.batch +
           (array.form == Form::plain ? c * s.channel + p
                                      : c / block * s.channel + p * block + c % block);
  };
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t n = item / blocks, first = item % blocks * block;
    for (int64_t c = first; c < std::min(first + block, from_.channels()); ++c)
      for (int64_t p = 0; p < pixels; ++p) *at(to_, n, c, p) = *at(from_, n, c, p);
  }
}

}  // namespace convoy::cpu
