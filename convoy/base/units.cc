#include "convoy/base/units.h"

#include <vector>

#include <fmt/format.h>

namespace convoy {

namespace {

std::string scaled(int64_t number, double step, const std::vector<std::string>& units) {
  double value = static_cast<double>(number);
  size_t unit = 0;
  while (value >= step && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} {}", number, units[0])
                   : fmt::format("{:.{}f} {}", value, value < 10 ? 2 : 1, units[unit]);
}

}  // namespace

std::string bytes_text(int64_t bytes) {
  return scaled(bytes, 1024, {"bytes", "KiB", "MiB", "GiB", "TiB"});
}

std::string count_text(int64_t count) { return scaled(count, 1000, {"", "k", "M", "G", "T"}); }

}  // namespace convoy
