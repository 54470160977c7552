// What a graph becomes: a flat list of steps over planned memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "convoy/base/cancellation.h"
#include "convoy/cpu/kernels/bf16_set.h"
#include "convoy/cpu/kernels/tier.h"
#include "convoy/cpu/kernels/worker.h"
#include "convoy/cpu/plan/array.h"
#include "convoy/graph/graph.h"

namespace convoy::cpu {

/// What a step does. All threads of a call run it at once, each a share of its pieces.
class Task {
 public:
  virtual ~Task() = default;
  /// How many pieces there are; they are independent of each other.
  virtual int64_t items() const = 0;
  /// How many pieces a thread may take at a time without loss, besides a first run of them. 0 where
  /// every thread should have one run.
  virtual int64_t grain() const { return 0; }
  /// Bytes that each thread needs for itself meanwhile.
  virtual int64_t scratch_bytes() const { return 0; }
  /// Pieces begin … end − 1. May throw what an operator throws about data (a Violation).
  virtual void run(const Bases& bases, Range range, Worker& worker) const = 0;
};

struct Step {
  std::unique_ptr<Task> task = {};
  std::vector<Array> reads = {}, writes = {};
  // For those who look at the plan:
  NodePtr node = {};               // whose result it computes
  std::vector<NodePtr> also = {};  // computed in the same go
  std::string algorithm = {};      // "winograd 4x4", "pack weights"
  int64_t flops = 0;               // as publications count them
};

/// Immutable; shared by calls.
struct Plan {
  Tier tier = Tier::avx2;
  std::optional<Bf16Set> bf16 = {};  // where images between steps are held in bfloat16
  int threads = 1;
  std::vector<Buffer> buffers;
  std::vector<int64_t> offsets;  // of arena and prepared buffers, in their own memory
  int64_t arena_bytes = 0, prepared_bytes = 0;
  int64_t scratch_bytes = 0;      // of each thread
  std::vector<Step> preparation;  // what depends on parameters and constants alone
  std::vector<Step> steps;
  std::vector<Tensor> constants;
  size_t inputs = 0;               // arrays of a call before its parameters
  std::vector<NodePtr> fallbacks;  // nodes that run as on reference
};

/// Gives every arena and prepared buffer its place: those that live at the same time do not
/// overlap.
void place_buffers(Plan& plan);

}  // namespace convoy::cpu
