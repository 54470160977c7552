#include <algorithm>
#include <memory>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "backend.h"
#include "convoy/base/error.h"
#include "convoy/base/units.h"
#include "convoy/graph/dot.h"
#include "convoy/io/replacing_file.h"
#include "convoy/onnx/file_info.h"
#include "convoy/passes/passes.h"
#include "model_file.h"
#include "plan_json.h"
#include "usage.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  convoy inspect model.onnx                     what goes in, what comes out, what it costs
  convoy inspect model.onnx --dim N=1           the same for a batch of one
  convoy inspect model.onnx --nodes             every node with its type and its operations
  convoy inspect model.onnx --svg model.svg     a drawing (by Graphviz)
  convoy inspect model.onnx --plan --threads 2  how the backend cpu computes it, step by step
  convoy inspect model.onnx --json | jq .flops

FLOPs count two for each multiplication and addition of convolutions and matrix products. Memory
is what arrays take at the worst moment of a run, each kept from its node to its last use. Both
need every size: symbolic dimensions are given by --dim.)";

struct Arguments {
  std::filesystem::path model;
  DimensionOptions dims;
  bool json = false, nodes = false, plan = false;
  CpuArguments cpu;
  std::filesystem::path svg;
};

/// Elements that were trained, and those that were counted (running statistics).
struct Weights {
  int64_t parameters = 0, statistics = 0, bytes = 0;
};

Weights weights_of(const Graph& graph) {
  std::unordered_set<const Node*> statistics;
  for (const NodePtr& node : graph.nodes)
    if (node->op() && std::holds_alternative<BatchNorm>(*node->op()))
      for (const size_t i : {size_t{3}, size_t{4}}) statistics.insert(node->inputs[i].node().get());
  Weights weights;
  for (const NodePtr& node : graph.nodes) {
    if (!node->constant() && !node->parameter()) continue;
    const Type& type = node->outputs[0];
    const int64_t elements = element_count(type.shape).value();
    weights.bytes += elements * size_of(type.dtype);
    if (is_floating(type.dtype) && type.rank() > 0)
      (statistics.contains(node.get()) ? weights.statistics : weights.parameters) += elements;
  }
  return weights;
}

std::map<std::string, int64_t> histogram_of(const Graph& graph) {
  std::map<std::string, int64_t> histogram;
  for (const NodePtr& node : graph.nodes)
    if (node->op()) ++histogram[std::string(node->kind())];
  return histogram;
}

/// "float32[N,3]", as types of the graph are told; "?" stands for what is not stated.
std::string type_text(const onnx::FileInfo::Port& port) {
  const std::map<std::string, std::string> names{
      {"", "?"}, {"tensor(float)", "float32"}, {"tensor(double)", "float64"}};
  const auto found = names.find(port.type);
  const std::string dtype = found != names.end()
                                ? found->second
                                : port.type.substr(7, port.type.size() - 8);  // of tensor(…)
  if (!port.shape) return dtype + "[?]";
  std::vector<std::string> sizes;
  for (const auto& size : *port.shape) {
    if (const auto* number = std::get_if<int64_t>(&size))
      sizes.push_back(std::to_string(*number));
    else if (const auto* name = std::get_if<std::string>(&size))
      sizes.push_back(*name);
    else
      sizes.emplace_back("?");
  }
  return fmt::format("{}[{}]", dtype, fmt::join(sizes, ","));
}

Json json_of(const onnx::FileInfo& info) {
  const auto ports = [](const std::vector<onnx::FileInfo::Port>& list) {
    Json all = Json::array();
    for (const auto& port : list) all.push_back({{"name", port.name}, {"type", type_text(port)}});
    return all;
  };
  Json unsupported = Json::array();
  for (const auto& [op, nodes] : info.unsupported)
    unsupported.push_back({{"op", op}, {"nodes", nodes}});
  return {{"ir_version", info.ir_version},  {"opsets", info.opsets},
          {"producer", info.producer},      {"producer_version", info.producer_version},
          {"graph", info.graph_name},       {"documentation", info.documentation},
          {"metadata", info.metadata},      {"inputs", ports(info.inputs)},
          {"outputs", ports(info.outputs)}, {"onnx_operators", info.operators},
          {"unsupported", unsupported}};
}

