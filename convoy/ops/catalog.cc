#include "convoy/ops/catalog.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy {

namespace {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// What people read of an attribute's C++ type.
template <class T>
std::string type_text() {
  if constexpr (NamedEnum<T>) {
    std::string names;
    for (const auto& [value, name] : EnumNames<T>::values)
      names += (names.empty() ? "one of " : ", ") + std::string(name);
    return names;
  } else if constexpr (is_optional<T>) {
    return type_text<typename T::value_type>() + " or none";
  } else {
    return std::same_as<T, bool>       ? "bool"
           : std::same_as<T, int64_t>  ? "integer"
           : std::same_as<T, double>   ? "number"
           : std::same_as<T, DType>    ? "dtype"
           : std::same_as<T, Dim>      ? "size"
           : std::same_as<T, Shape>    ? "sizes"
           : std::same_as<T, Padding>  ? "padding"
           : std::same_as<T, Integers> ? "integers"
           : std::same_as<T, Numbers>  ? "numbers"
                                       : "list";
  }
}

template <class O>
OperatorInfo info_of(const O& op) {
  OperatorInfo info{operator_name(op), O::name, op, {}, {}};
  const std::span<const std::string_view> names = input_names(op);
  info.inputs.assign(names.begin(), names.end());
  std::apply(
      [&](const auto&... field) {
        (info.attributes.push_back({field.name,
                                    type_text<std::remove_cvref_t<decltype(op.*field.member)>>(),
                                    attribute_text(op.*field.member), field.documentation}),
         ...);
      },
      op.fields);
  return info;
}

template <class O>
void append(std::vector<OperatorInfo>& list) {
  if constexpr (std::same_as<O, Custom>) {
    return;  // known only to the program that made it
  } else if constexpr (OperatorFamily<O>) {
    for (const auto& [kind, name] : EnumNames<decltype(O::kind)>::values) {
      O op;
      op.kind = kind;
      list.push_back(info_of(op));
    }
  } else {
    list.push_back(info_of(O{}));
  }
}

template <class... O>
std::vector<OperatorInfo> all_of(std::type_identity<std::variant<O...>>) {
  std::vector<OperatorInfo> list;
  (append<O>(list), ...);
  std::sort(list.begin(), list.end(),
            [](const OperatorInfo& a, const OperatorInfo& b) { return a.name < b.name; });
  return list;
}

}  // namespace

const std::vector<OperatorInfo>& operators() {
  static const std::vector<OperatorInfo> list = all_of(std::type_identity<Op>{});
  return list;
}

const OperatorInfo* find_operator(std::string_view name) {
  const std::vector<OperatorInfo>& list = operators();
  const auto found = std::lower_bound(
      list.begin(), list.end(), name,
      [](const OperatorInfo& info, std::string_view wanted) { return info.name < wanted; });
  return found != list.end() && found->name == name ? &*found : nullptr;
}

std::vector<std::pair<std::string_view, std::string>> attributes_of(const Op& op) {
  std::vector<std::pair<std::string_view, std::string>> texts;
  std::visit(
      [&](const auto& o) {
        std::apply(
            [&](const auto&... field) {
              (texts.emplace_back(field.name, attribute_text(o.*field.member)), ...);
            },
            o.fields);
      },
      op);
  return texts;
}

void set_attribute(Op& op, std::string_view name, std::string_view text) {
  bool found = false;
  std::string known;
  const auto set = [&](auto& member, std::string_view field_name) {
    known += (known.empty() ? "" : ", ") + std::string(field_name);
    if (field_name != name) return;
    found = true;
    read_attribute(text, member);
  };
  std::visit(
      [&](auto& o) {
        std::apply([&](const auto&... field) { (set(o.*field.member, field.name), ...); },
                   o.fields);
      },
      op);
  if (!found)
    throw ValueError(
        fmt::format("{} has no attribute '{}'; {}",
                    std::visit([](const auto& o) { return operator_name(o); }, op), name,
                    known.empty() ? std::string("it has none") : "known are " + known));
}

std::string to_string(const Op& op) {
  std::string attributes;
  for (const auto& [name, text] : attributes_of(op))
    attributes += fmt::format("{}{}={}", attributes.empty() ? "" : ", ", name, text);
  const std::string name(std::visit([](const auto& o) { return operator_name(o); }, op));
  return attributes.empty() ? name : name + "{" + attributes + "}";
}

}  // namespace convoy
