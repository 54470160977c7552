#include "model_file.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/error.h"
#include "convoy/graph/text.h"
#include "convoy/models/models.h"
#include "convoy/onnx/onnx.h"
#include "usage.h"

namespace convoy::cli {

namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw ValueError(fmt::format("cannot read '{}'", path.string()));
  return {std::istreambuf_iterator<char>(stream), {}};
}

void add_symbols(const Dim& size, std::vector<std::string>& names) {
  for (const DimProduct& product : size.products())
    for (const DimFactor& factor : product.factors) {
      if (factor.kind == DimFactor::Kind::symbol &&
          std::find(names.begin(), names.end(), factor.name) == names.end())
        names.push_back(factor.name);
      for (const Dim& argument : factor.args) add_symbols(argument, names);
    }
}

bool is_built_in(const std::string& name) {
  const std::span<const models::Architecture> all = models::architectures();
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
}

}  // namespace

Graph load_model(const std::filesystem::path& path,
                 const std::map<std::string, Tensor, std::less<>>& constants) {
  const std::string suffix = path.extension().string();
  if (suffix == ".onnx") {
    onnx::LoadOptions options;
    options.constants = constants;
    return onnx::load(path, options);
  }
  if (suffix == ".convoy") {
    try {
      return parse_graph(read_text(path));
    } catch (const Error&) {
      rethrow_with_prefix(fmt::format("'{}': ", path.string()));
    }
  }
  if (is_built_in(path.string())) return models::build(path.string()).graph;
  throw UsageError(
      fmt::format("'{}' is neither an ONNX file (.onnx) nor a graph in Convoy's text (.convoy) nor "
                  "a built-in network (convoy export --list)",
                  path.string()));
}

void DimensionOptions::add_to(CLI::App& verb) {
  verb.add_option("--dim", texts_, "a size for a symbolic dimension, as often as needed: --dim N=1")
      ->type_name("NAME=SIZE");
}

Bindings DimensionOptions::bindings(const Graph& graph) const {
  const std::vector<std::string> known = symbols_of(graph);
  Bindings bindings;
  for (const std::string& text : texts_) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const char* const end = text.data() + text.size();
    int64_t size = -1;
    const bool is_number = equals != std::string::npos &&
                           std::from_chars(text.data() + equals + 1, end, size).ptr == end;
    if (!is_number || size < 0)
      throw UsageError(fmt::format("--dim takes NAME=SIZE, such as N=1, not '{}'", text));
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UsageError(known.empty()
                           ? fmt::format("--dim {}: the model has no symbolic dimensions", text)
                           : fmt::format("--dim {}: the model's symbolic dimensions are {}", text,
                                         fmt::join(known, ", ")));
    if (!bindings.emplace(name, size).second)
      throw UsageError(fmt::format("--dim {}: '{}' has a size already", text, name));
  }
  return bindings;
}

std::vector<std::string> symbols_of(const Graph& graph) {
  std::vector<std::string> names;
  for (const Value& input : graph.inputs)
    for (const Dim& size : input.shape()) add_symbols(size, names);
  return names;
}

void add_opset_option(CLI::App& verb, int64_t& opset) {
  verb.add_option("--opset", opset,
                  "ONNX opset; without it the lowest from 18 on that can say all of the graph")
      ->check(CLI::Range(onnx::oldest_opset_written, onnx::newest_opset));
}

}  // namespace convoy::cli
