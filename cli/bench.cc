#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "backend.h"
#include "convoy/base/error.h"
#include "convoy/base/version.h"
#include "inputs.h"
#include "resident_memory.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  convoy bench model.onnx                          as fast as this machine can
  convoy bench yolo11n --threads 1 --seconds 5
  convoy bench model.onnx --dim N=8 --precision highest
  convoy bench model.onnx --backend reference --json

load_ms is reading and compiling, first_ms that and the first run, peak_mib the most memory that the
process had beyond its start. The other times are of calls that follow, as many as fit the seconds,
after a tenth of them to warm up.)";

using Clock = std::chrono::steady_clock;

struct Arguments {
  std::filesystem::path model;
  InputOptions inputs;
  std::string backend = "cpu";
  BackendArguments settings;
  double seconds = 3;
  bool json = false;
};

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// Calls for so long, at least `least` times; milliseconds of each, in order of size.
template <class Call>
std::vector<double> timed(double seconds, size_t least, const Call& call) {
  std::vector<double> times;
  const auto start = Clock::now();
  while (times.size() < least || milliseconds_since(start) < seconds * 1e3) {
    const auto begin = Clock::now();
    call();
    times.push_back(milliseconds_since(begin));
  }
  std::sort(times.begin(), times.end());
  return times;
}

/// The smallest time that so large a part of all is not above.
double quantile(const std::vector<double>& sorted, double part) {
  const auto above = static_cast<size_t>(part * static_cast<double>(sorted.size()));
  return sorted[std::min(above, sorted.size() - 1)];
}

std::optional<PlanDescription> plan_of(const Function& function,
                                       const std::vector<Extents>& inputs) {
  try {
    return function.plan(inputs);
  } catch (const NotSupportedError&) {
    return std::nullopt;
  }
}

void bench(const Arguments& arguments, const Session& session) {
  const CompileOptions options = arguments.settings.options(arguments.backend, {arguments.backend});
  const int64_t memory_before = resident_bytes();
  const auto start = Clock::now();
  const InputOptions::Ready ready = arguments.inputs.load(arguments.model);
  const Function function = compile(ready.graph, options);
  const std::vector<Tensor> inputs = function.in_order(ready.arrays);
  std::vector<Extents> extents;
  for (const Tensor& input : inputs) extents.push_back(input.extents());
  std::vector<Tensor> outputs;
  for (const Type& type : function.output_types(extents))
    outputs.emplace_back(type.dtype, to_extents(type.shape));
  const double load = milliseconds_since(start);

  Context context = function.new_context();
  const auto call = [&] { function.run_into(context, inputs, outputs, {&session.cancellation}); };
  call();
  const double first = milliseconds_since(start);
  timed(arguments.seconds / 10, 1, call);
  const std::vector<double> times = timed(arguments.seconds, 5, call);
  const double peak = static_cast<double>(peak_resident_bytes() - memory_before) / (1 << 20);

  const std::optional<PlanDescription> plan = plan_of(function, extents);
  nlohmann::ordered_json result{{"model", arguments.model.string()},
                                {"version", version},
                                {"backend", arguments.backend},
                                {"runs", times.size()},
                                {"median_ms", quantile(times, 0.5)},
                                {"min_ms", times.front()},
                                {"p99_ms", quantile(times, 0.99)},
                                {"load_ms", load},
                                {"first_ms", first},
                                {"peak_mib", peak},
                                {"threads", nullptr},
                                {"precision", nullptr},
                                {"instruction_set", nullptr}};
  if (plan) {
    result["threads"] = plan->threads;
    result["precision"] = plan->precision;
    result["instruction_set"] = plan->instruction_set;
  }
  if (arguments.json) {
    fmt::print("{}\n", result.dump(2));
    return;
  }
  for (const auto& [name, value] : result.items()) {
    if (value.is_null()) continue;
    fmt::print("{:<16} {}\n", name,
               value.is_number_float() ? fmt::format("{:.3f}", value.get<double>())
               : value.is_string()     ? value.get<std::string>()
                                       : value.dump());
  }
}

}  // namespace

void add_bench(CLI::App& app, const Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->inputs.draw_by_default();
  CLI::App* verb = app.add_subcommand("bench", "How long a model takes, and how much memory");
  verb->footer(examples);
  verb->add_option("model", arguments->model, model_help)->required();
  verb->add_option("--seconds", arguments->seconds, "how long to measure")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  verb->add_flag("--json", arguments->json, "print JSON, for programs");
  add_backend_option(*verb, arguments->backend);
  arguments->settings.add_to(*verb);
  arguments->inputs.add_to(*verb);
  verb->callback([arguments, &session] { bench(*arguments, session); });
}

}  // namespace convoy::cli
