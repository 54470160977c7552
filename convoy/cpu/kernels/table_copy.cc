#include "convoy/cpu/kernels/table_copy.h"

#include <algorithm>
#include <cstring>

namespace convoy::cpu {

namespace {

/// Whether the axis is taken whole and in order.
bool is_whole(const std::vector<int64_t>& sources, int64_t extent) {
  if (static_cast<int64_t>(sources.size()) != extent) return false;
  for (int64_t i = 0; i < extent; ++i)
    if (sources[static_cast<size_t>(i)] != i) return false;
  return true;
}

/// One row of y: `base` is where its outer axes point, or −1. A run of 0 stands for plan.run.
template <int64_t known_run>
void copy_row(const TableCopyPlan& plan, const std::byte* x, int64_t base, std::byte* y) {
  const int64_t run = known_run == 0 ? plan.run : known_run;
  for (const int64_t offset : plan.tables.back()) {
    if (base >= 0 && offset >= 0) {
      std::memcpy(y, x + base + offset, static_cast<size_t>(run));
    } else {
      for (int64_t i = 0; i < run; i += plan.element)
        std::memcpy(y + i, plan.value.data(), static_cast<size_t>(plan.element));
    }
    y += run;
  }
}

auto copy_row_of(int64_t run) {
  switch (run) {
    case 1:
      return &copy_row<1>;
    case 2:
      return &copy_row<2>;
    case 4:
      return &copy_row<4>;
    case 8:
      return &copy_row<8>;
    default:
      return &copy_row<0>;
  }
}

}  // namespace

TableCopyPlan table_copy_plan(int64_t element_bytes,
                              const std::vector<std::vector<int64_t>>& sources,
                              const std::vector<int64_t>& extents,
                              const std::array<std::byte, 8>& value) {
  TableCopyPlan plan{.run = element_bytes, .element = element_bytes, .value = value};
  size_t rank = sources.size();
  while (rank > 0 && is_whole(sources[rank - 1], extents[rank - 1])) plan.run *= extents[--rank];
  plan.tables.assign(sources.begin(), sources.begin() + static_cast<ptrdiff_t>(rank));
  int64_t stride = plan.run;
  for (size_t a = rank; a-- > 0;) {
    for (int64_t& index : plan.tables[a])
      if (index >= 0) index *= stride;
    stride *= extents[a];
  }
  if (plan.tables.empty()) plan.tables.push_back({0});
  return plan;
}

int64_t items(const TableCopyPlan& plan) {
  if (plan.run == 0 || plan.tables.back().empty()) return 0;
  int64_t rows = 1;
  for (size_t a = 0; a + 1 < plan.tables.size(); ++a)
    rows *= static_cast<int64_t>(plan.tables[a].size());
  return rows;
}

void table_copy(const TableCopyPlan& plan, const CopyArrays& at, Range range, Worker&) {
  const auto* x = static_cast<const std::byte*>(at.from);
  auto* y = static_cast<std::byte*>(at.to);
  const int64_t row_bytes = static_cast<int64_t>(plan.tables.back().size()) * plan.run;
  const auto copy = copy_row_of(plan.run);
  for (int64_t item = range.begin; item < range.end; ++item) {
    int64_t base = 0, rest = item;
    for (size_t a = plan.tables.size() - 1; a-- > 0;) {
      const auto size = static_cast<int64_t>(plan.tables[a].size());
      const int64_t offset = plan.tables[a][static_cast<size_t>(rest % size)];
      base = base < 0 || offset < 0 ? -1 : base + offset;
      rest /= size;
    }
    copy(plan, x, base, y + item * row_bytes);
  }
}

}  // namespace convoy::cpu
