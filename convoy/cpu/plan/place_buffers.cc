#include <algorithm>
#include <limits>
#include <vector>

#include "convoy/base/checked.h"
#include "convoy/cpu/memory.h"
#include "convoy/cpu/plan/plan.h"

namespace convoy::cpu {

namespace {

/// The steps between which a buffer holds something; first > last: never.
struct Life {
  size_t first = std::numeric_limits<size_t>::max(), last = 0;

  void extend(size_t step) {
    first = std::min(first, step);
    last = std::max(last, step);
  }
  bool meets(const Life& other) const { return first <= other.last && other.first <= last; }
};

struct Placed {
  int64_t begin, end;
  Life life;
};

/// The lowest place where `bytes` fit beside those that live at the same time.
int64_t lowest_place(const std::vector<Placed>& placed, const Life& life, int64_t bytes) {
  int64_t at = 0;
  for (const Placed& other : placed)  // in the order of their beginnings
    if (other.life.meets(life)) {
      if (at + bytes <= other.begin) break;
      at = std::max(at, other.end);
    }
  return at;
}

int64_t place(Plan& plan, const std::vector<Life>& lives, Buffer::Place where) {
  std::vector<size_t> order;
  for (size_t b = 0; b < plan.buffers.size(); ++b)
    if (plan.buffers[b].place == where && lives[b].first <= lives[b].last) order.push_back(b);
  // Large ones first: small ones find room between them.
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return plan.buffers[a].bytes > plan.buffers[b].bytes;
  });
  std::vector<Placed> placed;
  int64_t total = 0;
  for (const size_t b : order) {
    // A line more: arrays that are a power of two apart would meet in the same sets of the cache.
    const int64_t bytes = checked_add(aligned(plan.buffers[b].bytes), alignment);
    const int64_t at = lowest_place(placed, lives[b], bytes);
    plan.offsets[b] = at;
    const Placed entry{at, checked_add(at, bytes), lives[b]};
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), entry,
                         [](const Placed& x, const Placed& y) { return x.begin < y.begin; }),
        entry);
    total = std::max(total, entry.end);
  }
  return total;
}

}  // namespace

void place_buffers(Plan& plan) {
  // Preparation comes first; what it leaves for the steps lives to their end.
  std::vector<Life> lives(plan.buffers.size());
  size_t time = 0;
  for (const Step& step : plan.preparation) {
    for (const Array& array : step.reads) lives[array.buffer].extend(time);
    for (const Array& array : step.writes) lives[array.buffer].extend(time);
    ++time;
  }
  const size_t end = time + plan.steps.size();
  for (const Step& step : plan.steps) {
    for (const Array& array : step.reads)
      lives[array.buffer].extend(
          plan.buffers[array.buffer].place == Buffer::Place::prepared ? end : time);
    for (const Array& array : step.writes) lives[array.buffer].extend(time);
    ++time;
  }
  plan.offsets.assign(plan.buffers.size(), 0);
  plan.arena_bytes = place(plan, lives, Buffer::Place::arena);
  plan.prepared_bytes = place(plan, lives, Buffer::Place::prepared);
}

}  // namespace convoy::cpu
