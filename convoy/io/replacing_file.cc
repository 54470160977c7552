#include "convoy/io/replacing_file.h"

#include <atomic>
#include <unistd.h>

#include <fmt/format.h>

#include "convoy/base/error.h"

namespace convoy::io {

namespace {

// Two threads of one process, or two processes, may write the same file: the last one wins.
std::filesystem::path beside(const std::filesystem::path& path) {
  static std::atomic<int> count = 0;
  return fmt::format("{}.{}.{}.part", path.string(), ::getpid(), count++);
}

}  // namespace

ReplacingFile::ReplacingFile(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(beside(path_)),
      stream_(temporary_, std::ios::binary) {
  if (!stream_) throw ValueError(fmt::format("cannot write '{}'", path_.string()));
}

ReplacingFile::~ReplacingFile() {
  stream_.close();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void ReplacingFile::write(std::string_view bytes) {
  stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void ReplacingFile::commit() {
  stream_.close();
  std::error_code error;
  if (stream_) std::filesystem::rename(temporary_, path_, error);
  if (!stream_ || error)
    throw ValueError(fmt::format("cannot write '{}': {}", path_.string(),
                                 error ? error.message() : "the disk is full or fails"));
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  ReplacingFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace convoy::io
