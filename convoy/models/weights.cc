#include "convoy/models/weights.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"

namespace convoy::models {

namespace {

bool is_statistic(std::string_view name) {
  return name.ends_with("running_mean") || name.ends_with("running_var");
}

bool is_counter(std::string_view name) { return name.ends_with("num_batches_tracked"); }

bool widens(DType from, DType to) {
  const bool half = from == DType::float16 || from == DType::bfloat16;
  return from == to || (half && to == DType::float32) ||
         (is_floating(from) && to == DType::float64);
}

// "missing: a, b" for the first few of `names`.
void report(std::vector<std::string>& faults, std::string_view what,
            const std::vector<std::string>& names) {
  constexpr size_t shown = 20;
  if (names.empty()) return;
  const size_t count = std::min(names.size(), shown);
  faults.push_back(fmt::format(
      "{} {}: {}{}", names.size(), what,
      fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count), ", "),
      names.size() > shown ? ", …" : ""));
}

}  // namespace

int64_t parameter_count(const nn::Module& network) {
  int64_t count = 0;
  for (const nn::NamedParameter& parameter : network.named_parameters())
    if (!is_statistic(parameter.name)) count += element_count(to_extents(parameter.value.shape()));
  return count;
}

NamedTensors weights(const nn::Module& network) {
  NamedTensors result;
  for (const nn::NamedParameter& parameter : network.named_parameters())
    result.emplace(parameter.name, *state_of(parameter.value)->value());
  return result;
}

void load_weights(const nn::Module& network, const NamedTensors& weights) {
  const std::vector<nn::NamedParameter> parameters = network.named_parameters();
  std::vector<std::string> missing, unexpected, different;
  NamedTensors left = weights;
  for (const nn::NamedParameter& parameter : parameters) {
    const auto found = left.find(parameter.name);
    if (found == left.end()) {
      missing.push_back(parameter.name);
      continue;
    }
    const Type wanted = parameter.value.type(), given = found->second.type();
    if (!(wanted.shape == given.shape) || !widens(given.dtype, wanted.dtype))
      different.push_back(fmt::format("{} (is {}, must be {})", parameter.name, to_string(given),
                                      to_string(wanted)));
    left.erase(found);
  }
  for (const auto& [name, tensor] : left)
    if (!is_counter(name)) unexpected.push_back(name);

  std::vector<std::string> faults;
  report(faults, "missing", missing);
  report(faults, "unexpected", unexpected);
  report(faults, "of another type", different);
  if (!faults.empty())
    throw ValueError(
        fmt::format("these weights are not those of the network: {}", fmt::join(faults, "; ")));
  for (const nn::NamedParameter& parameter : parameters)
    state_of(parameter.value)
        ->set_value(weights.find(parameter.name)->second.cast(parameter.value.dtype()));
}

}  // namespace convoy::models
