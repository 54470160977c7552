#include "convoy/composites/layout.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/transpose.h"

namespace convoy {

namespace {

// 0, 1, … of x's axes, of which there must be two beside the spatial ones.
Integers axes_of(std::string_view function, const Value& x) {
  if (x.rank() < 3)
    throw ShapeError(
        fmt::format("{}: needs at least one spatial axis, got {}", function, to_string(x.type())));
  Integers axes(static_cast<size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

}  // namespace

Value channels_last(const Value& x) {
  Integers axes = axes_of("channels_last", x);
  std::rotate(axes.begin() + 1, axes.begin() + 2, axes.end());
  return transpose(x, axes);
}

Value channels_first(const Value& x) {
  Integers axes = axes_of("channels_first", x);
  std::rotate(axes.begin() + 1, axes.end() - 1, axes.end());
  return transpose(x, axes);
}

Value oihw_to_hwio(const Value& w) {
  Integers axes = axes_of("oihw_to_hwio", w);
  std::rotate(axes.begin(), axes.begin() + 2, axes.end());
  std::swap(axes[axes.size() - 2], axes[axes.size() - 1]);
  return transpose(w, axes);
}

Value hwio_to_oihw(const Value& w) {
  Integers axes = axes_of("hwio_to_oihw", w);
  std::rotate(axes.begin(), axes.end() - 2, axes.end());
  std::swap(axes[0], axes[1]);
  return transpose(w, axes);
}

Value oihw_to_ohwi(const Value& w) { return channels_last(w); }

Value ohwi_to_oihw(const Value& w) { return channels_first(w); }

}  // namespace convoy