Json json_of(const Graph& graph) {
  Json inputs = Json::array(), outputs = Json::array();
  for (const Value& input : graph.inputs)
    inputs.push_back({{"name", input.node()->name}, {"type", to_string(input.type())}});
  for (const Output& output : graph.outputs)
    outputs.push_back({{"name", output.name}, {"type", to_string(output.value.type())}});
  const Weights weights = weights_of(graph);
  return {{"inputs", inputs},
          {"outputs", outputs},
          {"parameters", weights.parameters},
          {"statistics", weights.statistics},
          {"weight_bytes", weights.bytes},
          {"operators", histogram_of(graph)}};
}

Json json_of_nodes(const Graph& graph, bool is_static) {
  Json nodes = Json::array();
  for (const NodePtr& node : graph.nodes) {
    if (!node->op()) continue;
    std::vector<std::string> types;
    for (const Type& type : node->outputs) types.push_back(to_string(type));
    Json entry{{"name", node->title()}, {"op", node->kind()}, {"outputs", types}};
    if (is_static) entry["flops"] = flops(*node);
    nodes.push_back(std::move(entry));
  }
  return nodes;
}

template <class Counts>
void print_histogram(std::string_view title, const Counts& counts) {
  std::vector<std::pair<std::string, int64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string line;
  for (const auto& [name, count] : sorted)
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, name);
  fmt::print("{:<12}{}\n", title, line);
}

void print(const onnx::FileInfo& info) {
  std::string opsets;
  for (const auto& [domain, opset] : info.opsets)
    opsets += fmt::format("{}{} {}", opsets.empty() ? "" : ", ", domain, opset);
  fmt::print("{:<12}ONNX IR {}, opset {}, made by {} {}\n", "file", info.ir_version, opsets,
             info.producer.empty() ? "?" : info.producer, info.producer_version);
  if (!info.documentation.empty()) fmt::print("{:<12}{}\n", "about", info.documentation);
}

void print(const Graph& graph) {
  std::string_view title = "inputs";
  for (const Value& input : graph.inputs) {
    fmt::print("{:<12}{}  {}\n", title, input.node()->name, to_string(input.type()));
    title = "";
  }
  title = "outputs";
  for (const Output& output : graph.outputs) {
    fmt::print("{:<12}{}  {}\n", title, output.name, to_string(output.value.type()));
    title = "";
  }
  const Weights weights = weights_of(graph);
  fmt::print(
      "{:<12}{} ({}){}, {} of weights\n", "parameters", weights.parameters,
      count_text(weights.parameters),
      weights.statistics == 0 ? "" : fmt::format(" and {} running statistics", weights.statistics),
      bytes_text(weights.bytes));
}

void print_nodes(const Graph& graph, bool is_static) {
  size_t name_width = 4, op_width = 2;
  for (const NodePtr& node : graph.nodes) {
    if (!node->op()) continue;
    name_width = std::max(name_width, node->title().size());
    op_width = std::max(op_width, node->kind().size());
  }
  name_width = std::min<size_t>(name_width, 60);
  fmt::print("\n{:<{}}  {:<{}}  {:>10}  {}\n", "node", name_width, "op", op_width, "FLOPs",
             "outputs");
  for (const NodePtr& node : graph.nodes) {
    if (!node->op()) continue;
    std::vector<std::string> types;
    for (const Type& type : node->outputs) types.push_back(to_string(type));
    const int64_t count = is_static ? flops(*node) : 0;
    fmt::print("{:<{}}  {:<{}}  {:>10}  {}\n", node->title(), name_width, node->kind(), op_width,
               count == 0 ? "" : count_text(count), fmt::join(types, ", "));
  }
}

