#include <memory>

#include <fmt/format.h>

#include "backend.h"
#include "convoy/io/replacing_file.h"
#include "inputs.h"
#include "plan_json.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  convoy profile model.onnx                          on random arrays
  convoy profile yolo11n --threads 1 --runs 50
  convoy profile model.onnx --trace trace.json       for ui.perfetto.dev or chrome://tracing
  convoy profile model.onnx --json | jq .kinds

Times are medians over the runs. GFLOP/s count operations as publications do, so that an algorithm
which needs fewer may go beyond 100 % of the machine's peak; GB/s count what steps read and write,
which may lie in caches and then goes beyond what memory gives.)";

struct Arguments {
  std::filesystem::path model, trace;
  InputOptions inputs;
  CpuArguments cpu;
  CacheArgument cache;
  int runs = 10;
  bool json = false;
};

void profile(const Arguments& arguments, const Session& session) {
  CpuOptions cpu = arguments.cpu.options({"cpu"});
  cpu.cache = arguments.cache.folder({"cpu"});
  const InputOptions::Ready ready = arguments.inputs.load(arguments.model);
  const Function function = compile(ready.graph, {.backend = "cpu", .cpu = cpu});
  const Profile found =
      function.profile(function.in_order(ready.arrays), {arguments.runs, &session.cancellation});
  if (arguments.json)
    fmt::print("{}\n", json_of(found).dump(2));
  else
    fmt::print("{}", to_string(found));
  if (!arguments.trace.empty()) io::write_file(arguments.trace, chrome_trace(found));
}

}  // namespace

void add_profile(CLI::App& app, const Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->inputs.draw_by_default();
  CLI::App* verb =
      app.add_subcommand("profile", "Where the time of a call goes, on the backend cpu");
  verb->footer(examples);
  verb->add_option("model", arguments->model, model_help)->required();
  verb->add_option("--runs", arguments->runs, "how many calls are measured")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb->add_option("--trace", arguments->trace, "write when each thread did what")
      ->type_name("FILE");
  verb->add_flag("--json", arguments->json, "print JSON, for programs");
  arguments->cpu.add_to(*verb);
  arguments->cache.add_to(*verb);
  arguments->inputs.add_to(*verb);
  verb->callback([arguments, &session] { profile(*arguments, session); });
}

}  // namespace convoy::cli
