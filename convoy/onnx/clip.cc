#include "convoy/ops/clip.h"

#include <cmath>
#include <limits>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Bounds that are computed, or that a double does not hold.
Value clip_by_values(Reading& in) {
  Value y = in.input(0);
  if (in.has(1)) y = max(y, in.input(1));
  return in.has(2) ? min(y, in.input(2)) : y;
}

bool is_plain(Reading& in, size_t i) {
  if (!in.has(i)) return true;
  const std::optional<Tensor> bound = in.known_tensor(i);
  constexpr double exact = 0x1p53;
  return bound && bound->size() == 1 && !std::isnan(bound->at(0)) &&
         (is_floating(bound->dtype()) || std::abs(bound->at(0)) < exact);
}

}  // namespace

// Bounds were attributes before opset 11.
std::vector<Value> read_clip(Reading& in) {
  const Value& x = in.input(0);
  if (in.opset() < 11) {
    const double lowest = static_cast<double>(std::numeric_limits<float>::lowest());
    const double low = in.number("min", -infinity), high = in.number("max", infinity);
    return {clip(x, low <= lowest ? -infinity : low, high >= -lowest ? infinity : high)};
  }
  for (const size_t i : {size_t{1}, size_t{2}})
    if (in.has(i) && in.input(i).dtype() != x.dtype())
      in.refuse("its bounds must have the dtype of its input, " +
                std::string(to_string(x.dtype())) + ", not " +
                std::string(to_string(in.input(i).dtype())));
  if (!is_plain(in, 1) || !is_plain(in, 2)) return {clip_by_values(in)};
  return {clip(x, in.has(1) ? in.scalar(1) : -infinity, in.has(2) ? in.scalar(2) : infinity)};
}

void write(const Clip& op, Writing& out) {
  const DType dtype = out.type().dtype;
  Names inputs = out.inputs();
  inputs.push_back(op.min == -infinity ? "" : out.scalar(op.min, dtype));
  inputs.push_back(op.max == infinity ? "" : out.scalar(op.max, dtype));
  while (inputs.back().empty()) inputs.pop_back();
  out.result("Clip", inputs);
}

}  // namespace convoy::onnx
