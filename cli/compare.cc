#include <memory>
#include <optional>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/passes/passes.h"
#include "difference.h"
#include "inputs.h"
#include "onnxruntime.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  convoy compare model.onnx --against onnxruntime      on random inputs
  convoy compare model.onnx --backends reference,cpu
  convoy compare model.onnx --against onnxruntime --input images=photo.jpg --rtol 1e-3

Of every output it prints the largest absolute error, and that as a part of the largest element.
Where results part it looks for the first node that they part at.
Exit codes: 0 the results agree, 1 they do not.)";

struct Arguments {
  std::filesystem::path model;
  InputOptions inputs;
  std::vector<std::string> backends;
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

Runner by_backend(const Graph& graph, const NamedTensors& arrays, const std::string& backend,
                  const Session& session) {
  return [=, &session](bool nodes) {
    const Graph whole = nodes ? with_nodes_as_outputs(graph) : graph;
    const Function run = compile(whole, {.backend = backend, .optimize = !nodes});
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

void compare(const Arguments& arguments, const Session& session) {
  const InputOptions::Ready ready = arguments.inputs.load(arguments.model);
  std::vector<std::string> sides = arguments.backends;
  if (sides.empty()) sides = {CompileOptions().backend, "reference"};
  if (!arguments.against.empty()) sides.resize(1);
  if (sides.size() + (arguments.against.empty() ? 0 : 1) != 2)
    throw ValueError("two sides are compared: --backends a,b, or --against onnxruntime");
  if (sides.size() == 2 && sides[0] == sides[1])
    throw ValueError(
        fmt::format("'{}' would be compared with itself; name two backends, or give "
                    "--against onnxruntime",
                    sides[0]));
  const Runner first = by_backend(ready.graph, ready.arrays, sides[0], session);
  Runner second;
  if (arguments.against.empty()) {
    second = by_backend(ready.graph, ready.arrays, sides[1], session);
  } else {
    if (arguments.model.extension() != ".onnx")
      throw ValueError("ONNX Runtime runs .onnx files; convoy convert makes one");
    second = [&](bool nodes) {
      return run_by_onnxruntime(arguments.model, ready.all, nodes, arguments.python,
                                session.cancellation);
    };
  }
  fmt::print("{} against {}\n", sides[0], arguments.against.empty() ? sides[1] : arguments.against);
  if (print_outputs(ready.graph, first(false), second(false), arguments.tolerance)) return;
  print_first_difference(ready.graph, first(true), second(true), arguments.tolerance);
  throw ValueError("the results do not agree");
}

}  // namespace

void add_compare(CLI::App& app, const Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->inputs.draw_by_default();
  CLI::App* verb = app.add_subcommand(
      "compare", "Hold the results of two backends, or ONNX Runtime's, together");
  verb->footer(examples);
  verb->add_option("model", arguments->model, "an .onnx or .convoy file")->required();
  verb->add_option("--backends", arguments->backends, "two of them; the second is the truth")
      ->delimiter(',')
      ->check(CLI::IsMember(backends()));
  verb->add_option("--against", arguments->against, "another implementation as the truth")
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
