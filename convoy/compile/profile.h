// Where the time of a call goes.
#pragma once

#include <string>
#include <vector>

#include "convoy/base/plan_description.h"

namespace convoy {

/// Calls of a Function for the same shapes, measured step by step.
struct Profile {
  PlanDescription plan;
  MachinePeak peak;
  std::vector<Timeline> runs;  // at least one

  /// Of a call: the median over the runs.
  double seconds() const;
  /// Of each step, from its first thread's start to its last thread's end: medians over the runs.
  std::vector<double> step_seconds() const;
  /// Whose kernels ran in any of the runs: the plan's own, or none where all is by reference.
  std::vector<std::string> instruction_sets() const;
};

/// Steps of one kind taken together.
struct KindProfile {
  std::string kind;  // of the node, and the algorithm: "conv, winograd 4x4"
  int64_t steps = 0;
  double seconds = 0;
  int64_t flops = 0, bytes = 0;
};

/// By operator and algorithm, what takes longest first.
std::vector<KindProfile> by_kind(const Profile& profile);

/// Tables for people: a line for each kind, then one for each step.
std::string to_string(const Profile& profile);

/// The run whose time is the median, in the format of Chrome's tracing, which Perfetto reads too:
/// a track for each thread.
std::string chrome_trace(const Profile& profile);

}  // namespace convoy
