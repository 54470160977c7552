// The Python process that runs worker.py: starting it, talking to it, telling how it ended.
#pragma once

#include <string>

#include <sys/types.h>

#include "convoy/base/cancellation.h"
#include "convoy/io/descriptor.h"

namespace convoy::xla {

/// What goes to and fro: a text (JSON, but nothing here knows), and memory where there is more to
/// say.
struct Message {
  std::string text;
  io::Descriptor memory = {};
};

/// One running worker, for one thread at a time. It dies with this object and with this process.
/// After an exception of any of its functions the conversation is over.
class WorkerProcess {
 public:
  /// Starts it, without waiting for its greeting. NotSupportedError when there is no Python:
  /// CONVOY_PYTHON names one, else it is the first python3 on PATH.
  WorkerProcess();
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Whether it can be talked to: it has not ended, and was started by this process, not by one
  /// that this is a fork of.
  bool alive() const;
  /// Error with the end of what it wrote to stderr when it has ended.
  void send(const std::string& text, int memory = -1);
  Message receive(const Cancellation& cancellation);

 private:
  void wait_for_bytes(const Cancellation& cancellation);
  void receive_exactly(void* bytes, size_t count, io::Descriptor& memory,
                       const Cancellation& cancellation);
  [[noreturn]] void throw_ended();
  std::string last_words() const;
  /// Its status as waitpid gives it; −1 when somebody else has asked for it.
  int reap();

  io::Descriptor socket_;
  io::Descriptor log_;  // its stdout and stderr
  pid_t owner_;         // the process that started it
  pid_t pid_ = -1;      // −1 once it was reaped
};

}  // namespace convoy::xla
