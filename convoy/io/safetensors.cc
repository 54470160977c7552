#include "convoy/io/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/io/mapped_file.h"
#include "convoy/io/replacing_file.h"

namespace convoy::io {

namespace {

using nlohmann::json;

constexpr uint64_t longest_header = 100'000'000;  // the format's own rule
constexpr std::string_view metadata_key = "__metadata__";

struct Code {
  std::string_view text;
  DType dtype;
};
constexpr std::array codes{
    Code{"BOOL", DType::boolean}, Code{"I8", DType::int8},       Code{"U8", DType::uint8},
    Code{"I16", DType::int16},    Code{"U16", DType::uint16},    Code{"I32", DType::int32},
    Code{"U32", DType::uint32},   Code{"I64", DType::int64},     Code{"U64", DType::uint64},
    Code{"F16", DType::float16},  Code{"BF16", DType::bfloat16}, Code{"F32", DType::float32},
    Code{"F64", DType::float64}};

[[noreturn]] void refuse(const std::string& why) {
  throw ValueError("not a safetensors file that can be read: " + why);
}

// The header as JSON, no name twice in one object and nothing nested deeper than the format goes.
json parse_header(std::string_view text) {
  std::vector<std::set<std::string>> names;  // of the objects that are open
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > 3) refuse("its header is nested too deeply");
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key &&
        !names.back().insert(parsed.get_ref<const std::string&>()).second)
      refuse(fmt::format("its header has '{}' twice", parsed.get_ref<const std::string&>()));
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), check);
  } catch (const json::exception& error) {
    refuse(fmt::format("its header is not JSON: {}", error.what()));
  }
}

uint64_t number(const json& value, std::string_view name) {
  if (!value.is_number_unsigned())
    refuse(fmt::format("'{}' has sizes or offsets that are not whole numbers from 0 on", name));
  const auto result = value.get<uint64_t>();
  if (result > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    refuse(fmt::format("'{}' has sizes or offsets beyond 63 bits", name));
  return result;
}

struct Entry {
  std::string name;
  DType dtype;
  Extents extents;
  uint64_t begin, end;
};

Entry to_entry(const std::string& name, const json& value) {
  constexpr std::array keys{"dtype", "shape", "data_offsets"};
  const bool complete =
      value.is_object() && value.size() == keys.size() &&
      std::all_of(keys.begin(), keys.end(), [&](const char* key) { return value.contains(key); });
  if (!complete || !value["dtype"].is_string() || !value["shape"].is_array() ||
      !value["data_offsets"].is_array() || value["data_offsets"].size() != 2)
    refuse(fmt::format("'{}' is not described by dtype, shape and two data_offsets", name));
  const auto& text = value["dtype"].get_ref<const std::string&>();
  const auto code = std::find_if(codes.begin(), codes.end(),
                                 [&](const Code& candidate) { return candidate.text == text; });
  if (code == codes.end())
    throw NotSupportedError(
        fmt::format("'{}' has the dtype {}, which Convoy does not have", name, text));
  Entry entry{.name = name,
              .dtype = code->dtype,
              .extents = {},
              .begin = number(value["data_offsets"][0], name),
              .end = number(value["data_offsets"][1], name)};
  for (const json& extent : value["shape"])
    entry.extents.push_back(static_cast<int64_t>(number(extent, name)));
  const int64_t bytes = checked_multiply(element_count(entry.extents), size_of(entry.dtype));
  if (entry.end < entry.begin || entry.end - entry.begin != static_cast<uint64_t>(bytes))
    refuse(fmt::format("'{}', {}{}, takes {} bytes, but its offsets are {} and {}", name,
                       to_string(entry.dtype), to_string(entry.extents), bytes, entry.begin,
                       entry.end));
  return entry;
}

std::map<std::string, std::string> to_metadata(const json& value) {
  if (!value.is_object()) refuse("its __metadata__ is not an object");
  std::map<std::string, std::string> metadata;
  for (const auto& [name, text] : value.items()) {
    if (!text.is_string()) refuse(fmt::format("its __metadata__ '{}' is not a text", name));
    metadata.emplace(name, text.get<std::string>());
  }
  return metadata;
}

// Entries in the order of their data, which must fill `size` bytes without holes or overlaps.
void check_layout(std::vector<Entry>& entries, size_t size) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t filled = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != filled)
      refuse(fmt::format("'{}' begins at byte {} of the data, where {} was due", entry.name,
                         entry.begin, filled));
    filled = entry.end;
  }
  if (filled != size) refuse(fmt::format("its arrays take {} bytes, but it has {}", filled, size));
}

