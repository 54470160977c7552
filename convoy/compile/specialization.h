// What a Function keeps for each set of shapes it was called with.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "convoy/base/executable.h"
#include "convoy/compile/backends.h"
#include "convoy/graph/graph.h"

namespace convoy {

/// A graph compiled for one set of input shapes, and the states of calls that ran it. Immutable
/// but for those states; shared by threads.
class Specialization {
 public:
  /// All shapes of `graph` are known.
  Specialization(std::vector<Extents> inputs, const Graph& graph, const Backend& backend,
                 const CompileOptions& options);

  const std::vector<Extents>& inputs() const { return inputs_; }
  const std::vector<Type>& outputs() const { return outputs_; }
  /// Whether it is a room for output i.
  bool fits(const Tensor& room, size_t i) const {
    return room.dtype() == outputs_[i].dtype && room.extents() == output_extents_[i];
  }
  const std::vector<ParameterPtr>& parameters() const { return parameters_; }
  const Executable& executable() const { return *executable_; }

  /// A state that no call is using, kept from an earlier one where there is one.
  std::unique_ptr<Executable::State> take_state() const;
  /// Keeps a state for later calls. Only after a call that went well.
  void keep_state(std::unique_ptr<Executable::State> state) const noexcept;

 private:
  static constexpr size_t kept_states = 16;

  std::vector<Extents> inputs_;
  std::vector<Type> outputs_;
  std::vector<Extents> output_extents_;
  std::vector<ParameterPtr> parameters_;
  std::unique_ptr<Executable> executable_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Executable::State>> idle_;
};

/// Specializations by the extents of their inputs, at most `limit` of them: the one that was not
/// used for the longest time goes first. Those in use live on with whoever uses them.
class SpecializationCache {
 public:
  using Entry = std::shared_ptr<const Specialization>;

  explicit SpecializationCache(size_t limit) : limit_(limit) {}

  /// The entry for `extents`, made by `make()` when there is none. One thread makes at a time, so
  /// that threads which need the same one do not make it twice.
  template <class Make>
  Entry find_or_make(const std::vector<Extents>& extents, Make&& make) {
    if (Entry found = find(extents)) return found;
    const std::lock_guard making(making_);
    if (Entry found = find(extents)) return found;
    return insert(extents, make());
  }
  size_t size() const;

 private:
  struct Kept {
    Entry entry;
    std::atomic<uint64_t> last_use;
  };

  Entry find(const std::vector<Extents>& extents);
  Entry insert(const std::vector<Extents>& extents, Entry entry);

  size_t limit_;
  mutable std::shared_mutex mutex_;
  std::map<std::vector<Extents>, Kept> kept_;
  std::atomic<uint64_t> clock_{0};
  std::mutex making_;
};

}  // namespace convoy
