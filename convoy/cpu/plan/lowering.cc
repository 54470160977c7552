#include "convoy/cpu/plan/lowering.h"

#include "convoy/cpu/reference_task.h"

namespace convoy::cpu {

bool Lowering::wants(size_t k) const {
  const Value value(group_.anchor, k);
  return planner_.uses_.is_result(value) || !planner_.uses_.of(value).empty();
}

bool Lowering::is_result_alone(size_t k) const {
  const Value value(group_.last(), k);
  return planner_.uses_.is_result(value) && planner_.uses_.of(value).empty();
}

bool Lowering::is_blocked(const Value& value) const {
  const auto found = planner_.values_.find(Planner::key(value));
  return found != planner_.values_.end() && found->second.in_blocks();
}

Form Lowering::blocks_of(const Value& value) const {
  const Form wanted = result_blocks();
  const auto found = planner_.values_.find(Planner::key(value));
  if (found == planner_.values_.end() || !found->second.in_blocks() || found->second.in(wanted))
    return wanted;
  return wanted == Form::blocked ? Form::blocked_bf16 : Form::blocked;
}

Array Lowering::temporary(DType dtype, const Extents& extents, Form form) {
  return planner_.new_array(dtype, extents, form, Buffer::Place::arena);
}

void Lowering::emit(std::unique_ptr<Task> task, std::vector<Array> reads, std::vector<Array> writes,
                    std::string algorithm, int64_t flops) {
  std::vector<NodePtr> also(group_.members.begin(), group_.members.end());
  std::erase(also, group_.anchor);
  planner_.emit({.task = std::move(task),
                 .reads = std::move(reads),
                 .writes = std::move(writes),
                 .node = group_.anchor,
                 .also = std::move(also),
                 .algorithm = std::move(algorithm),
                 .flops = flops});
}

void Lowering::by_reference() {
  std::vector<Array> reads, writes;
  for (size_t i = 0; i < input_count(); ++i) reads.push_back(plain(i));
  for (size_t k = 0; k < node().outputs.size(); ++k) writes.push_back(result(Form::plain, k));
  auto task = std::make_unique<ReferenceTask>(group_.anchor, reads, writes);
  emit(std::move(task), std::move(reads), std::move(writes), "reference");
  planner_.plan_.fallbacks.push_back(group_.anchor);
}

}  // namespace convoy::cpu
