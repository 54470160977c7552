// From the messages of a file to a graph: names to values, functions and branches put in place.
#include <algorithm>
#include <new>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/error.h"
#include "convoy/graph/unsupported.h"
#include "convoy/onnx/idioms.h"
#include "convoy/onnx/onnx.h"
#include "convoy/onnx/reading.h"
#include "convoy/onnx/types.h"
#include "convoy/reference/reference.h"

namespace convoy::onnx {

namespace {

/// Names and what they stand for; a none stands for what comes of an unsupported node.
struct Scope {
  std::unordered_map<std::string_view, Value> values = {};
  const Scope* outer = nullptr;
  std::unordered_set<std::string_view> left_out = {};  // inputs of a function that a call omits

  bool leaves_out(std::string_view name) const {
    return left_out.contains(name) || (outer && outer->leaves_out(name));
  }
  const Value* find(std::string_view name) const {
    for (const Scope* scope = this; scope; scope = scope->outer) {
      const auto found = scope->values.find(name);
      if (found != scope->values.end()) return &found->second;
    }
    return nullptr;
  }
  void add(std::string_view name, Value value) {
    if (!values.emplace(name, std::move(value)).second)
      throw ValueError(fmt::format("{} is the name of two values of one graph", in_quotes(name)));
  }
};

/// Where nodes stand: in the main graph, or in the body of a function that was called.
struct Body {
  std::map<std::string_view, int64_t> opsets;
  NamedAttributes attributes = {};  // of the call, for a function
  int64_t depth = 0;
};

std::map<std::string_view, int64_t> opsets_of(const std::vector<OpsetView>& views) {
  std::map<std::string_view, int64_t> opsets;
  for (const OpsetView& view : views) opsets[normalized_domain(view.domain)] = view.version;
  const auto standard = opsets.find("");
  if (standard != opsets.end() &&
      (standard->second < oldest_opset || standard->second > newest_opset))
    throw NotSupportedError(fmt::format(
        "it is written in opset {}; supported are {} to {}. onnx.version_converter can convert it",
        standard->second, oldest_opset, newest_opset));
  return opsets;
}

class Importer {
 public:
  Importer(const ModelView& model, Weights weights, const LoadOptions& options)
      : model_(model),
        weights_(std::move(weights)),
        options_(options),
        known_(reference::apply) {}

  Graph run() {
    check_model();
    check_constants();
    for (const FunctionView& function : model_.functions)
      if (!functions_
               .emplace(
                   std::tuple(normalized_domain(function.domain), function.name, function.overload),
                   &function)
               .second)
        throw ValueError(fmt::format("two functions are called {}", in_quotes(function.name)));
    Scope scope;
    std::vector<Value> inputs;
    try {
      add_initializers(model_.graph, scope);
      inputs = add_inputs(scope);
      add_nodes(model_.graph.nodes, scope, {opsets_of(model_.opsets)});
    } catch (const Error&) {
      if (!unsupported_.empty()) throw_unsupported();
      throw;
    }
    std::vector<Output> outputs =
        unsupported_.empty() ? find_outputs(scope) : std::vector<Output>();
    if (!unsupported_.empty()) throw_unsupported();
    Graph graph(std::move(inputs), std::move(outputs), std::string(model_.graph.name));
    for (const auto& [key, value] : model_.metadata)
      graph.metadata.emplace(std::string(key), std::string(value));
    if (!model_.documentation.empty())
      graph.metadata.emplace("doc_string", std::string(model_.documentation));
    Graph result = recognize_idioms(graph);
    verify(result);
    return result;
  }

 private:
  void check_model() const {
    if (!model_.has_graph)
      throw ValueError("it holds no graph: this is not an ONNX model, or an empty one");
    if (model_.ir_version < 3 || model_.ir_version > newest_ir_version)
      throw NotSupportedError(fmt::format("its IR version is {}; supported are 3 to {}",
                                          model_.ir_version, newest_ir_version));
  }

  void check_constants() const {
    std::set<std::string_view> known;
    for (const ValueView& view : model_.graph.inputs) known.insert(view.name);
    for (const auto& [name, tensor] : options_.constants)
      if (!known.contains(name))
        throw ValueError(
            fmt::format("there is no input {} to give as a constant", in_quotes(name)));
  }

  void add_initializers(const GraphView& graph, Scope& scope) {
    for (const TensorView& view : graph.initializers)
      add_initializer(view.name, scope,
                      [&] { return weights_.once(&view, [&] { return weights_.tensor(view); }); });
    for (const std::string_view bytes : graph.sparse_initializers) {
      const SparseTensorView view = parse_sparse_tensor(bytes);
      add_initializer(view.values.name, scope, [&] {
        return weights_.once(bytes.data(), [&] { return weights_.tensor(view); });
      });
    }
  }

