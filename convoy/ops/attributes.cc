#include "convoy/ops/attributes.h"

#include <charconv>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy {

namespace {

[[noreturn]] void fail(std::string_view text, std::string_view expected) {
  throw ValueError(fmt::format("cannot read '{}' as {}", text, expected));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

template <class T>
void read_number(std::string_view text, T& value, std::string_view expected) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) fail(text, expected);
}

}  // namespace

void throw_unknown_name(std::string_view what, std::string_view name, std::string_view known) {
  throw ValueError(fmt::format("unknown {} '{}'; known are {}", what, name, known));
}

std::string attribute_text(bool value) { return value ? "true" : "false"; }

std::string attribute_text(int64_t value) { return std::to_string(value); }

std::string attribute_text(double value) { return fmt::format("{}", value); }

std::string attribute_text(DType value) { return std::string(to_string(value)); }

std::string attribute_text(const Integers& value) {
  return fmt::format("[{}]", fmt::join(value, ", "));
}

std::string attribute_text(const Numbers& value) {
  return fmt::format("[{}]", fmt::join(value, ", "));
}

std::string attribute_text(const Dim& value) { return value.to_string(); }

std::string attribute_text(const Shape& value) {
  std::string text = "[";
  for (size_t i = 0; i < value.size(); ++i) text += (i ? ", " : "") + value[i].to_string();
  return text + "]";
}

void read_attribute(std::string_view text, bool& value) {
  if (text != "true" && text != "false") fail(text, "true or false");
  value = text == "true";
}

void read_attribute(std::string_view text, int64_t& value) {
  read_number(text, value, "an integer");
}

void read_attribute(std::string_view text, double& value) { read_number(text, value, "a number"); }

void read_attribute(std::string_view text, DType& value) { value = parse_dtype(text); }

void read_attribute(std::string_view text, Integers& value) {
  value.clear();
  for (const std::string_view item : split_list(text)) read_attribute(item, value.emplace_back());
}

void read_attribute(std::string_view text, Numbers& value) {
  value.clear();
  for (const std::string_view item : split_list(text)) read_attribute(item, value.emplace_back());
}

void read_attribute(std::string_view text, Dim& value) { value = Dim::parse(text); }

void read_attribute(std::string_view text, Shape& value) {
  value.clear();
  for (const std::string_view item : split_list(text)) value.push_back(Dim::parse(item));
}

std::vector<std::string_view> split_list(std::string_view text) {
  text = trimmed(text);
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') fail(text, "a list [a, b, …]");
  const std::string_view inside = trimmed(text.substr(1, text.size() - 2));
  std::vector<std::string_view> items;
  if (inside.empty()) return items;
  int depth = 0;
  bool in_name = false;
  size_t start = 0;
  for (size_t i = 0; i < inside.size(); ++i) {
    const char c = inside[i];
    if (c == '`') in_name = !in_name;
    if (in_name) continue;
    if (c == '[' || c == '(') ++depth;
    if (c == ']' || c == ')') --depth;
    if (depth < 0) fail(text, "a list: brackets do not match");
    if (c == ',' && depth == 0) {
      items.push_back(trimmed(inside.substr(start, i - start)));
      start = i + 1;
    }
  }
  if (depth != 0 || in_name) fail(text, "a list: brackets do not match");
  items.push_back(trimmed(inside.substr(start)));
  return items;
}

}  // namespace convoy
