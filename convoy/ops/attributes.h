// How operators state their attributes: one list of fields per operator, from which hashing,
// printing, parsing and documentation derive.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "convoy/base/dim.h"
#include "convoy/base/dtype.h"

namespace convoy {

/// One attribute of operator Op: its name, the member that holds it, and a line of documentation.
template <class Op, class T>
struct Field {
  std::string_view name;
  T Op::* member;
  std::string_view documentation;
};
// Spelled out for clang 14, which does not deduce aggregates.
template <class Op, class T>
Field(std::string_view, T Op::*, std::string_view) -> Field<Op, T>;

/// Specialised for every enumeration used as an attribute: `values`, pairs of enumerator and name.
template <class E>
struct EnumNames;

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires { EnumNames<E>::values; };

template <NamedEnum E>
std::string_view to_string(E value) {
  for (const auto& [enumerator, name] : EnumNames<E>::values)
    if (enumerator == value) return name;
  return "unknown";
}

/// Throws ValueError "unknown <what> '<name>'; known are …".
[[noreturn]] void throw_unknown_name(std::string_view what, std::string_view name,
                                     std::string_view known);

/// The enumerator called `name`; ValueError lists the known names otherwise.
template <NamedEnum E>
E parse_enum(std::string_view what, std::string_view name) {
  std::string known;
  for (const auto& [enumerator, candidate] : EnumNames<E>::values) {
    if (candidate == name) return enumerator;
    known += (known.empty() ? "" : ", ") + std::string(candidate);
  }
  throw_unknown_name(what, name, known);
}

/// One integer per spatial axis. An empty list stands for the operator's default on every axis,
/// a single integer for the same on every axis; builders expand both to full length.
using Integers = std::vector<int64_t>;
/// One real number per spatial axis.
using Numbers = std::vector<double>;

// Text of each attribute type, read back by `read_attribute`.
std::string attribute_text(bool value);
std::string attribute_text(int64_t value);
std::string attribute_text(double value);
std::string attribute_text(DType value);
std::string attribute_text(const Integers& value);
std::string attribute_text(const Numbers& value);
std::string attribute_text(const Dim& value);
std::string attribute_text(const Shape& value);
template <NamedEnum E>
std::string attribute_text(E value) {
  return std::string(to_string(value));
}

// Each throws ValueError when `text` is not of the attribute's form.
void read_attribute(std::string_view text, bool& value);
void read_attribute(std::string_view text, int64_t& value);
void read_attribute(std::string_view text, double& value);
void read_attribute(std::string_view text, DType& value);
void read_attribute(std::string_view text, Integers& value);
void read_attribute(std::string_view text, Numbers& value);
void read_attribute(std::string_view text, Dim& value);
void read_attribute(std::string_view text, Shape& value);
template <NamedEnum E>
void read_attribute(std::string_view text, E& value) {
  value = parse_enum<E>("name", text);
}

/// Splits "[a, b(c, d), [e]]" at its top-level commas; ValueError when brackets do not match.
std::vector<std::string_view> split_list(std::string_view text);

// Attributes that hold sizes follow the symbols when a graph is specialised; all others stay.
inline void substitute_symbols(Dim& value, const Bindings& bindings) {
  value = value.substitute(bindings);
}
inline void substitute_symbols(Shape& value, const Bindings& bindings) {
  value = substitute(value, bindings);
}
template <class T>
void substitute_symbols(T&, const Bindings&) {}

}  // namespace convoy
