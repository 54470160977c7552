#include <memory>
#include <optional>

#include <fmt/format.h>

#include "backend.h"
#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/passes/passes.h"
#include "difference.h"
#include "inputs.h"
#include "onnxruntime.h"
#include "usage.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

/// The backend that others are held against.
constexpr const char* measure = "reference";

std::string examples() {
  std::string two_backends;
  for (const std::string& backend : backends())
    if (backend != measure && two_backends.empty())
      two_backends =
          fmt::format("  convoy compare model.onnx --backends {},{}\n", backend, measure);
  return fmt::format(R"(
Examples:
  convoy compare model.onnx                            with ONNX Runtime, on random inputs
  convoy compare model.onnx --input images=photo.jpg --rtol 1e-3
{}
Of every output it prints the largest absolute error, and that as a part of the largest element.
Where results part it looks for the first node that they part at.
Exit codes: 0 the results agree, 3 they do not, others as everywhere (convoy --help).)",
                     two_backends);
}

struct Arguments {
  std::filesystem::path model;
  InputOptions inputs;
  std::vector<std::string> backends;
  BackendArguments settings;
  std::string against, python = "python3";
  Tolerance tolerance;
};

/// Runs a graph one way or another: its results by name, and by "node:<name>" those of its nodes.
using Runner = std::function<NamedTensors(bool nodes)>;

/// The first output of every node that has a name, under that name.
Graph with_nodes_as_outputs(const Graph& graph) {
  std::vector<Output> outputs;
  std::set<std::string> names;
  for (const NodePtr& node : graph.nodes)
    if (node->op() && !node->name.empty() && names.insert(node->name).second)
      outputs.push_back({"node:" + node->name, Value(node, 0)});
  return {graph.inputs, std::move(outputs), graph.name};
}

Runner by_backend(const Graph& graph, const NamedTensors& arrays, CompileOptions options,
                  const Session& session) {
  return [=, &session](bool nodes) mutable {
    const Graph whole = nodes ? with_nodes_as_outputs(graph) : graph;
    options.optimize = !nodes;
    const Function run = compile(whole, options);
    const std::vector<Tensor> results = run.call(arrays, {&session.cancellation});
    NamedTensors named;
    for (size_t i = 0; i < results.size(); ++i) named.emplace(whole.outputs[i].name, results[i]);
    return named;
  };
}

/// True when they agree.
bool print_outputs(const Graph& graph, const NamedTensors& got, const NamedTensors& truth,
                   const Tolerance& tolerance) {
  size_t width = 6;
  for (const Output& output : graph.outputs) width = std::max(width, output.name.size());
  fmt::print("{:<{}}  {:>12}  {:>12}\n", "output", width, "absolute", "relative");
  bool agree = true;
  for (const Output& output : graph.outputs) {
    const auto a = got.find(output.name), b = truth.find(output.name);
    if (a == got.end() || b == truth.end())
      throw ValueError(fmt::format("there is no result '{}' on one side", output.name));
    const Difference d = difference(a->second, b->second, tolerance);
    if (d.mismatch.empty())
      fmt::print("{:<{}}  {:>12.3g}  {:>12.3g}  {}\n", output.name, width, d.absolute, d.relative,
                 d.acceptable ? "" : "too far apart");
    else
      fmt::print("{:<{}}  {}\n", output.name, width, d.mismatch);
    agree = agree && d.acceptable;
  }
  return agree;
}

void print_first_difference(const Graph& graph, const NamedTensors& got, const NamedTensors& truth,
                            const Tolerance& tolerance) {
  for (const NodePtr& node : graph.nodes) {
    const auto a = got.find("node:" + node->name), b = truth.find("node:" + node->name);
    if (!node->op() || a == got.end() || b == truth.end()) continue;
    const Difference d = difference(a->second, b->second, tolerance);
    if (d.acceptable) continue;
    fmt::print(
        "they part at {} '{}' ({}): {}\n", node->kind(), node->name, to_string(node->outputs[0]),
        d.mismatch.empty() ? fmt::format("absolute {:.3g}, relative {:.3g}", d.absolute, d.relative)
                           : d.mismatch);
    return;
  }
  fmt::print("no single node is beyond the tolerance when all are compared one by one\n");
}

struct Sides {
  std::string backend, other;
  bool is_backend;  // the other, too; else it is ONNX Runtime
};

/// What is held against what: by default the first backend and ONNX Runtime.
Sides sides_of(const Arguments& arguments) {
  const std::vector<std::string>& given = arguments.backends;
  const bool is_backend = given.size() == 2 && arguments.against.empty();
  if (!is_backend && given.size() > 1)
    throw UsageError(
        "two sides are compared: --backends a,b, or --backends a --against onnxruntime");
  if (is_backend && given[0] == given[1])
    throw UsageError(fmt::format("'{}' would be compared with itself", given[0]));
  if (is_backend) return {given[0], given[1], true};
  if (arguments.model.extension() != ".onnx")
    throw UsageError(
        "ONNX Runtime runs .onnx files; convoy convert makes one, and --backends a,b compares two "
        "backends");
  return {given.empty() ? CompileOptions().backend : given[0], "onnxruntime", false};
}

void compare(const Arguments& arguments, const Session& session) {
  const Sides sides = sides_of(arguments);
  const auto options_for = [&](const std::string& backend) {
    return arguments.settings.options(backend, {sides.backend, sides.other});
  };
  const CompileOptions options = options_for(sides.backend);
  const InputOptions::Ready ready = arguments.inputs.load(arguments.model);
  const Runner first = by_backend(ready.graph, ready.arrays, options, session);
  const Runner by_onnxruntime = [&](bool nodes) {
    return run_by_onnxruntime(arguments.model, ready.all, nodes, arguments.python,
                              session.cancellation);
  };
  const Runner second =
      sides.is_backend ? by_backend(ready.graph, ready.arrays, options_for(sides.other), session)
                       : by_onnxruntime;
  fmt::print("{} against {}\n", sides.backend, sides.other);
  if (print_outputs(ready.graph, first(false), second(false), arguments.tolerance)) return;
  print_first_difference(ready.graph, first(true), second(true), arguments.tolerance);
  throw Disagreement("the results do not agree");
}

}  // namespace

void add_compare(CLI::App& app, const Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->inputs.draw_by_default();
  CLI::App* verb = app.add_subcommand(
      "compare", "Hold the results of two backends, or ONNX Runtime's, together");
  verb->footer(examples());
  verb->add_option("model", arguments->model, model_help)->required();
  verb->add_option("--backends", arguments->backends,
                   "two of them, the second the truth; or one, held against ONNX Runtime")
      ->delimiter(',')
      ->check(CLI::IsMember(backends()));
  arguments->settings.add_to(*verb);
  verb->add_option("--against", arguments->against,
                   "another implementation as the truth; the default without two backends")
      ->check(CLI::IsMember({"onnxruntime"}));
  verb->add_option("--python", arguments->python, "a Python that has onnx and onnxruntime")
      ->capture_default_str()
      ->envname("CONVOY_PYTHON");
  arguments->inputs.add_to(*verb);
  verb->add_option("--rtol", arguments->tolerance.relative, "part of an element it may be off by")
      ->capture_default_str();
  verb->add_option("--atol", arguments->tolerance.absolute,
                   "part of the largest element that any may be off by")
      ->capture_default_str();
  verb->callback([arguments, &session] { compare(*arguments, session); });
}

}  // namespace convoy::cli
