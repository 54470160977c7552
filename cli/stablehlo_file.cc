#include "stablehlo_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/io/replacing_file.h"
#include "convoy/io/safetensors.h"
#include "model_file.h"
#include "usage.h"

namespace convoy::cli {

void save_stablehlo(const Graph& graph, const std::filesystem::path& path,
                    const stablehlo::Options& options) {
  if (const std::vector<std::string> symbols = symbols_of(graph); !symbols.empty())
    throw UsageError(fmt::format("StableHLO has a number for every size: give one to {} by {}",
                                 fmt::join(symbols, ", "), "--dim " + symbols[0] + "=1"));
  const stablehlo::Module module = stablehlo::lower(graph, options);
  std::vector<Tensor> weights;
  for (const ParameterPtr& parameter : graph.parameters()) weights.push_back(*parameter->value());
  weights.insert(weights.end(), module.constants.begin(), module.constants.end());

  const size_t width = std::to_string(module.names.size()).size();
  NamedTensors named;
  for (size_t i = 0; i < weights.size(); ++i) {
    const size_t place = graph.inputs.size() + i;
    named.emplace(fmt::format("{:0{}} {}", place, width, module.names[place]), weights[i]);
  }
  io::write_file(path, module.text);
  if (!named.empty())
    io::save_safetensors(std::filesystem::path(path).replace_extension(".safetensors"), named);
}

}  // namespace convoy::cli
