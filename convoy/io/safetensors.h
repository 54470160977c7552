// Arrays by name in the safetensors format. (https://github.com/huggingface/safetensors)
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "convoy/base/named_tensors.h"

namespace convoy::io {

/// What a file holds: arrays, and texts about them.
struct Safetensors {
  NamedTensors tensors;
  std::map<std::string, std::string> metadata;
};

/// The file's arrays, in the file's own memory where it aligns them (see MappedFile: the file must
/// not shrink, and the arrays must not be written to), copied otherwise. ValueError for whatever
/// the format does not allow: a header above 100 MB, one that is not such JSON, names given twice,
/// data that overlaps, has holes, or is not as long as its shape; NotSupportedError for dtypes that
/// Convoy does not have.
Safetensors load_safetensors(const std::filesystem::path& path);
/// The same from memory that `owner` keeps alive; without an owner everything is copied.
Safetensors parse_safetensors(std::string_view bytes, std::shared_ptr<const void> owner = {});

void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace convoy::io
