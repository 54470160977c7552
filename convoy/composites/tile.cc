#include "convoy/composites/tile.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/expand.h"
#include "convoy/ops/reshape.h"

namespace convoy {

namespace {

void require_not_negative(std::string_view who, const Dim& count) {
  if (count.is_static() && count.value() < 0)
    throw ValueError(fmt::format("{}: the number of repeats must not be negative, got {}", who,
                                 count.to_string()));
}

}  // namespace

Value tile(const Value& x, const Shape& repeats) {
  for (const Dim& count : repeats) require_not_negative("tile", count);
  const size_t rank = std::max(x.shape().size(), repeats.size());
  Shape sizes(rank, 1), counts(rank, 1);
  std::copy(x.shape().rbegin(), x.shape().rend(), sizes.rbegin());
  std::copy(repeats.rbegin(), repeats.rend(), counts.rbegin());
  Shape apart, repeated, together;  // [1, S] → [count, S] → [count·S]
  for (size_t a = 0; a < rank; ++a) {
    apart.insert(apart.end(), {1, sizes[a]});
    repeated.insert(repeated.end(), {counts[a], sizes[a]});
    together.push_back(counts[a] * sizes[a]);
  }
  if (counts == Shape(rank, 1)) return reshape(x, together);
  return reshape(expand(reshape(x, apart), repeated), together);
}

Value repeat(const Value& x, const Dim& count, int64_t axis) {
  require_not_negative("repeat", count);
  if (axis < -x.rank() || axis >= x.rank())
    throw ValueError(fmt::format("repeat: axis {} is out of range for rank {}", axis, x.rank()));
  const auto a = static_cast<std::ptrdiff_t>(axis < 0 ? axis + x.rank() : axis);
  Shape apart = x.shape(), together = x.shape();  // [S, 1] → [S, count] → [S·count]
  apart.insert(apart.begin() + a + 1, 1);
  Shape repeated = apart;
  repeated[static_cast<size_t>(a) + 1] = count;
  together[static_cast<size_t>(a)] = together[static_cast<size_t>(a)] * count;
  return reshape(expand(reshape(x, apart), repeated), together);
}

}  // namespace convoy
