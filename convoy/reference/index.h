// Walking over the positions of arrays of any rank.
#pragma once

#include <algorithm>
#include <vector>

#include "convoy/base/checked.h"
#include "convoy/base/dim.h"

namespace convoy::reference {

/// Moves `position` on by one in an array of `extents`[0…axes), the last of these axes fastest;
/// false, and at the first position again, after the last one.
inline bool advance(Extents& position, const Extents& extents, size_t axes) {
  while (axes > 0 && ++position[axes - 1] == extents[axes - 1]) position[--axes] = 0;
  return axes > 0;
}

/// Calls `f(position)` for every position of an array of `extents`, the last axis fastest.
template <class F>
void for_each_position(const Extents& extents, F&& f) {
  if (element_count(extents) == 0) return;
  Extents position(extents.size(), 0);
  do {
    f(static_cast<const Extents&>(position));
  } while (advance(position, extents, extents.size()));
}

/// Distances in elements between neighbours along each axis of a row-major array.
inline Extents strides_of(const Extents& extents) {
  Extents strides(extents.size(), 1);
  for (size_t a = extents.size(); a-- > 1;) strides[a - 1] = strides[a] * extents[a];
  return strides;
}

/// Strides with which an array of `extents` is read as one of `target`, aligned from the last
/// axis: 0 along repeated axes.
inline Extents broadcast_strides(const Extents& extents, const Extents& target) {
  const Extents own = strides_of(extents);
  Extents strides(target.size(), 0);
  const size_t offset = target.size() - extents.size();
  for (size_t a = 0; a < extents.size(); ++a)
    if (extents[a] != 1) strides[offset + a] = own[a];
  return strides;
}

/// The element at `position` under `strides`.
inline size_t offset_of(const Extents& position, const Extents& strides) {
  int64_t offset = 0;
  for (size_t a = 0; a < position.size(); ++a) offset += position[a] * strides[a];
  return static_cast<size_t>(offset);
}

/// The product of extents[first…last).
inline int64_t count_between(const Extents& extents, size_t first, size_t last) {
  int64_t count = 1;
  for (size_t a = first; a < last; ++a) count *= extents[a];
  return count;
}

}  // namespace convoy::reference
