#include "convoy/base/plan_description.h"

#include <algorithm>

#include <fmt/format.h>

#include "convoy/base/units.h"

namespace convoy {

namespace {

using Step = PlanDescription::Step;

int64_t bytes_of(const std::vector<PlanDescription::Array>& arrays) {
  int64_t bytes = 0;
  for (const PlanDescription::Array& array : arrays) bytes += array.bytes;
  return bytes;
}

/// "plain float32[1,3,8,8], blocked float32[16]".
std::string text_of(const std::vector<PlanDescription::Array>& arrays) {
  std::string text;
  for (const PlanDescription::Array& array : arrays)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", array.layout, to_string(array.type));
  return text;
}

/// At most `width` bytes of UTF-8.
std::string cut(const std::string& text, size_t width) {
  if (text.size() <= width) return text;
  size_t end = width - 2;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "..";
}

std::string table_of(const std::vector<Step>& steps) {
  constexpr size_t widest_title = 60;
  size_t title_width = 4, algorithm_width = 9;
  for (const Step& step : steps) {
    title_width = std::max(title_width, std::min(title(step).size(), widest_title));
    algorithm_width = std::max(algorithm_width, step.algorithm.size());
  }
  std::string text =
      fmt::format("{:>4}  {:<{}}  {:<{}}  {:>10}  {:>10}  {:>7}  {}\n", "", "step", title_width,
                  "algorithm", algorithm_width, "read", "written", "FLOPs", "arrays");
  for (size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    text += fmt::format(
        "{:>4}  {:<{}}  {:<{}}  {:>10}  {:>10}  {:>7}  {} -> {}\n", i,
        cut(title(step), widest_title), title_width, step.algorithm, algorithm_width,
        bytes_text(step.bytes_read()), bytes_text(step.bytes_written()),
        step.flops == 0 ? "" : count_text(step.flops), text_of(step.reads), text_of(step.writes));
  }
  return text;
}

}  // namespace

int64_t Step::bytes_read() const { return bytes_of(reads); }

int64_t Step::bytes_written() const { return bytes_of(writes); }

int64_t PlanDescription::flops() const {
  int64_t sum = 0;
  for (const Step& step : steps) sum += step.flops;
  return sum;
}

std::string title(const Step& step) {
  std::string text;
  for (const PlanDescription::Node& node : step.nodes)
    text += fmt::format("{}{}{}", text.empty() ? "" : " + ", node.kind,
                        node.name.empty() ? "" : fmt::format(" '{}'", node.name));
  return text;
}

std::string to_string(const PlanDescription& plan) {
  std::string text =
      fmt::format("{:<12}{}, {} thread{}, precision {}\n", "plan", plan.instruction_set,
                  plan.threads, plan.threads == 1 ? "" : "s", plan.precision);
  int64_t read = 0, written = 0;
  for (const Step& step : plan.steps) {
    read += step.bytes_read();
    written += step.bytes_written();
  }
  text +=
      fmt::format("{:<12}{} steps: {}FLOP, {} read, {} written\n", "each call", plan.steps.size(),
                  count_text(plan.flops()), bytes_text(read), bytes_text(written));
  text += fmt::format("{:<12}{} for values between steps, {} of scratch for each thread\n",
                      "memory", bytes_text(plan.arena_bytes), bytes_text(plan.scratch_bytes));
  text += fmt::format("{:<12}{} steps when parameters change, which leave {}\n", "preparation",
                      plan.preparation.size(), bytes_text(plan.prepared_bytes));
  text += fmt::format("{:<12}{}", "fallbacks", plan.fallbacks.empty() ? "none\n" : "");
  if (!plan.fallbacks.empty()) {
    text += fmt::format("{} nodes run as on the backend reference:\n", plan.fallbacks.size());
    for (const PlanDescription::Node& node : plan.fallbacks)
      text += fmt::format("{:<12}  {}\n", "", title({.nodes = {node}}));
  }
  text += "\n" + table_of(plan.steps);
  if (!plan.preparation.empty()) text += "\npreparation\n" + table_of(plan.preparation);
  return text;
}

}  // namespace convoy