  template <class Make>
  void add_initializer(std::string_view name, Scope& scope, const Make& make) {
    try {
      const std::string_view kept = is_generated_name(name) ? "" : name;
      scope.add(name, constant(make(), std::string(kept)));
    } catch (const NotSupportedError& error) {
      unsupported_.add("an initializer", error.what(), name);
      scope.add(name, {});
    }
  }

  // Before IR version 4 initialisers had to be listed among the inputs; since, they are inputs
  // with a default. Either way the value in the file is what counts here.
  std::vector<Value> add_inputs(Scope& scope) {
    std::vector<Value> inputs;
    for (const ValueView& view : model_.graph.inputs) {
      if (scope.values.contains(view.name)) continue;
      if (view.name.empty()) throw ValueError("an input of the graph has no name");
      try {
        const Type type = to_type(view, model_.producer == "convoy");
        const auto given = options_.constants.find(view.name);
        if (given != options_.constants.end()) {
          bind_symbols({convoy::input(std::string(view.name), type)}, {given->second.extents()});
          if (given->second.dtype() != type.dtype)
            throw TypeError(fmt::format("it is {}, given as a constant of {}", to_string(type),
                                        to_string(given->second.dtype())));
          scope.add(view.name, constant(given->second, std::string(view.name)));
          continue;
        }
        inputs.push_back(convoy::input(std::string(view.name), type));
        scope.add(view.name, inputs.back());
      } catch (const NotSupportedError& error) {
        unsupported_.add("an input", error.what(), view.name);
        scope.add(view.name, {});
      } catch (const Error&) {
        rethrow_with_prefix(fmt::format("input {}: ", in_quotes(view.name)));
      }
    }
    return inputs;
  }

  std::vector<Output> find_outputs(const Scope& scope) {
    std::vector<Output> outputs;
    for (const ValueView& view : model_.graph.outputs) {
      const Value* value = scope.find(view.name);
      if (!value)
        throw ValueError(fmt::format("no node gives the graph's output {}", in_quotes(view.name)));
      try {
        check_output(view, *value);
      } catch (const NotSupportedError& error) {
        unsupported_.add("an output", error.what(), view.name);
      }
      outputs.push_back({std::string(view.name), *value});
    }
    if (outputs.empty()) throw ValueError("the graph has no outputs");
    return outputs;
  }

  // What is stated of an output must be possible. Files often leave shapes out, or name sizes.
  void check_output(const ValueView& view, const Value& value) const {
    if (!view.type.is_tensor || view.type.element_type == 0) return;
    const auto fail = [&](const std::string& stated) {
      throw ValueError(fmt::format("output {} is stated to be {}, but its node gives {}",
                                   in_quotes(view.name), stated, to_string(value.type())));
    };
    if (const DType dtype = from_onnx(view.type.element_type); dtype != value.dtype())
      fail(std::string(to_string(dtype)));
    if (!view.type.has_shape) return;
    const Type stated = to_type(view, false);
    bool possible = stated.rank() == value.rank();
    for (size_t i = 0; possible && i < stated.shape.size(); ++i)
      possible =
          !(stated.shape[i].is_static() && known_different(stated.shape[i], value.shape()[i]));
    if (!possible) fail(to_string(stated));
  }

  void add_nodes(const std::vector<NodeView>& nodes, Scope& scope, const Body& body) {
    for (const NodeView& node : nodes) {
      if (++node_count_ > options_.max_nodes)
        throw LimitError(
            fmt::format("it has more than {} nodes once functions are put in their "
                        "place, the limit",
                        options_.max_nodes));
      const std::string_view domain = normalized_domain(node.domain);
      const auto opset = body.opsets.find(domain);
      const std::string operation =
          fmt::format("{}.{} (opset {})", spelled_domain(domain), node.op_type,
                      opset == body.opsets.end() ? "not stated" : std::to_string(opset->second));
      std::vector<Value> outputs;
      try {
        outputs =
            outputs_of(node, domain, opset == body.opsets.end() ? 0 : opset->second, scope, body);
      } catch (const NotSupportedError& error) {
        unsupported_.add(operation, error.what(), name_of(node));
      } catch (const Violation& violation) {
        // What readers share with type rules refuses by these.
        throw ValueError(
            fmt::format("node {}, {}: {}", in_quotes(name_of(node)), operation, violation.message));
      } catch (const std::bad_alloc&) {
        throw LimitError(
            fmt::format("node {}, {}: out of memory", in_quotes(name_of(node)), operation));
      } catch (const Error&) {
        rethrow_with_prefix(fmt::format("node {}, {}: ", in_quotes(name_of(node)), operation));
      }
      outputs.resize(node.outputs.size());
      for (size_t i = 0; i < outputs.size(); ++i) {
        if (node.outputs[i].empty()) continue;
        if (outputs[i] && outputs[i].node()->name.empty()) seen_.insert(outputs[i].node());
        scope.add(node.outputs[i], std::move(outputs[i]));
      }
    }
  }

