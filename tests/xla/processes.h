// Processes, as tests of them need to see and to end them.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <sys/wait.h>

namespace convoy::xla {

/// Processes that are workers of `parent`, from /proc.
inline std::vector<pid_t> workers_of(pid_t parent) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
    std::ifstream command(entry.path() / "cmdline", std::ios::binary);
    std::stringstream words;
    words << command.rdbuf();
    // The last word is the process that it was started by, which need not be its parent any more.
    const std::string end = std::string("/dev/fd/4") + '\0' + std::to_string(parent) + '\0';
    if (words.str().ends_with(end)) found.push_back(pid);
  }
  return found;
}

/// Whether it came true within half a minute.
inline bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

/// What /proc/PID/stat says from the state on, the third field of proc(5).
inline std::vector<std::string> status_fields(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  return {std::istream_iterator<std::string>(fields), {}};
}

/// Whether all its threads have ended, and so all it had open is closed. Its parent may not have
/// asked for its status yet.
inline bool has_ended(pid_t pid) {
  const std::vector<std::string> fields = status_fields(pid);
  if (fields.empty()) return true;
  std::error_code gone;
  const std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task", gone);
  return gone || (fields[0] == "Z" && std::distance(begin(threads), end(threads)) == 1);
}

/// What it has used so far, in hundredths of a second.
inline long processor_time(pid_t pid) {
  const std::vector<std::string> fields = status_fields(pid);
  return fields.size() < 13 ? 0 : std::stol(fields[11]) + std::stol(fields[12]);
}

/// How many mappings of that name it has.
inline size_t mappings(pid_t pid, const std::string& name) {
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    if (line.find(name) != std::string::npos) ++count;
  return count;
}

/// Runs `body` in a fork of this process; its exit code is what that returns.
inline pid_t in_fork(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  return pid;
}

inline int exit_code_of(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace convoy::xla
