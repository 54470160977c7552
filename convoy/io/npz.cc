#include "convoy/io/npz.h"

#include <memory>
#include <vector>
#include <zip.h>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/io/mapped_file.h"
#include "convoy/io/npy.h"
#include "convoy/io/replacing_file.h"

namespace convoy::io {

namespace {

constexpr std::string_view suffix = ".npy";
// An archive of nothing, which libzip would rather not write: the end of its list of members.
constexpr std::string_view empty_archive("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Source = std::unique_ptr<zip_source_t, FreeSource>;

[[noreturn]] void refuse(std::string_view why) {
  throw ValueError(fmt::format("not an .npz file that can be read: {}", why));
}

Archive open_archive(zip_source_t* source, int flags) {
  zip_error_t error;
  zip_error_init(&error);
  zip_t* archive = zip_open_from_source(source, flags, &error);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (!archive) refuse(why);
  return Archive(archive);
}

// The bytes of a member, whose checksum is tested by reading it to its end. Memory grows with what
// is really there: the claimed size is held against the array's own header first.
Tensor read_member(zip_t* archive, zip_uint64_t index, std::string_view name, int64_t claimed) {
  const std::unique_ptr<zip_file_t, CloseMember> member(zip_fopen_index(archive, index, 0));
  if (!member) refuse(fmt::format("'{}': {}", name, zip_strerror(archive)));
  std::string bytes;
  const auto read_up_to = [&](size_t wanted) {
    constexpr size_t step = 1 << 20;
    while (bytes.size() < wanted) {
      const size_t before = bytes.size(), now = std::min(step, wanted - before);
      bytes.resize(before + now);
      const zip_int64_t got = zip_fread(member.get(), bytes.data() + before, now);
      if (got < 0) refuse(fmt::format("'{}': {}", name, zip_file_strerror(member.get())));
      bytes.resize(before + static_cast<size_t>(got));
      if (got == 0) return;
    }
  };
  constexpr size_t enough_for_any_header = 12'000;
  read_up_to(std::min<size_t>(enough_for_any_header, static_cast<size_t>(claimed)));
  const NpyHeader header = parse_npy_header(bytes);
  const int64_t size =
      checked_add(static_cast<int64_t>(header.length),
                  checked_multiply(element_count(header.extents), size_of(header.dtype)));
  if (size != claimed)
    refuse(fmt::format("'{}' takes {} bytes, but its header makes {}", name, claimed, size));
  read_up_to(static_cast<size_t>(size));
  char behind = 0;
  const zip_int64_t more = zip_fread(member.get(), &behind, 1);  // here the checksum is compared
  if (more != 0)
    refuse(fmt::format("'{}': {}", name,
                       more < 0 ? zip_file_strerror(member.get()) : "longer than it says"));
  return npy_tensor(header, std::string_view(bytes).substr(header.length));
}

void add_member(zip_t* archive, const std::string& name, const Tensor& tensor,
                std::string& contents, bool compressed) {
  contents = npy_header(tensor);
  contents.append(static_cast<const char*>(tensor.raw()), static_cast<size_t>(tensor.bytes()));
  Source source(zip_source_buffer(archive, contents.data(), contents.size(), 0));
  if (!source) refuse(zip_strerror(archive));
  const zip_int64_t index =
      zip_file_add(archive, (name + std::string(suffix)).c_str(), source.get(), ZIP_FL_ENC_UTF_8);
  if (index < 0)
    throw ValueError(fmt::format("cannot store '{}': {}", name, zip_strerror(archive)));
  static_cast<void>(source.release());  // the archive's now
  // The same bytes from the same arrays, whatever the day: as NumPy, the first of 1980.
  constexpr time_t first_of_1980 = 315532800;
  const auto position = static_cast<zip_uint64_t>(index);
  const zip_int32_t method = compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE;
  if (zip_set_file_compression(archive, position, method, 0) != 0 ||
      zip_file_set_mtime(archive, position, first_of_1980, 0) != 0)
    throw ValueError(fmt::format("cannot store '{}': {}", name, zip_strerror(archive)));
}

// What libzip has written to memory.
std::string contents_of(zip_source_t* source) {
  zip_stat_t status;
  zip_stat_init(&status);
  if (zip_source_open(source) != 0 || zip_source_stat(source, &status) != 0)
    throw ValueError("cannot read back the archive that was made");
  std::string bytes(status.size, '\0');
  const zip_int64_t got = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (got != static_cast<zip_int64_t>(bytes.size()))
    throw ValueError("cannot read back the archive that was made");
  return bytes;
}

}  // namespace

NamedTensors parse_npz(std::string_view bytes, const NpzLimits& limits) {
  if (bytes.empty()) refuse("it is empty");  // which libzip takes for an archive of nothing
  zip_error_t error;
  zip_error_init(&error);
  Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error));
  zip_error_fini(&error);
  if (!source) throw LimitError("memory ran out while an .npz file was opened");
  const Archive archive = open_archive(source.get(), ZIP_RDONLY | ZIP_CHECKCONS);
  static_cast<void>(source.release());  // the archive's now

