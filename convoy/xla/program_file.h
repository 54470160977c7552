// Compiled programs in a folder, for later processes.
#pragma once

#include <filesystem>
#include <memory>

#include "convoy/xla/client.h"

namespace convoy::xla {

/// The program that `save_program` left in `folder` for this source and client; null where there is
/// none, or none that can be read: files are checked before they are believed. Also null for an
/// empty path.
std::shared_ptr<const Program> load_program(Client& client, const Source& source,
                                            const std::filesystem::path& folder);

/// Whether there is a file for this source and client, whatever is in it; true for an empty path.
bool is_saved(const Client& client, const Source& source, const std::filesystem::path& folder);

/// Leaves the program in `folder`, made where it does not exist, whatever other processes do there
/// at the time. Nothing for an empty path, where the client cannot tell its programs, or where the
/// file cannot be written (a full disk): the program is there all the same. ValueError when the
/// folder cannot be made.
void save_program(const Client& client, const Source& source, const Program& program,
                  const std::filesystem::path& folder);

}  // namespace convoy::xla
