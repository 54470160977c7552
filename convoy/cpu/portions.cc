#include "convoy/cpu/portions.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace convoy::cpu {

namespace {

/// Of these a portion reads together: enough for two threads to meet seldom, and few beside what
/// else there is.
constexpr int64_t portion_bytes = int64_t{4} << 20;

/// By buffer.
std::vector<bool> read_by_calls(const Plan& plan) {
  std::vector<bool> read(plan.buffers.size());
  for (const Step& step : plan.steps)
    for (const Array& array : step.reads) read[array.buffer] = true;
  return read;
}

}  // namespace

std::vector<Portion> portions_of(const Plan& plan) {
  const std::vector<bool> called = read_by_calls(plan);
  std::vector<Portion> portions;
  Portion now;
  int64_t bytes = 0;
  const auto is_new_source = [&](const Array& array) {
    const Buffer::Place place = plan.buffers[array.buffer].place;
    return (place == Buffer::Place::constant || place == Buffer::Place::input) &&
           !called[array.buffer] &&
           std::find(now.sources.begin(), now.sources.end(), array.buffer) == now.sources.end();
  };
  for (size_t s = 0; s < plan.preparation.size(); ++s) {
    const std::vector<Array>& reads = plan.preparation[s].reads;
    int64_t more = 0;
    for (const Array& array : reads)
      if (is_new_source(array)) more += array.bytes();
    if (bytes > 0 && bytes + more > portion_bytes) {
      portions.push_back(std::exchange(now, {.begin = s}));
      bytes = 0;
    }
    now.end = s + 1;
    for (const Array& array : reads)
      if (is_new_source(array)) {
        now.sources.push_back(array.buffer);
        bytes += array.bytes();
      }
  }
  if (now.end > now.begin) portions.push_back(std::move(now));
  return portions;
}

}  // namespace convoy::cpu