  const zip_int64_t members = zip_get_num_entries(archive.get(), 0);
  if (members > limits.max_arrays)
    throw LimitError(fmt::format("the .npz file holds {} arrays, more than the limit of {}",
                                 members, limits.max_arrays));
  NamedTensors tensors;
  int64_t total = 0;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(members); ++i) {
    zip_stat_t status;
    zip_stat_init(&status);
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive.get(), i, 0, &status) != 0 || (status.valid & needed) != needed)
      refuse(zip_strerror(archive.get()));
    std::string_view name = status.name;
    if (!name.ends_with(suffix)) refuse(fmt::format("it holds '{}', which is no .npy file", name));
    name.remove_suffix(suffix.size());
    if (status.encryption_method != ZIP_EM_NONE) refuse(fmt::format("'{}' is encrypted", name));
    if (status.size > static_cast<zip_uint64_t>(limits.max_bytes - total))
      throw LimitError(fmt::format(
          "the arrays of the .npz file take more than the limit of {} bytes, from '{}' on",
          limits.max_bytes, name));
    const int64_t size = static_cast<int64_t>(status.size);
    total += size;
    const bool fresh = tensors.emplace(name, read_member(archive.get(), i, name, size)).second;
    if (!fresh) refuse(fmt::format("it holds '{}' twice", name));
  }
  return tensors;
}

NamedTensors load_npz(const std::filesystem::path& path, const NpzLimits& limits) {
  const auto file = MappedFile::open(path);
  try {
    return parse_npz(file->bytes(), limits);
  } catch (const Error&) {
    rethrow_with_prefix(path.string() + ": ");
  }
}

void save_npz(const std::filesystem::path& path, const NamedTensors& tensors, bool compressed) {
  zip_error_t error;
  zip_error_init(&error);
  Source target(zip_source_buffer_create(nullptr, 0, 0, &error));
  zip_error_fini(&error);
  if (!target) throw LimitError("memory ran out while an .npz file was made");
  zip_source_keep(target.get());  // the archive takes one reference, reading back the other
  Archive archive = open_archive(target.get(), ZIP_CREATE | ZIP_TRUNCATE);
  std::vector<std::string> contents(tensors.size());  // read when the archive is closed
  size_t next = 0;
  for (const auto& [name, tensor] : tensors)
    add_member(archive.get(), name, tensor, contents[next++], compressed);
  if (zip_close(archive.get()) != 0)
    throw ValueError(
        fmt::format("cannot make '{}': {}", path.string(), zip_strerror(archive.get())));
  static_cast<void>(archive.release());  // closing has freed it
  ReplacingFile file(path);
  file.write(tensors.empty() ? empty_archive : contents_of(target.get()));
  file.commit();
}

}  // namespace convoy::io
