#include "plan_json.h"

namespace convoy::cli {

namespace {

Json json_of(const std::vector<PlanDescription::Node>& nodes) {
  Json all = Json::array();
  for (const PlanDescription::Node& node : nodes)
    all.push_back({{"op", node.kind}, {"name", node.name}});
  return all;
}

Json json_of(const std::vector<PlanDescription::Array>& arrays) {
  Json all = Json::array();
  for (const PlanDescription::Array& array : arrays)
    all.push_back(
        {{"type", to_string(array.type)}, {"layout", array.layout}, {"bytes", array.bytes}});
  return all;
}

Json json_of(const std::vector<PlanDescription::Step>& steps) {
  Json all = Json::array();
  for (const PlanDescription::Step& step : steps)
    all.push_back({{"nodes", json_of(step.nodes)},
                   {"algorithm", step.algorithm},
                   {"reads", json_of(step.reads)},
                   {"writes", json_of(step.writes)},
                   {"bytes_read", step.bytes_read()},
                   {"bytes_written", step.bytes_written()},
                   {"flops", step.flops}});
  return all;
}

}  // namespace

Json json_of(const PlanDescription& plan) {
  return {{"instruction_set", plan.instruction_set},
          {"threads", plan.threads},
          {"precision", plan.precision},
          {"flops", plan.flops()},
          {"arena_bytes", plan.arena_bytes},
          {"prepared_bytes", plan.prepared_bytes},
          {"scratch_bytes", plan.scratch_bytes},
          {"fallbacks", json_of(plan.fallbacks)},
          {"steps", json_of(plan.steps)},
          {"preparation", json_of(plan.preparation)}};
}

Json json_of(const Profile& profile) {
  Json kinds = Json::array();
  for (const KindProfile& kind : by_kind(profile))
    kinds.push_back({{"kind", kind.kind},
                     {"steps", kind.steps},
                     {"ms", kind.seconds * 1e3},
                     {"flops", kind.flops},
                     {"bytes", kind.bytes}});
  Json plan = json_of(profile.plan);
  const std::vector<double> seconds = profile.step_seconds();
  for (size_t s = 0; s < seconds.size(); ++s) plan["steps"][s]["ms"] = seconds[s] * 1e3;
  return {{"ms", profile.seconds() * 1e3},
          {"runs", profile.runs.size()},
          {"peak_flops", profile.peak.flops},
          {"peak_bytes", profile.peak.bytes},
          {"kinds", kinds},
          {"plan", plan}};
}

}  // namespace convoy::cli
