#include "convoy/xla/client.h"

#include "convoy/xla/program_file.h"

namespace convoy::xla {

std::shared_ptr<const Program> Client::program(const Source& source,
                                               const std::filesystem::path& folder) {
  std::shared_ptr<const Program> program = in_use(source);
  if (program && !is_saved(*this, source, folder)) save_program(*this, source, *program, folder);
  if (program) return program;
  // Not under the lock: compiling takes long, and two threads seldom want the same.
  program = load_program(*this, source, folder);
  if (!program) {
    program = compile(source);
    save_program(*this, source, *program, folder);
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(programs_, [](const auto& kept) { return kept.second.expired(); });
  programs_[source.text] = program;
  return program;
}

std::shared_ptr<const Program> Client::in_use(const Source& source) {
  const std::lock_guard lock(mutex_);
  const auto found = programs_.find(source.text);
  return found == programs_.end() ? nullptr : found->second.lock();
}

}  // namespace convoy::xla
