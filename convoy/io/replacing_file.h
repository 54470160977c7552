// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace convoy::io {

/// A file written beside `path` that takes its place when it is committed; without that it is
/// removed and what was at `path` stays.
class ReplacingFile {
 public:
  /// ValueError when the file cannot be made.
  explicit ReplacingFile(std::filesystem::path path);
  ~ReplacingFile();
  ReplacingFile(const ReplacingFile&) = delete;
  ReplacingFile& operator=(const ReplacingFile&) = delete;

  void write(std::string_view bytes);
  /// ValueError when not all could be written (a full disk).
  void commit();

 private:
  std::filesystem::path path_, temporary_;
  std::ofstream stream_;
};

/// The bytes as a whole file; ValueError when it cannot be written.
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace convoy::io
