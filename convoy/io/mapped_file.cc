#include "convoy/io/mapped_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "convoy/base/error.h"
#include "convoy/io/descriptor.h"

namespace convoy::io {

namespace {

[[noreturn]] void throw_system_error(const std::filesystem::path& path) {
  throw ValueError(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
}

struct stat status_of(int descriptor, const std::filesystem::path& path) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) throw_system_error(path);
  return status;
}

/// Where files are mapped in this process, and how far. A file is taken off the list before its
/// addresses may become somebody else's.
struct Mappings {
  std::mutex mutex;
  std::map<const char*, size_t> sizes;

  static Mappings& of_process() {
    static auto* const all = new Mappings;  // files may be closed until the very end
    return *all;
  }
};

}  // namespace

MappedFile::MappedFile(void* data, size_t size) : data_(data), size_(size) {
  if (!data_) return;
  Mappings& all = Mappings::of_process();
  const std::lock_guard lock(all.mutex);
  all.sizes.emplace(static_cast<const char*>(data_), size_);
}

void release_pages(std::string_view bytes) {
  Mappings& all = Mappings::of_process();
  const std::lock_guard lock(all.mutex);
  auto found = all.sizes.upper_bound(bytes.data());
  if (found == all.sizes.begin()) return;
  --found;
  if (bytes.data() + bytes.size() > found->first + found->second) return;
  // Whole pages, also those that others share: they come back, too.
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const auto offset = static_cast<size_t>(bytes.data() - found->first);
  const size_t begin = offset / page * page;
  const size_t end = offset + bytes.size();
  if (begin < end) ::madvise(const_cast<char*>(found->first) + begin, end - begin, MADV_DONTNEED);
}

std::shared_ptr<const MappedFile> MappedFile::map(int descriptor,
                                                  const std::filesystem::path& path) {
  const struct stat status = status_of(descriptor, path);
  if (!S_ISREG(status.st_mode))
    throw ValueError(fmt::format("cannot read '{}': it is not a regular file", path.string()));
  const size_t size = static_cast<size_t>(status.st_size);
  void* data = nullptr;
  if (size > 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) throw_system_error(path);
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(data, size));
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  // O_NONBLOCK: a pipe is refused below, not waited for.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw_system_error(path);
  return map(file.get(), path);
}

MappedFile::~MappedFile() {
  if (!data_) return;
  Mappings& all = Mappings::of_process();
  const std::lock_guard lock(all.mutex);
  all.sizes.erase(static_cast<const char*>(data_));
  ::munmap(data_, size_);
}

WeightFolder::WeightFolder(std::filesystem::path folder)
    : folder_(std::move(folder)),
      descriptor_(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw_system_error(folder_);
}

WeightFolder::~WeightFolder() { ::close(descriptor_); }

std::shared_ptr<const MappedFile> WeightFolder::open(std::string_view location) const {
  const std::filesystem::path path(location);
  const auto refuse = [&](std::string_view why) {
    throw ValueError(fmt::format(
        "weights stored in '{}' are not read: {}; they may only lie in the model's own folder and "
        "those below it",
        location, why));
  };
  if (location.empty() || location.find('\0') != std::string_view::npos)
    refuse("the name is empty or holds a zero byte");
  if (path.is_absolute()) refuse("the path is absolute");
  // One component at a time from the open folder, following no link: what was checked is what is
  // opened, whoever renames what in between.
  Descriptor at(::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0));
  std::filesystem::path whole = folder_;
  for (auto part = path.begin(); part != path.end(); ++part) {
    if (*part == "..") refuse("the path holds '..'");
    if (part->empty() || *part == ".") continue;
    whole /= *part;
    const bool last = std::next(part) == path.end();
    const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (last ? O_NONBLOCK : O_DIRECTORY);
    Descriptor next(::openat(at.get(), part->c_str(), flags));
    if (!next) {
      if (errno == ELOOP || (errno == ENOTDIR && !last)) refuse("a symbolic link is on the path");
      throw_system_error(whole);
    }
    at = std::move(next);
  }
  const struct stat status = status_of(at.get(), whole);
  if (S_ISREG(status.st_mode) && status.st_nlink > 1)
    refuse("the file has a second name (a hard link), and may be somebody else's");
  return MappedFile::map(at.get(), whole);
}

}  // namespace convoy::io
