#include "convoy/cpu/plan/describe.h"

namespace convoy::cpu {

namespace {

PlanDescription::Node described(const Node& node) {
  return {.kind = std::string(node.kind()), .name = node.title()};
}

std::vector<PlanDescription::Array> described(const std::vector<Array>& arrays) {
  std::vector<PlanDescription::Array> all;
  for (const Array& array : arrays)
    all.push_back({.type = {array.dtype, to_shape(array.extents)},
                   .layout = in_blocks(array.form) ? "blocked" : "plain",
                   .bytes = array.bytes()});
  return all;
}

std::vector<PlanDescription::Step> described(const std::vector<Step>& steps) {
  std::vector<PlanDescription::Step> all;
  for (const Step& step : steps) {
    PlanDescription::Step one{.nodes = {described(*step.node)},
                              .algorithm = step.algorithm,
                              .reads = described(step.reads),
                              .writes = described(step.writes),
                              .flops = step.flops};
    for (const NodePtr& node : step.also) one.nodes.push_back(described(*node));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

PlanDescription describe(const Plan& plan, Precision precision) {
  PlanDescription description{
      .instruction_set = std::string(plan.bf16 ? to_string(*plan.bf16) : to_string(plan.tier)),
      .precision = std::string(to_string(precision)),
      .threads = plan.threads,
      .preparation = described(plan.preparation),
      .steps = described(plan.steps),
      .arena_bytes = plan.arena_bytes,
      .prepared_bytes = plan.prepared_bytes,
      .scratch_bytes = plan.scratch_bytes};
  for (const NodePtr& node : plan.fallbacks) description.fallbacks.push_back(described(*node));
  return description;
}

}  // namespace convoy::cpu
