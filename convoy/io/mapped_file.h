// Files as memory.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace convoy::io {

/// The bytes of a regular file, mapped for reading: pages come from disk when they are touched.
/// The file must not shrink while it is mapped: reading beyond its new end then ends the program.
class MappedFile {
 public:
  /// ValueError when the file cannot be opened or is not a regular one.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  friend class WeightFolder;
  MappedFile(void* data, size_t size);
  static std::shared_ptr<const MappedFile> map(int descriptor, const std::filesystem::path& path);

  void* data_;
  size_t size_;
};

/// Lets the system have back the memory of those bytes that lie in mapped files, and of what shares
/// its pages: whoever reads them again gets them from the file. Nothing happens to other bytes.
void release_pages(std::string_view bytes);

/// The folder of a model, from which weights may be read that are stored beside it, and nothing
/// from anywhere else.
class WeightFolder {
 public:
  /// ValueError when it cannot be opened.
  explicit WeightFolder(std::filesystem::path folder);
  ~WeightFolder();
  WeightFolder(const WeightFolder&) = delete;
  WeightFolder& operator=(const WeightFolder&) = delete;

  /// The file at `location`, relative to the folder. ValueError for an absolute path, one with
  /// `..`, symbolic links anywhere on it, and files with a second name (hard links), which may
  /// be those of others.
  std::shared_ptr<const MappedFile> open(std::string_view location) const;

 private:
  std::filesystem::path folder_;
  int descriptor_;
};

}  // namespace convoy::io
