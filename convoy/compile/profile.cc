#include "convoy/compile/profile.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "convoy/base/units.h"

namespace convoy {

namespace {

using Step = PlanDescription::Step;

/// Index of the median; of two in the middle, the lower.
template <class T>
size_t median_index(const std::vector<T>& values) {
  std::vector<size_t> order(values.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>((order.size() - 1) / 2);
  std::nth_element(order.begin(), middle, order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  return *middle;
}

size_t median_run(const Profile& profile) {
  std::vector<int64_t> totals;
  for (const Timeline& run : profile.runs) totals.push_back(run.total);
  return median_index(totals);
}

int64_t nanoseconds_of(const Timeline& run, size_t step) {
  int64_t begin = 0, end = 0;
  for (const std::vector<Timeline::Span>& thread : run.threads) {
    const Timeline::Span span = thread[step];
    if (span.end == 0) continue;
    begin = end == 0 ? span.begin : std::min(begin, span.begin);
    end = std::max(end, span.end);
  }
  return end - begin;
}

std::string kind_of(const Step& step) {
  return fmt::format("{}, {}", step.nodes.empty() ? "" : step.nodes[0].kind, step.algorithm);
}

double per_second(int64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

/// Time, share and rates: what lines of both tables have in common.
std::string figures(const Profile& profile, double seconds, double all, int64_t flops,
                    int64_t bytes) {
  const double rate = per_second(flops, seconds);
  const std::string work =
      flops == 0 ? ""
                 : fmt::format("{:.1f} {:>5.1f} %", rate / 1e9, 100 * rate / profile.peak.flops);
  return fmt::format("{:>10.4f} {:>6.1f} %  {:>16}  {:>10}  {:>7.1f}", seconds * 1e3,
                     all > 0 ? 100 * seconds / all : 0, work, bytes_text(bytes),
                     per_second(bytes, seconds) / 1e9);
}

std::string head(std::string_view name, size_t width) {
  return fmt::format("{:<{}}  {:>10} {:>8}  {:>16}  {:>10}  {:>7}\n", name, width, "ms", "share",
                     "GFLOP/s, peak", "bytes", "GB/s");
}

}  // namespace

double Profile::seconds() const {
  return static_cast<double>(runs[median_run(*this)].total) * 1e-9;
}

std::vector<double> Profile::step_seconds() const {
  std::vector<double> seconds;
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    std::vector<int64_t> times;
    for (const Timeline& run : runs) times.push_back(nanoseconds_of(run, s));
    seconds.push_back(static_cast<double>(times[median_index(times)]) * 1e-9);
  }
  return seconds;
}

std::vector<std::string> Profile::instruction_sets() const {
  std::set<std::string> sets;
  for (const Timeline& run : runs)
    sets.insert(run.instruction_sets.begin(), run.instruction_sets.end());
  return {sets.begin(), sets.end()};
}

std::vector<KindProfile> by_kind(const Profile& profile) {
  std::map<std::string, KindProfile> found;
  const std::vector<double> seconds = profile.step_seconds();
  for (size_t s = 0; s < seconds.size(); ++s) {
    const Step& step = profile.plan.steps[s];
    KindProfile& kind = found[kind_of(step)];
    ++kind.steps;
    kind.seconds += seconds[s];
    kind.flops += step.flops;
    kind.bytes += step.bytes_read() + step.bytes_written();
  }
  std::vector<KindProfile> kinds;
  for (auto& [name, kind] : found) {
    kind.kind = name;
    kinds.push_back(std::move(kind));
  }
  std::stable_sort(kinds.begin(), kinds.end(), [](const KindProfile& a, const KindProfile& b) {
    return a.seconds > b.seconds;
  });
  return kinds;
}

std::string to_string(const Profile& profile) {
  const std::vector<double> seconds = profile.step_seconds();
  const std::vector<KindProfile> kinds = by_kind(profile);
  double in_steps = 0;
  for (const double s : seconds) in_steps += s;
  std::string text = fmt::format(
      "a call takes {:.4f} ms (median of {}), {:.4f} of them in steps\n"
      "{}, {} thread{}, precision {}; this machine's peak so: {:.1f} GFLOP/s, {:.1f} GB/s\n\n",
      profile.seconds() * 1e3, profile.runs.size(), in_steps * 1e3, profile.plan.instruction_set,
      profile.plan.threads, profile.plan.threads == 1 ? "" : "s", profile.plan.precision,
      profile.peak.flops / 1e9, profile.peak.bytes / 1e9);

  size_t width = 4;
  for (const KindProfile& kind : kinds) width = std::max(width, kind.kind.size() + 8);
  text += head("kind", width);
  for (const KindProfile& kind : kinds)
    text += fmt::format("{:<{}}  {}\n", fmt::format("{} ({})", kind.kind, kind.steps), width,
                        figures(profile, kind.seconds, in_steps, kind.flops, kind.bytes));

  text += "\n" + head("", 4);
  for (size_t s = 0; s < seconds.size(); ++s) {
    const Step& step = profile.plan.steps[s];
    text += fmt::format("{:>4}  {}  {}: {}\n", s,
                        figures(profile, seconds[s], in_steps, step.flops,
                                step.bytes_read() + step.bytes_written()),
                        step.algorithm, title(step));
  }
  return text;
}

std::string chrome_trace(const Profile& profile) {
  using Json = nlohmann::ordered_json;
  const Timeline& run = profile.runs[median_run(profile)];
  Json events = Json::array();
  for (size_t t = 0; t < run.threads.size(); ++t) {
    events.push_back({{"name", "thread_name"},
                      {"ph", "M"},
                      {"pid", 1},
                      {"tid", t},
                      {"args", {{"name", fmt::format("thread {}", t)}}}});
    for (size_t s = 0; s < run.threads[t].size(); ++s) {
      const Timeline::Span span = run.threads[t][s];
      if (span.end == 0) continue;
      const Step& step = profile.plan.steps[s];
      events.push_back({{"name", title(step)},
                        {"cat", kind_of(step)},
                        {"ph", "X"},
                        {"pid", 1},
                        {"tid", t},
                        {"ts", static_cast<double>(span.begin) / 1e3},
                        {"dur", static_cast<double>(span.end - span.begin) / 1e3},
                        {"args",
                         {{"step", s},
                          {"algorithm", step.algorithm},
                          {"flops", step.flops},
                          {"bytes_read", step.bytes_read()},
                          {"bytes_written", step.bytes_written()}}}});
    }
  }
  return Json({{"traceEvents", events}, {"displayTimeUnit", "ms"}}).dump();
}

}  // namespace convoy