  static std::string_view name_of(const NodeView& node) {
    return !node.name.empty() || node.outputs.empty() ? node.name : node.outputs[0];
  }

  /// None for outputs that depend on what is not supported.
  std::vector<Value> outputs_of(const NodeView& node, std::string_view domain, int64_t opset,
                                const Scope& scope, const Body& body) {
    const auto function = functions_.find(std::tuple(domain, node.op_type, node.overload));
    const ReadableOperator* known =
        function == functions_.end() ? find_readable(domain, node.op_type) : nullptr;
    const bool is_if = domain.empty() && node.op_type == "If" && function == functions_.end();
    if (opset == 0 && function == functions_.end() && domain.empty())
      throw ValueError("the model does not say which opset of ai.onnx it is written in");
    if (function == functions_.end() && !is_if && (!known || opset < known->since))
      throw NotSupportedError("");
    std::vector<Value> inputs;
    for (const std::string_view name : node.inputs) {
      const bool is_there = !name.empty() && !scope.leaves_out(name);
      const Value* value = is_there ? scope.find(name) : nullptr;
      if (is_there && !value)
        throw ValueError(fmt::format(
            "its input {} is not given by any node before it, nor by an input or initializer; "
            "nodes must be in order and without cycles",
            in_quotes(name)));
      if (value && !*value) return {};
      inputs.push_back(value ? *value : Value{});
    }
    NamedAttributes attributes = resolved(node.attributes, body);
    if (function != functions_.end()) {
      std::vector<Value> outputs = called(*function->second, inputs, attributes, body);
      check_outputs(node, outputs.size());
      return outputs;
    }
    Reading in(node, std::move(attributes), std::move(inputs), opset,
               {weights_, known_, undecided_});
    std::vector<Value> outputs = is_if ? branch(in, scope, body) : known->read(in);
    in.check_all_read(is_if ? 1 : known->max_inputs);
    check_outputs(node, outputs.size());
    return is_if ? outputs : named(std::move(outputs), in.name());
  }

  /// Of the outputs of a node none may have a name that nothing gives.
  static void check_outputs(const NodeView& node, size_t given) {
    for (size_t i = given; i < node.outputs.size(); ++i)
      if (!node.outputs[i].empty())
        throw ValueError(fmt::format("{} has no output {}", node.op_type, i));
  }

  // Attributes of a function's body may stand for those of the call.
  static NamedAttributes resolved(const std::vector<AttributeView>& attributes, const Body& body) {
    NamedAttributes result;
    std::set<std::string_view> names;
    for (const AttributeView& attribute : attributes) {
      if (!names.insert(attribute.name).second)
        throw ValueError(fmt::format("attribute {} is given twice", in_quotes(attribute.name)));
      const auto found = body.attributes.find(attribute.reference);
      if (attribute.reference.empty())
        result.emplace(attribute.name, &attribute);
      else if (found != body.attributes.end())
        result.emplace(attribute.name, found->second);
    }
    return result;
  }

  std::vector<Value> called(const FunctionView& function, const std::vector<Value>& inputs,
                            const NamedAttributes& attributes, const Body& caller) {
    check_depth(caller);
    if (inputs.size() > function.inputs.size())
      throw ValueError(fmt::format("function {} takes {} inputs, not {}", in_quotes(function.name),
                                   function.inputs.size(), inputs.size()));
    Body body{opsets_of(function.opsets), {}, caller.depth + 1};
    for (const AttributeView& attribute : function.defaults)
      body.attributes[attribute.name] = &attribute;
    for (const auto& [name, attribute] : attributes) body.attributes[name] = attribute;
    Scope scope;
    std::vector<Value> outputs;
    for (size_t i = 0; i < function.inputs.size(); ++i) {
      if (i < inputs.size() && inputs[i])
        scope.add(function.inputs[i], inputs[i]);
      else
        scope.left_out.insert(function.inputs[i]);
    }
    add_nodes(function.nodes, scope, body);
    for (const std::string_view name : function.outputs) {
      const Value* value = scope.find(name);
      if (!value)
        throw ValueError(fmt::format("nothing in function {} gives its output {}",
                                     in_quotes(function.name), in_quotes(name)));
      outputs.push_back(*value);
    }
    return outputs;
  }

