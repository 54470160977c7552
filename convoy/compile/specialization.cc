#include "convoy/compile/specialization.h"

#include <algorithm>

namespace convoy {

Specialization::Specialization(std::vector<Extents> inputs, const Graph& graph,
                               const Backend& backend, const CompileOptions& options)
    : inputs_(std::move(inputs)),
      parameters_(graph.parameters()),
      executable_(backend.compile(graph, options)) {
  for (const Output& output : graph.outputs) {
    outputs_.push_back(output.value.type());
    output_extents_.push_back(to_extents(output.value.shape()));
  }
  idle_.reserve(kept_states);
}

std::unique_ptr<Executable::State> Specialization::take_state() const {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Executable::State> state = std::move(idle_.back());
      idle_.pop_back();
      return state;
    }
  }
  return executable_->new_state();
}

void Specialization::keep_state(std::unique_ptr<Executable::State> state) const noexcept {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kept_states) idle_.push_back(std::move(state));
}

size_t SpecializationCache::size() const {
  const std::shared_lock lock(mutex_);
  return kept_.size();
}

SpecializationCache::Entry SpecializationCache::find(const std::vector<Extents>& extents) {
  const std::shared_lock lock(mutex_);
  const auto found = kept_.find(extents);
  if (found == kept_.end()) return nullptr;
  found->second.last_use.store(++clock_, std::memory_order_relaxed);
  return found->second.entry;
}

SpecializationCache::Entry SpecializationCache::insert(const std::vector<Extents>& extents,
                                                       Entry entry) {
  Entry evicted;  // goes after the lock: its end may wait for somebody who waits for the lock
  const std::unique_lock lock(mutex_);
  if (kept_.size() >= limit_ && !kept_.empty()) {
    const auto oldest =
        std::min_element(kept_.begin(), kept_.end(), [](const auto& a, const auto& b) {
          return a.second.last_use.load(std::memory_order_relaxed) <
                 b.second.last_use.load(std::memory_order_relaxed);
        });
    evicted = std::move(oldest->second.entry);
    kept_.erase(oldest);
  }
  Kept& kept = kept_[extents];
  kept.entry = std::move(entry);
  kept.last_use.store(++clock_, std::memory_order_relaxed);
  return kept.entry;
}

}  // namespace convoy