/// How the backend cpu computes the graph, whose sizes are all known.
PlanDescription plan_of(const Graph& graph, const CpuOptions& options) {
  std::vector<Extents> inputs;
  for (const Value& input : graph.inputs) inputs.push_back(to_extents(input.shape()));
  return compile(graph, {.backend = "cpu", .cpu = options}).plan(inputs);
}

/// A file that cannot be imported still says what it is, before it says why not.
void inspect(const Arguments& arguments) {
  if (arguments.cpu.said() && !arguments.plan)
    throw UsageError("--threads, --precision and --instruction-set are for --plan");
  const CpuOptions cpu = arguments.cpu.options({"cpu"});
  const bool is_onnx = arguments.model.extension() == ".onnx";
  Json json;
  if (is_onnx) {
    const onnx::FileInfo info = onnx::describe(arguments.model);
    json = json_of(info);
    if (!arguments.json) print(info);
    if (!info.unsupported.empty() && !arguments.json) print_histogram("ONNX nodes", info.operators);
  }
  const Graph original = [&] {
    try {
      return load_model(arguments.model);
    } catch (const Error&) {
      if (is_onnx && arguments.json) fmt::print("{}\n", json.dump(2));
      throw;
    }
  }();
  const Bindings bindings = arguments.dims.bindings(original);
  const std::vector<std::string> symbols = symbols_of(original);
  const bool is_static = bindings.size() == symbols.size();
  if (arguments.plan && !is_static)
    throw UsageError(fmt::format("a plan depends on {}: give sizes, such as --dim {}=1",
                                 fmt::join(symbols, ", "), symbols[0]));
  const Graph graph = is_static ? specialize(original, bindings) : original;

  json.update(json_of(graph));
  json["symbols"] = symbols;
  if (is_static) {
    json["flops"] = flops(graph);
    json["peak_bytes"] = peak_memory(graph).bytes;
  }
  if (arguments.nodes) json["nodes"] = json_of_nodes(graph, is_static);
  std::optional<PlanDescription> plan;
  if (arguments.plan) plan = plan_of(graph, cpu);
  if (plan) json["plan"] = cli::json_of(*plan);
  if (arguments.json) {
    fmt::print("{}\n", json.dump(2));
  } else {
    print(graph);
    if (is_static)
      fmt::print("{:<12}{}FLOP\n{:<12}{} at the worst moment\n", "work", count_text(flops(graph)),
                 "memory", bytes_text(peak_memory(graph).bytes));
    else
      fmt::print("{:<12}its FLOPs and memory depend on {}: give sizes, such as --dim {}=1\n",
                 "work", fmt::join(symbols, ", "), symbols[0]);
    print_histogram("operators", histogram_of(graph));
    if (arguments.nodes) print_nodes(graph, is_static);
    if (plan) fmt::print("\n{}", to_string(*plan));
  }
  if (!arguments.svg.empty()) io::write_file(arguments.svg, to_svg(graph));
}

}  // namespace

void add_inspect(CLI::App& app, const Session&) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("inspect", "What a model takes, gives, holds and costs");
  verb->footer(examples);
  verb->add_option("model", arguments->model, model_help)->required();
  arguments->dims.add_to(*verb);
  verb->add_flag("--nodes", arguments->nodes, "list every node");
  verb->add_flag("--plan", arguments->plan,
                 "list the steps of the backend cpu: what is computed together, how, and where");
  arguments->cpu.add_to(*verb);
  verb->add_flag("--json", arguments->json, "print JSON, for programs");
  verb->add_option("--svg", arguments->svg, "write a drawing of the graph")->type_name("FILE");
  verb->callback([arguments] { inspect(*arguments); });
}

}  // namespace convoy::cli