Tensor to_tensor(const Entry& entry, std::string_view data,
                 const std::shared_ptr<const void>& owner) {
  const std::string_view bytes = data.substr(entry.begin, entry.end - entry.begin);
  const auto width = static_cast<uintptr_t>(size_of(entry.dtype));
  const bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % width == 0;
  const bool any_byte = entry.dtype != DType::boolean;  // a bool is 0 or 1 and nothing else
  if (owner && aligned && any_byte && !bytes.empty())
    return {entry.dtype, entry.extents, const_cast<char*>(bytes.data()), owner};
  Tensor tensor(entry.dtype, entry.extents);
  if (!bytes.empty()) std::memcpy(tensor.raw(), bytes.data(), bytes.size());
  if (!any_byte)
    for (size_t i = 0; i < bytes.size(); ++i) static_cast<char*>(tensor.raw())[i] = bytes[i] != 0;
  return tensor;
}

}  // namespace

Safetensors parse_safetensors(std::string_view bytes, std::shared_ptr<const void> owner) {
  if (bytes.size() < 8) refuse("it is shorter than 8 bytes");
  uint64_t length = 0;
  for (size_t i = 0; i < 8; ++i) length |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  if (length > longest_header) refuse(fmt::format("its header claims {} bytes", length));
  if (length > bytes.size() - 8) refuse("it ends within its header");
  const std::string_view text = bytes.substr(8, length), data = bytes.substr(8 + length);
  if (!text.starts_with('{')) refuse("its header does not begin with '{'");

  Safetensors result;
  std::vector<Entry> entries;
  const json header = parse_header(text);
  for (const auto& [name, value] : header.items())
    if (name == metadata_key)
      result.metadata = to_metadata(value);
    else
      entries.push_back(to_entry(name, value));
  check_layout(entries, data.size());
  for (const Entry& entry : entries)
    result.tensors.emplace(entry.name, to_tensor(entry, data, owner));
  return result;
}

Safetensors load_safetensors(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  try {
    return parse_safetensors(file->bytes(), file);
  } catch (const Error&) {
    rethrow_with_prefix(path.string() + ": ");
  }
}

void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata) {
  json header = json::object();
  if (!metadata.empty()) header[std::string(metadata_key)] = metadata;
  int64_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    if (name == metadata_key)
      throw ValueError("an array cannot be called __metadata__ in a safetensors file");
    const DType dtype = tensor.dtype();
    const auto code = std::find_if(codes.begin(), codes.end(),
                                   [&](const Code& candidate) { return candidate.dtype == dtype; });
    const int64_t end = checked_add(at, tensor.bytes());
    header[name] = {
        {"dtype", code->text}, {"shape", tensor.extents()}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception& error) {
    throw ValueError(fmt::format("cannot write '{}': {}", path.string(), error.what()));
  }
  text.append((8 - text.size() % 8) % 8, ' ');  // so that the data is aligned
  std::string length(8, '\0');
  for (size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(text.size() >> (8 * i));
  ReplacingFile file(path);
  file.write(length);
  file.write(text);
  for (const auto& [name, tensor] : tensors)
    file.write({static_cast<const char*>(tensor.raw()), static_cast<size_t>(tensor.bytes())});
  file.commit();
}

}  // namespace convoy::io
