// The header of .npy files: a Python dict literal of three keys, parsed strictly.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/io/npy.h"

namespace convoy::io {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr size_t longest_header = 10'000;  // as numpy.load has it
constexpr size_t most_axes = 64;

[[noreturn]] void refuse(const std::string& why) {
  throw ValueError("not an .npy file that can be read: " + why);
}

// NumPy's codes: kind and bytes of an element.
struct Code {
  std::string_view text;
  DType dtype;
};
constexpr std::array codes{
    Code{"b1", DType::boolean}, Code{"i1", DType::int8},     Code{"u1", DType::uint8},
    Code{"i2", DType::int16},   Code{"u2", DType::uint16},   Code{"i4", DType::int32},
    Code{"u4", DType::uint32},  Code{"i8", DType::int64},    Code{"u8", DType::uint64},
    Code{"f2", DType::float16}, Code{"V2", DType::bfloat16}, Code{"f4", DType::float32},
    Code{"f8", DType::float64}};

// A cursor over the dict's text.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  bool accept(char wanted) {
    skip_blanks();
    if (left_.empty() || left_[0] != wanted) return false;
    left_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) refuse(fmt::format("its header lacks a '{}'", wanted));
  }
  bool at_end() {
    skip_blanks();
    return left_.empty();
  }

  std::string_view string() {
    const char quote = accept('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const size_t end = left_.find(quote);
    if (end == std::string_view::npos) refuse("a string in its header does not end");
    const std::string_view text = left_.substr(0, end);
    left_.remove_prefix(end + 1);
    return text;
  }

  bool boolean() {
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true},
                                      std::pair<std::string_view, bool>{"False", false}}) {
      skip_blanks();
      if (!left_.starts_with(word)) continue;
      left_.remove_prefix(word.size());
      return value;
    }
    refuse("its fortran_order is neither True nor False");
  }

  Extents shape() {
    Extents extents;
    expect('(');
    while (!accept(')')) {
      skip_blanks();
      int64_t extent = 0;
      const auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), extent);
      if (error != std::errc{} || extent < 0) refuse("its shape is not made of sizes");
      left_.remove_prefix(static_cast<size_t>(end - left_.data()));
      extents.push_back(extent);
      if (extents.size() > most_axes) refuse("its shape has too many axes");
      if (!accept(',')) {
        if (extents.size() == 1) refuse("its shape is not a tuple");
        expect(')');
        break;
      }
    }
    return extents;
  }

 private:
  void skip_blanks() {
    while (!left_.empty() && (left_[0] == ' ' || left_[0] == '\n')) left_.remove_prefix(1);
  }

  std::string_view left_;
};

void read_descr(Reader& reader, NpyHeader& header) {
  if (reader.accept('[')) refuse("it holds a structured array; only plain dtypes are read");
  const std::string_view descr = reader.string();
  const std::string_view order = descr.substr(0, std::min<size_t>(1, descr.size()));
  const auto code = std::find_if(codes.begin(), codes.end(), [&](const Code& candidate) {
    return descr.size() == 3 && candidate.text == descr.substr(1);
  });
  if (code == codes.end() || std::string_view("<>|=").find(order) == std::string_view::npos) {
    std::vector<std::string_view> known;
    for (const Code& candidate : codes) known.push_back(candidate.text);
    refuse(fmt::format("its dtype is '{}'; known are {}", descr, fmt::join(known, ", ")));
  }
  header.dtype = code->dtype;
  header.swapped = order == ">" && size_of(header.dtype) > 1;
}

void read_dict(std::string_view text, NpyHeader& header) {
  Reader reader(text);
  bool descr = false, order = false, shape = false;
  const auto once = [](bool& seen, std::string_view key) {
    if (std::exchange(seen, true)) refuse(fmt::format("its header has '{}' twice", key));
  };
  reader.expect('{');
  while (!reader.accept('}')) {
    const std::string_view key = reader.string();
    reader.expect(':');
    if (key == "descr") {
      once(descr, key);
      read_descr(reader, header);
    } else if (key == "fortran_order") {
      once(order, key);
      header.fortran_order = reader.boolean();
    } else if (key == "shape") {
      once(shape, key);
      header.extents = reader.shape();
    } else {
      refuse(fmt::format("its header has an unknown key '{}'", key));
    }
    if (!reader.accept(',')) {
      reader.expect('}');
      break;
    }
  }
  if (!reader.at_end()) refuse("there is text behind its header");
  if (!descr || !order || !shape) refuse("its header lacks one of descr, fortran_order and shape");
}

}  // namespace

NpyHeader parse_npy_header(std::string_view bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + 4)
    refuse("it does not begin as one");
  const auto byte = [&](size_t at) { return static_cast<size_t>(static_cast<uint8_t>(bytes[at])); };
  const size_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0)
    refuse(fmt::format("its version is {}.{}; known are 1.0, 2.0 and 3.0", version, byte(7)));
  const size_t width = version == 1 ? 2 : 4, start = 8 + width;
  if (bytes.size() < start) refuse("it ends within its header");
  size_t length = 0;
  for (size_t i = 0; i < width; ++i) length |= byte(8 + i) << (8 * i);
  if (length > longest_header)
    refuse(fmt::format("its header takes {} bytes, more than {}", length, longest_header));
  if (bytes.size() - start < length) refuse("it ends within its header");

  NpyHeader header{.dtype = DType::float32,
                   .extents = {},
                   .fortran_order = false,
                   .swapped = false,
                   .length = start + length};
  read_dict(bytes.substr(start, length), header);
  checked_multiply(element_count(header.extents), size_of(header.dtype));  // throws if it overflows
  return header;
}

std::string npy_header(const Tensor& tensor) {
  const auto code = std::find_if(codes.begin(), codes.end(), [&](const Code& candidate) {
    return candidate.dtype == tensor.dtype();
  });
  const char order = size_of(tensor.dtype()) == 1 ? '|' : '<';
  std::string shape;
  for (const int64_t extent : tensor.extents()) shape += fmt::format("{}, ", extent);
  if (tensor.rank() > 1) shape.resize(shape.size() - 2);
  std::string text =
      fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}", order, code->text,
                  tensor.rank() == 1 ? shape.substr(0, shape.size() - 1) : shape);
  // Blanks up to a multiple of 64, so that the data is aligned, and a final line end.
  const size_t before = magic.size() + 4;
  text.append(63 - (before + text.size()) % 64, ' ');
  text += '\n';
  std::string header(magic);
  header +=
      {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

}  // namespace convoy::io