  /// Of an If whose condition is known, the branch that is taken.
  std::vector<Value> branch(Reading& in, const Scope& outer, const Body& body) {
    check_depth(body);
    const bool taken = in.constant(0).size() == 1 && in.scalar(0) != 0;
    const auto if_true = in.graph("then_branch"), if_false = in.graph("else_branch");
    const std::optional<std::string_view> bytes = taken ? if_true : if_false;
    if (!bytes) in.refuse("a branch is missing");
    const GraphView& graph = graph_at(*bytes);
    Scope scope{{}, &outer};
    add_initializers(graph, scope);
    add_nodes(graph.nodes, scope, {body.opsets, body.attributes, body.depth + 1});
    std::vector<Value> outputs;
    for (const ValueView& view : graph.outputs) {
      const Value* value = scope.find(view.name);
      if (!value)
        throw ValueError(
            fmt::format("nothing in the branch gives its output {}", in_quotes(view.name)));
      outputs.push_back(*value);
    }
    return outputs;
  }

  /// Parsed once, however often functions bring us here, and kept while names point into it.
  const GraphView& graph_at(std::string_view bytes) {
    std::unique_ptr<GraphView>& graph = branches_[bytes.data()];
    if (!graph) graph = std::make_unique<GraphView>(parse_graph(bytes, options_.max_messages));
    return *graph;
  }

  void check_depth(const Body& body) const {
    if (body.depth >= options_.max_depth)
      throw LimitError(fmt::format("functions and branches are nested more than {} deep, the limit",
                                   options_.max_depth));
  }

  /// The same values with the node's name on what it became, where that is new and has none.
  std::vector<Value> named(std::vector<Value> outputs, std::string_view name) const {
    if (name.empty() || outputs.empty() || !outputs[0]) return outputs;
    const NodePtr old = outputs[0].node();
    const bool is_new = (old->op() || old->constant()) && old->name.empty() && !seen_.contains(old);
    if (!is_new) return outputs;
    const auto node =
        std::make_shared<Node>(old->what, std::string(name), old->inputs, old->outputs);
    for (Value& output : outputs)
      if (output && output.node() == old) output = Value(node, output.output());
    return outputs;
  }

  [[noreturn]] void throw_unsupported() const {
    const std::string message = fmt::format(
        "it needs what is not supported:{}\nSupported operators are: {}.\nHow to add one is told "
        "by docs/adding-an-operator.md",
        unsupported_.lines(), fmt::join(supported_operators(), ", "));
    std::vector<std::string> deciding;
    for (const NodePtr& node : topological_order(undecided_))
      if (node->is_input()) deciding.push_back(node->name);
    if (deciding.empty()) throw NotSupportedError(message);
    throw UndecidedError(message, std::move(deciding));
  }

  const ModelView& model_;
  Weights weights_;
  const LoadOptions& options_;
  KnownElements known_;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, const FunctionView*>
      functions_;
  std::unordered_map<const char*, std::unique_ptr<GraphView>> branches_;  // by their bytes
  // Nodes without a name; kept alive, so that no address is used twice.
  std::unordered_set<NodePtr> seen_;
  Unsupported unsupported_;
  std::vector<Value> undecided_;
  size_t node_count_ = 0;
};

/// Imports what lies in `bytes`; messages begin with what the file is called.
Graph import(std::string_view bytes, Weights weights, const LoadOptions& options,
             const std::string& called) {
  const std::string prefix = fmt::format("cannot import {}: ", called);
  try {
    const ModelView model = parse_model(bytes, options.max_messages);
    return Importer(model, std::move(weights), options).run();
  } catch (const UndecidedError& error) {
    throw UndecidedError(prefix + error.what(), error.inputs);
  } catch (const Error&) {
    rethrow_with_prefix(prefix);
  } catch (const std::bad_alloc&) {
    throw LimitError(prefix + "out of memory");
  }
}

}  // namespace

Graph load(const std::filesystem::path& path, const LoadOptions& options) {
  const std::shared_ptr<const io::MappedFile> file = io::MappedFile::open(path);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  return import(file->bytes(), Weights(file, folder, options.max_expanded_bytes), options,
                "'" + path.string() + "'");
}

Graph load_bytes(std::string_view bytes, const LoadOptions& options) {
  const auto copy = std::make_shared<const std::string>(bytes);
  return import(*copy, Weights(copy, {}, options.max_expanded_bytes), options, "the model");
}

}  // namespace convoy::onnx
