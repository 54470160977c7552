#include "convoy/graph/literals.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/convert.h"
#include "convoy/base/error.h"
#include "convoy/ops/attributes.h"

namespace convoy {

namespace {

// The length of the well-formed UTF-8 sequence at the front of `text`; 0 when it is none.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0u) != 0x80u) return 0;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  const bool wrong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) ||
                     (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f);
  return wrong ? 0 : length;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    const size_t length = utf8_length(text.substr(at));
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (control || length == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      result += text.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return result + "\"";
}

std::string unescaped(std::string_view inside) {
  std::string result;
  for (size_t at = 0; at < inside.size(); ++at) {
    if (inside[at] != '\\') {
      result += inside[at];
      continue;
    }
    const char c = ++at < inside.size() ? inside[at] : '\0';
    if (c == '"' || c == '\\') {
      result += c;
    } else if (c == 'n') {
      result += '\n';
    } else if (c == 't') {
      result += '\t';
    } else {
      const int high = c == 'x' && at + 2 < inside.size() ? hex_digit(inside[at + 1]) : -1;
      const int low = high >= 0 ? hex_digit(inside[at + 2]) : -1;
      if (low < 0)
        throw ValueError("a string has an unknown escape; known are \\\" \\\\ \\n \\t \\xHH");
      result += static_cast<char>(high * 16 + low);
      at += 2;
    }
  }
  return result;
}

namespace {

constexpr int64_t max_inline = 16;
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

template <class T>
std::string element_text(T value) {
  if constexpr (is_half_storage<T>) {
    return fmt::format("{}", static_cast<float>(value));
  } else {
    return fmt::format("{}", value);
  }
}

template <class T>
T read_element(std::string_view text) {
  if constexpr (std::same_as<T, bool>) {
    if (text == "true" || text == "false") return text == "true";
    throw ValueError(fmt::format("'{}' is not true or false", text));
  } else {
    std::conditional_t<is_half_storage<T>, double, T> value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
      throw ValueError(fmt::format("'{}' is not an element of {}", text, to_string(dtype_of<T>())));
    return convert<T>(value);
  }
}

// Elements `0 … count-1`, separated by commas.
std::string element_list(const Tensor& tensor, int64_t count) {
  return visit_dtype(tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    std::string list;
    const auto data = tensor.data<T>();
    for (size_t i = 0; i < static_cast<size_t>(count); ++i)
      list += (i ? ", " : "") + element_text<T>(data[i]);
    return list;
  });
}

// Swaps the bytes of each element on machines that store the highest first.
void to_little_endian(std::vector<unsigned char>& bytes, DType dtype) {
  if constexpr (std::endian::native == std::endian::little) return;
  const auto size = static_cast<size_t>(size_of(dtype));
  for (size_t at = 0; at + size <= bytes.size(); at += size)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
}

std::string base64_of(const Tensor& tensor) {
  std::vector<unsigned char> bytes(static_cast<size_t>(tensor.bytes()));
  if (!bytes.empty()) std::memcpy(bytes.data(), tensor.raw(), bytes.size());
  to_little_endian(bytes, tensor.dtype());
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t word = 0;
    for (size_t i = 0; i < 3; ++i) word = word << 8 | (i < count ? bytes[at + i] : 0u);
    for (size_t i = 0; i < 4; ++i)
      text += i <= count ? base64_digits[(word >> (18 - 6 * i)) & 63u] : '=';
  }
  return text;
}

// ValueError unless `text` is base64 of exactly `size` bytes; padding bits must be zero, so that
// data has one text only.
std::vector<unsigned char> decoded(std::string_view text, size_t size) {
  static const std::array<int8_t, 256> values = [] {
    std::array<int8_t, 256> table{};
    table.fill(-1);
    for (size_t i = 0; i < base64_digits.size(); ++i)
      table[static_cast<unsigned char>(base64_digits[i])] = static_cast<int8_t>(i);
    return table;
  }();
  const size_t whole = (size + 2) / 3 * 4, padding = (3 - size % 3) % 3;
  if (text.size() != whole)
    throw ValueError(fmt::format("{} bytes are needed, whose base64 has {} digits, got {}", size,
                                 whole, text.size()));
  std::vector<unsigned char> bytes;
  bytes.reserve(size);
  for (size_t at = 0; at < whole; at += 4) {
    uint32_t word = 0;
    for (size_t i = at; i < at + 4; ++i) {
      const int value = i < whole - padding ? values[static_cast<unsigned char>(text[i])]
                        : text[i] == '='    ? 0
                                            : -1;
      if (value < 0) throw ValueError(fmt::format("'{}' is no digit of base64 here", text[i]));
      word = word << 6 | static_cast<uint32_t>(value);
    }
    for (size_t i = 0; i < 3; ++i) {
      const auto byte = static_cast<unsigned char>(word >> (16 - 8 * i));
      if (bytes.size() < size) {
        bytes.push_back(byte);
      } else if (byte != 0) {
        throw ValueError("the last digit of base64 holds bits beyond the data");
      }
    }
  }
  return bytes;
}

void require_count(const Extents& extents, size_t count) {
  if (element_count(extents) != static_cast<int64_t>(count))
    throw ValueError(fmt::format("{} elements are needed, got {}", element_count(extents), count));
}

}  // namespace

std::string data_text(const Tensor& tensor, int64_t max_elements) {
  if (max_elements >= 0 && tensor.size() > max_elements) {
    const std::string shown = element_list(tensor, max_elements);
    return "{" + shown + (shown.empty() ? "…}" : ", …}");
  }
  if (tensor.size() <= max_inline || max_elements >= 0) {
    const std::string list = element_list(tensor, tensor.size());
    const std::string bracketed = "[" + list + "]";
    const std::vector<std::string_view> items = split_list(bracketed);
    // NaNs come in many bit patterns, of which the text names one.
    if (max_elements >= 0 ||
        tensor_from_items(tensor.dtype(), tensor.extents(), items).identical(tensor))
      return "{" + list + "}";
  }
  return "base64 \"" + base64_of(tensor) + "\"";
}

Tensor tensor_from_items(DType dtype, const Extents& extents,
                         const std::vector<std::string_view>& items) {
  require_count(extents, items.size());
  Tensor result(dtype, extents);
  visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    const auto data = result.data<T>();
    for (size_t i = 0; i < items.size(); ++i) data[i] = read_element<T>(items[i]);
  });
  return result;
}

Tensor tensor_from_base64(DType dtype, const Extents& extents, std::string_view base64) {
  const int64_t size = checked_multiply(element_count(extents), size_of(dtype));
  // Nothing is allocated before the text is known to hold that much.
  if (size < 0 || static_cast<uint64_t>(size) > base64.size())
    throw ValueError(
        fmt::format("{} bytes are needed, got {} digits of base64", size, base64.size()));
  std::vector<unsigned char> bytes = decoded(base64, static_cast<size_t>(size));
  if (dtype == DType::boolean)
    for (const unsigned char byte : bytes)
      if (byte > 1) throw ValueError("a byte of bool data is neither 0 nor 1");
  to_little_endian(bytes, dtype);
  Tensor result(dtype, extents);
  if (!bytes.empty()) std::memcpy(result.raw(), bytes.data(), bytes.size());
  return result;
}

}  // namespace convoy
