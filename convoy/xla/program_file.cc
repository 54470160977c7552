#include "convoy/xla/program_file.h"

#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/io/mapped_file.h"
#include "convoy/io/replacing_file.h"

namespace convoy::xla {

namespace {

// A file is: magic, what the program is of (fingerprint and text), a checksum of the program, the
// program. The name is a hash; what the program is of stands inside, so that a collision of names
// finds no wrong program.
constexpr std::string_view magic = "convoy xla program 1\n";

/// FNV-1a.
uint64_t hash_of(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string identity_of(const Client& client, const Source& source) {
  const std::string fingerprint = client.fingerprint();
  return fmt::format("{}\n{}\n{}", fingerprint.size(), fingerprint, source.text);
}

std::string heading(const std::string& identity, std::string_view program) {
  return fmt::format("{}{} {:016x}\n{}", magic, identity.size(), hash_of(program), identity);
}

std::filesystem::path path_of(const std::filesystem::path& folder, const std::string& identity) {
  return folder / fmt::format("{:016x}.xla", hash_of(identity));
}

}  // namespace

std::shared_ptr<const Program> load_program(Client& client, const Source& source,
                                            const std::filesystem::path& folder) {
  if (folder.empty()) return nullptr;
  const std::string identity = identity_of(client, source);
  const std::filesystem::path path = path_of(folder, identity);
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return nullptr;
  try {
    const auto file = io::MappedFile::open(path);
    const std::string_view bytes = file->bytes();
    const size_t prefix = heading(identity, {}).size();  // as long for any program
    if (bytes.size() <= prefix) return nullptr;
    const std::string_view program = bytes.substr(prefix);
    if (bytes.substr(0, prefix) != heading(identity, program)) return nullptr;
    return client.load(source, program);
  } catch (const Error&) {
    return nullptr;  // of another version, or gone meanwhile: it is compiled anew
  }
}

bool is_saved(const Client& client, const Source& source, const std::filesystem::path& folder) {
  std::error_code none;
  return folder.empty() ||
         std::filesystem::exists(path_of(folder, identity_of(client, source)), none);
}

void save_program(const Client& client, const Source& source, const Program& program,
                  const std::filesystem::path& folder) {
  if (folder.empty()) return;
  const std::string serialized = program.serialized();
  if (serialized.empty()) return;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    throw ValueError(fmt::format("cannot make the folder '{}' for compiled programs: {}",
                                 folder.string(), failed.message()));
  const std::string identity = identity_of(client, source);
  try {
    io::ReplacingFile file(path_of(folder, identity));
    file.write(heading(identity, serialized));
    file.write(serialized);
    file.commit();
  } catch (const ValueError&) {
    // Later processes compile again.
  }
}

}  // namespace convoy::xla
