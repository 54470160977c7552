#include <map>
#include <set>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/unsupported.h"
#include "convoy/stablehlo/lowerings.h"
#include "convoy/stablehlo/spelling.h"
#include "convoy/stablehlo/stablehlo.h"

namespace convoy::stablehlo {

namespace {

/// Constants of at most so many elements are text.
constexpr int64_t elements_as_text = 64;

bool is_text(const Tensor& constant) { return constant.size() <= elements_as_text; }

std::string heading(const Node& node) {
  return node.name.empty() ? std::string(node.kind())
                           : fmt::format("{} '{}'", node.kind(), node.name);
}

std::set<std::pair<const Node*, size_t>> wanted_outputs(const Graph& graph) {
  std::set<std::pair<const Node*, size_t>> wanted;
  const auto want = [&](const Value& value) {
    wanted.insert({value.node().get(), value.output()});
  };
  for (const NodePtr& node : graph.nodes)
    for (const Value& input : node->inputs) want(input);
  for (const Output& output : graph.outputs) want(output.value);
  return wanted;
}

void lower_nodes(const Graph& graph, Program& program) {
  Unsupported unsupported;
  for (const NodePtr& node : graph.nodes) {
    if (const Tensor* value = node->constant(); value && is_text(*value))
      program.values[{node.get(), 0}][Layout::channels_first] = program.code.constant(*value);
    if (!node->op()) continue;
    program.code.comment(heading(*node));
    Lowering out(node, program);
    try {
      std::visit([&](const auto& op) { lower(op, out); }, *node->op());
    } catch (const NotSupportedError& error) {
      unsupported.add(std::string(node->kind()), error.what(), node->title());
    }
    if (unsupported.empty()) continue;
    // So that what comes after can be looked at, too.
    for (size_t k = 0; k < node->outputs.size(); ++k)
      program.values[{node.get(), k}].try_emplace(
          Layout::channels_first,
          Operand{"%none", node->outputs[k].dtype, to_extents(node->outputs[k].shape)});
  }
  if (!unsupported.empty())
    throw NotSupportedError(
        fmt::format("cannot say the graph in StableHLO:{}\nWhat is said how is told by docs/xla.md",
                    unsupported.lines()));
}

/// The flags of all checks as one vector.
Operand all_flags(Code& code, const Operands& broken) {
  Operands flags;
  for (const Operand& flag : broken) flags.push_back(code.reshape(flag, {1}));
  return code.concatenate(flags, 0);
}

std::string declarations(const Operands& arguments, const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < arguments.size(); ++i)
    text += fmt::format("\n    {}: {}{}  // {}", arguments[i].name,
                        tensor_type(arguments[i].dtype, arguments[i].shape),
                        i + 1 < arguments.size() ? "," : "", names[i]);
  return text;
}

}  // namespace

Module lower(const Graph& graph, const Options& options) {
  Module module;
  Code code(4);
  Program program{options, code, wanted_outputs(graph)};
  Operands arguments;
  const auto add_argument = [&](const Type& type, const std::string& name) {
    arguments.push_back(code.parameter(type));
    module.names.push_back(on_one_line(name));
    module.arguments.push_back(type);
    return arguments.back();
  };
  for (const Value& input : graph.inputs)
    program.values[{input.node().get(), 0}][Layout::channels_first] =
        add_argument(input.type(), "input " + input.node()->name);
  std::map<const ParameterState*, Operand> parameters;
  for (const ParameterPtr& parameter : graph.parameters())
    parameters.emplace(parameter.get(),
                       add_argument(parameter->type(), "parameter " + parameter->name()));
  for (const NodePtr& node : graph.nodes) {
    if (const ParameterState* parameter = node->parameter())
      program.values[{node.get(), 0}][Layout::channels_first] = parameters.at(parameter);
    const Tensor* value = node->constant();
    if (!value || is_text(*value)) continue;
    program.values[{node.get(), 0}][Layout::channels_first] =
        add_argument(value->type(), "constant " + node->name);
    module.constants.push_back(*value);
  }

  lower_nodes(graph, program);

  Operands results;
  for (const Output& output : graph.outputs) {
    results.push_back(program.get(output.value, Layout::channels_first));
    module.results.push_back(output.value.type());
  }
  if (!program.broken.empty()) {
    results.push_back(all_flags(code, program.broken));
    module.results.push_back({DType::boolean, to_shape(results.back().shape)});
    module.checks = std::move(program.checks);
  }
  code.give("return", results);

  std::string types;
  for (const Operand& result : results)
    types += (types.empty() ? "" : ", ") + tensor_type(result.dtype, result.shape);
  module.text =
      fmt::format("module @convoy {{\n  func.func public @main({}\n  ) -> ({}) {{\n{}  }}\n}}\n",
                  declarations(arguments, module.names), types, code.text());
  return module;
}

bool supports(const Op& op) { return !std::holds_alternative<Custom>(op); }

}  // namespace convoy::stablehlo
