// Drawing by Graphviz's program `dot`, run without a shell.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <spawn.h>
#include <unistd.h>

#include <sys/wait.h>

#include "convoy/base/error.h"
#include "convoy/graph/dot.h"

namespace convoy {

namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Files rather than pipes: neither side can wait for the other for ever.
File temporary_file() {
  File file(std::tmpfile());
  if (!file) throw Error(std::string("cannot make a temporary file: ") + std::strerror(errno));
  return file;
}

std::string contents(std::FILE* file) {
  std::string text;
  char buffer[1 << 14];
  std::rewind(file);
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, file))
    text.append(buffer, count);
  return text;
}

struct Exit {
  int status;  // as waitpid gives it
  int error;   // of starting the program; 0 when it started
};

Exit run_dot(std::FILE* in, std::FILE* out, std::FILE* err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(err), STDERR_FILENO);
  char program[] = "dot", format[] = "-Tsvg";
  char* const arguments[] = {program, format, nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, program, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  Exit result{0, error};
  if (error == 0)
    while (waitpid(child, &result.status, 0) < 0 && errno == EINTR) continue;
  return result;
}

}  // namespace

std::string to_svg(const Graph& graph) {
  const std::string dot = to_dot(graph);
  const File in = temporary_file(), out = temporary_file(), err = temporary_file();
  if (std::fwrite(dot.data(), 1, dot.size(), in.get()) != dot.size() || std::fflush(in.get()) != 0)
    throw Error("cannot write a temporary file for the drawing");
  std::rewind(in.get());
  const Exit exit = run_dot(in.get(), out.get(), err.get());
  const bool missing =
      exit.error == ENOENT || (WIFEXITED(exit.status) && WEXITSTATUS(exit.status) == 127);
  if (missing)
    throw NotSupportedError("drawing needs Graphviz's program `dot`; install the package graphviz");
  if (exit.error != 0)
    throw Error(std::string("cannot start Graphviz's program `dot`: ") + std::strerror(exit.error));
  if (!WIFEXITED(exit.status) || WEXITSTATUS(exit.status) != 0)
    throw Error("Graphviz's program `dot` failed: " + contents(err.get()));
  return contents(out.get());
}

}  // namespace convoy
