// What a backend made of a graph, told as plain data, and when its steps ran.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "convoy/base/type.h"

namespace convoy {

/// An executable's steps, in the order in which they run.
struct PlanDescription {
  struct Node {
    std::string kind, name;
  };
  /// What a step reads or writes.
  struct Array {
    Type type = {};
    std::string layout = {};  // "plain": row-major; "blocked": 16 channels side by side
    int64_t bytes = 0;        // the padding of blocks included
  };
  struct Step {
    /// Computed in one go, the one that the step is named after first.
    std::vector<Node> nodes = {};
    std::string algorithm = {};
    std::vector<Array> reads = {}, writes = {};
    int64_t flops = 0;  // as publications count them: the same whatever the algorithm

    int64_t bytes_read() const;
    int64_t bytes_written() const;
  };

  std::string instruction_set = {}, precision = {};
  int threads = 1;
  /// Done when a call first sees these values of parameters: weights packed, constants computed.
  std::vector<Step> preparation = {};
  /// Done at every call.
  std::vector<Step> steps = {};
  int64_t arena_bytes = 0;     // of each call, for values between steps
  int64_t prepared_bytes = 0;  // what the preparation leaves; shared by calls
  int64_t scratch_bytes = 0;   // of each thread
  /// Nodes without a kernel, run as on the backend reference.
  std::vector<Node> fallbacks = {};

  int64_t flops() const;  // of a call
};

/// "conv 'stem' + silu 'stem.act'".
std::string title(const PlanDescription::Step& step);

/// A table for people: a line for each step, and what they add up to.
std::string to_string(const PlanDescription& plan);

/// When each thread of a call worked on each step, and with what.
struct Timeline {
  /// Nanoseconds since the call began; both 0 where the thread had no share in the step.
  struct Span {
    int64_t begin = 0, end = 0;
  };
  std::vector<std::vector<Span>> threads = {};  // [thread][step]
  int64_t total = 0;                            // nanoseconds of the call
  /// Whose code ran, as the kernels themselves noted.
  std::vector<std::string> instruction_sets = {};
};

/// The most that a machine does in a second, as measured on it.
struct MachinePeak {
  double flops = 0;  // float32, all threads
  double bytes = 0;  // read and written, in arrays too large for caches
};

}  // namespace convoy
