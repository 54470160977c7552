#include "convoy/xla/worker_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "convoy/base/error.h"
#include "convoy/xla/shared_memory.h"
#include "convoy/xla/worker_script.h"

extern char** environ;  // NOLINT: POSIX's

namespace convoy::xla {

namespace {

// What a message begins with: how many bytes of text follow.
using Length = uint32_t;

// How long a call that was cancelled goes on at most.
constexpr int poll_milliseconds = 20;
constexpr size_t shown_of_log = 2000;

std::string python() {
  const char* named = std::getenv("CONVOY_PYTHON");
  return named && *named ? named : "python3";
}

[[noreturn]] void throw_cannot(const char* what) {
  throw Error(fmt::format("cannot {} the XLA worker: {}", what, std::strerror(errno)));
}

/// The same, away from the numbers that the worker gets its own by: see `start`.
io::Descriptor moved_up(int descriptor) {
  io::Descriptor moved(::fcntl(descriptor, F_DUPFD_CLOEXEC, 10));
  if (!moved) throw_cannot("start");
  return moved;
}

/// posix_spawn's two lists of what is to be done in the child before it runs.
class SpawnOptions {
 public:
  SpawnOptions() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnOptions() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

/// Runs worker.py with the socket as its descriptor 3, and what it prints in `log`. Every other
/// descriptor of this program closes itself there (O_CLOEXEC), and posix_spawn does nothing between
/// fork and exec that is not allowed in a program with threads.
pid_t start(const std::string& program, const io::Descriptor& socket, const io::Descriptor& log) {
  const SharedMemory source(worker_script);
  const io::Descriptor script(moved_up(source.descriptor()));

  SpawnOptions options;
  ::posix_spawn_file_actions_addopen(&options.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&options.actions, log.get(), 1);
  ::posix_spawn_file_actions_adddup2(&options.actions, log.get(), 2);
  ::posix_spawn_file_actions_adddup2(&options.actions, socket.get(), 3);
  ::posix_spawn_file_actions_adddup2(&options.actions, script.get(), 4);
  // A process group of its own: Ctrl-C is meant for this program, which decides what it means.
  // Signals that this program blocks or ignores are none of the worker's business.
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setflags(
      &options.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setpgroup(&options.attributes, 0);
  ::posix_spawnattr_setsigmask(&options.attributes, &none);
  ::posix_spawnattr_setsigdefault(&options.attributes, &all);

  std::array<std::string, 3> words{program, "/dev/fd/4", std::to_string(::getpid())};
  std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
  // Modules come from where Python is installed, never from the current folder.
  std::string safe_path = "PYTHONSAFEPATH=1";
  std::vector<char*> environment{safe_path.data()};
  for (char** variable = environ; *variable; ++variable) environment.push_back(*variable);
  environment.push_back(nullptr);

  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, words[0].c_str(), &options.actions, &options.attributes,
                                    arguments.data(), environment.data());
  if (failed == 0) return pid;
  throw NotSupportedError(
      fmt::format("the XLA backend runs jaxlib in a worker process, and '{}' cannot be started "
                  "({}); name a Python by the environment variable CONVOY_PYTHON",
                  program, std::strerror(failed)));
}

}  // namespace

WorkerProcess::WorkerProcess() : owner_(::getpid()) {
  const io::Descriptor log(::memfd_create("convoy-xla-log", MFD_CLOEXEC));
  log_ = moved_up(log.get());
  ::fcntl(log_.get(), F_SETFL, O_APPEND);
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw_cannot("start");
  socket_ = io::Descriptor(ends[0]);
  const io::Descriptor other(ends[1]), moved = moved_up(other.get());
  pid_ = start(python(), moved, log_);
}

WorkerProcess::~WorkerProcess() {
  // In a fork of the program that started it, the worker is not ours to end.
  if (pid_ < 0 || ::getpid() != owner_) return;
  // Not when somebody else has reaped it: the number may be another process's by now.
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
}

bool WorkerProcess::alive() const {
  if (pid_ < 0 || ::getpid() != owner_) return false;
  // Nothing is to be read between requests: what poll reports can only be a hang-up.
  pollfd ask{socket_.get(), POLLIN, 0};
  return ::poll(&ask, 1, 0) == 0;
}

void WorkerProcess::send(const std::string& text, int memory) {
  // What it printed before, when all went well, is of no interest.
  if (::ftruncate(log_.get(), 0) != 0) throw_cannot("talk to");
  if (text.size() > std::numeric_limits<Length>::max())
    throw LimitError("a message to the XLA worker is too long");
  const auto length = static_cast<Length>(text.size());
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof(length));
  bytes += text;

  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  std::string_view left = bytes;
  while (!left.empty()) {
    iovec part{const_cast<char*>(left.data()), left.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (memory >= 0) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &memory, sizeof(int));
    }
    const ssize_t count = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_ended();
    memory = -1;  // went with the first bytes
    left.remove_prefix(static_cast<size_t>(count));
  }
}

Message WorkerProcess::receive(const Cancellation& cancellation) {
  Message message;
  Length length = 0;
  receive_exactly(&length, sizeof(length), message.memory, cancellation);
  message.text.resize(length);
  receive_exactly(message.text.data(), length, message.memory, cancellation);
  return message;
}

void WorkerProcess::receive_exactly(void* bytes, size_t count, io::Descriptor& memory,
                                    const Cancellation& cancellation) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  auto* at = static_cast<char*>(bytes);
  while (count > 0) {
    wait_for_bytes(cancellation);
    iovec part{at, count};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw_ended();
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(header), sizeof(int));
      memory = io::Descriptor(descriptor);
    }
    at += got;
    count -= static_cast<size_t>(got);
  }
}

void WorkerProcess::wait_for_bytes(const Cancellation& cancellation) {
  pollfd ask{socket_.get(), POLLIN, 0};
  while (::poll(&ask, 1, poll_milliseconds) <= 0) cancellation.check();
}

void WorkerProcess::throw_ended() {
  const int status = reap();
  std::string how = "died";
  if (status != -1 && WIFSIGNALED(status))
    how = fmt::format("died (signal {})", WTERMSIG(status));
  else if (status != -1)
    how = fmt::format("ended (exit code {})", WEXITSTATUS(status));
  const std::string words = last_words();
  throw Error(
      fmt::format("the XLA worker {}{}{}", how, words.empty() ? "" : "; it wrote:\n", words));
}

int WorkerProcess::reap() {
  using Clock = std::chrono::steady_clock;
  // Its end of the socket is closed: it has ended, or is about to.
  const auto patience = Clock::now() + std::chrono::seconds(2);
  int status = 0;
  for (;;) {
    const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
    if (reaped != 0) {
      pid_ = -1;
      return reaped > 0 ? status : -1;
    }
    if (Clock::now() > patience) ::kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string WorkerProcess::last_words() const {
  std::string text = contents(log_);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (text.size() > shown_of_log) {
    text.erase(0, text.size() - shown_of_log);
    // From the beginning of a line, where there is more than one.
    if (const size_t end = text.find('\n'); end != std::string::npos) text.erase(0, end + 1);
  }
  return text;
}

}  // namespace convoy::xla
