#include "convoy/onnx/scatter.h"

#include <fmt/format.h>

#include "convoy/onnx/types.h"

namespace convoy::onnx {

ScatterReduction read_reduction(Reading& in) {
  const std::string name = in.string("reduction", "none");
  for (const auto& [reduction, known] : EnumNames<ScatterReduction>::values)
    if (known == name) return reduction;
  in.refuse(
      fmt::format("attribute reduction is {}, not none, add, mul, min or max", in_quotes(name)));
}

void add_reduction(Writing& out, ScatterReduction reduction, Attributes& attributes) {
  if (reduction == ScatterReduction::none) return;
  const bool extreme = reduction == ScatterReduction::min || reduction == ScatterReduction::max;
  out.require_opset(extreme ? 18 : 16);
  attributes.push_back({"reduction", to_string(reduction)});
}

}  // namespace convoy::onnx
