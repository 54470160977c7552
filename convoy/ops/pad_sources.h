// Where padded elements come from, as the kernels of pad and its gradient need it.
#pragma once

#include <algorithm>

#include "convoy/ops/pad.h"

namespace convoy {

/// The element of `size` elements that element `i`, counted from the first of them, is a copy of;
/// −1 for the constant.
inline int64_t pad_source(PadMode mode, int64_t i, int64_t size) {
  const auto modulo = [](int64_t a, int64_t n) { return (a % n + n) % n; };
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case PadMode::constant:
      return -1;
    case PadMode::edge:
      return i < 0 ? 0 : size - 1;
    case PadMode::wrap:
      return modulo(i, size);
    case PadMode::reflect:
      break;
  }
  if (size == 1) return 0;
  const int64_t there_and_back = modulo(i, 2 * (size - 1));
  return std::min(there_and_back, 2 * (size - 1) - there_and_back);
}

/// For every axis of `in` and every index of the padded array along it, the index in the other
/// array, or −1. `op` is Pad or PadInputGrad, whose sizes are known.
template <class O>
std::vector<Extents> pad_sources(const O& op, const Extents& in) {
  std::vector<Extents> sources;
  for (size_t a = 0; a < in.size(); ++a) {
    const int64_t before = op.before[a].value(), after = op.after[a].value();
    const int64_t first = std::max<int64_t>(-before, 0);  // of those not cropped
    const int64_t kept = in[a] - first - std::max<int64_t>(-after, 0);
    Extents& axis = sources.emplace_back();
    for (int64_t i = 0; i < in[a] + before + after; ++i) {
      const int64_t from = pad_source(op.mode, i - std::max<int64_t>(before, 0), kept);
      axis.push_back(from < 0 ? -1 : first + from);
    }
  }
  return sources;
}

}  // namespace convoy
