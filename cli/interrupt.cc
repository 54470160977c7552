#include "interrupt.h"

#include <csignal>

namespace convoy::cli {

namespace {

// Reached by the signal handler, hence of the whole program.
Cancellation& interrupt() {
  static Cancellation cancellation;
  return cancellation;
}

}  // namespace

const Cancellation& cancelled_by_interrupt() {
  interrupt();  // made before a signal can arrive
  struct sigaction action{};
  action.sa_handler = [](int) { interrupt().cancel(); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  return interrupt();
}

}  // namespace convoy::cli
