#include "convoy/composites/losses.h"

#include <limits>

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/ops/softmax.h"

namespace convoy::onnx {

namespace {

ClassLoss options_of(Reading& in) {
  // Without the attribute nothing is ignored: no class has this number.
  constexpr int64_t nothing = std::numeric_limits<int64_t>::min();
  ClassLoss options{in.optional(2), in.integer("ignore_index", nothing)};
  const std::string reduction = in.string("reduction", "mean");
  for (const auto& [kind, name] : EnumNames<Reduction>::values) {
    options.reduction = kind;
    if (name == reduction) return options;
  }
  in.refuse(fmt::format("attribute reduction is {}, not none, sum or mean", in_quotes(reduction)));
}

}  // namespace

std::vector<Value> read_nll_loss(Reading& in) {
  return {nll_loss(in.input(0), in.input(1), options_of(in))};
}

std::vector<Value> read_cross_entropy(Reading& in) {
  const Value log_probabilities = log_softmax(in.input(0), 1);
  return {nll_loss(log_probabilities, in.input(1), options_of(in)), log_probabilities};
}

}  // namespace convoy::onnx
