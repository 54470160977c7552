#include "convoy/ops/padding.h"

#include "convoy/base/error.h"

namespace convoy {

const Padding Padding::valid(Kind::valid);
const Padding Padding::same_upper(Kind::same_upper);
const Padding Padding::same_lower(Kind::same_lower);
const Padding Padding::same(Kind::same_upper);
const Padding Padding::half(Kind::half);
const Padding Padding::full(Kind::full);

Padding::Padding(std::initializer_list<int64_t> per_axis) : Padding(Integers(per_axis)) {}

Padding::Padding(const Integers& per_axis) {
  for (const int64_t p : per_axis) sides_.emplace_back(p, p);
}

Padding Padding::named(std::string_view name) {
  if (name == "same") return same;
  if (name != "explicit")
    for (const auto& [kind, known] : EnumNames<Kind>::values)
      if (known == name) return Padding(kind);
  throw_unknown_name("padding", name, "valid, same, same_upper, same_lower, half, full");
}

Padding Padding::for_rank(size_t rank) const {
  if (!is_explicit()) return *this;
  if (sides_.empty()) return Padding(std::vector<Sides>(rank, Sides{0, 0}));
  if (sides_.size() == 1) return Padding(std::vector<Sides>(rank, sides_[0]));
  return *this;
}

std::string attribute_text(const Padding& value) {
  if (!value.is_explicit()) return std::string(to_string(value.kind()));
  std::string text = "[";
  for (const auto& [begin, end] : value.sides()) {
    text += text.size() > 1 ? ", (" : "(";
    text += std::to_string(begin) + ", " + std::to_string(end) + ")";
  }
  return text + "]";
}

void read_attribute(std::string_view text, Padding& value) {
  if (text.empty() || text.front() != '[') {
    value = Padding::named(text);
    return;
  }
  std::vector<Padding::Sides> sides;
  for (const std::string_view item : split_list(text)) {
    Integers pair;
    std::string as_list(item);
    if (as_list.size() >= 2 && as_list.front() == '(' && as_list.back() == ')') {
      as_list.front() = '[';
      as_list.back() = ']';
    }
    read_attribute(std::string_view(as_list), pair);
    if (pair.size() != 2)
      throw ValueError("cannot read '" + std::string(text) + "' as padding [(begin, end), …]");
    sides.emplace_back(pair[0], pair[1]);
  }
  value = Padding(std::move(sides));
}

std::pair<Dim, Dim> resolve(const Padding& padding, size_t axis, const Dim& in, const Dim& kernel,
                            int64_t stride, int64_t dilation) {
  const Dim reach = effective_kernel(kernel, dilation);
  switch (padding.kind()) {
    case Padding::Kind::explicit_sides:
      return padding.sides().at(axis);
    case Padding::Kind::valid:
      return {0, 0};
    case Padding::Kind::half:
      return {floor_div(reach, 2), floor_div(reach, 2)};
    case Padding::Kind::full:
      return {reach - 1, reach - 1};
    case Padding::Kind::same_upper:
    case Padding::Kind::same_lower:
      break;
  }
  const Dim out = ceil_div(in, stride);
  const Dim total = max((out - 1) * stride + reach - in, 0);
  const Dim smaller = floor_div(total, 2);
  const Dim larger = total - smaller;
  const bool upper = padding.kind() == Padding::Kind::same_upper;
  return upper ? std::pair{smaller, larger} : std::pair{larger, smaller};
}

Dim effective_kernel(const Dim& kernel, int64_t dilation) { return (kernel - 1) * dilation + 1; }

}  // namespace convoy
