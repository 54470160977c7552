#include "convoy/xla/client.h"

#include "convoy/xla/program_file.h"

namespace convoy::xla {

std::shared_ptr<const Program> Client::program(const Source& source,
                                               const std::filesystem::path& folder) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = programs_.find(source.text);
    if (found != programs_.end())
      if (auto program = found->second.lock()) return program;
  }
  // Not under the lock: compiling takes long, and two threads seldom want the same.
  std::shared_ptr<const Program> program = load_program(*this, source, folder);
  if (!program) {
    program = compile(source);
    save_program(*this, source, *program, folder);
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(programs_, [](const auto& kept) { return kept.second.expired(); });
  programs_[source.text] = program;
  return program;
}

}  // namespace convoy::xla
