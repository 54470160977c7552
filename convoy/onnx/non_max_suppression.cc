#include "convoy/ops/non_max_suppression.h"

#include <cmath>

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

// ONNX gives as many rows as boxes were found; here every size is known before a call (decision
// 6): the rows found come first, all others are −1.
std::vector<Value> read_non_max_suppression(Reading& in) {
  NonMaxSuppression op;
  if (in.has(2)) op.max_output_boxes_per_class = std::max<int64_t>(in.integer_scalar(2), 0);
  if (in.has(3)) op.iou_threshold = in.scalar(3);
  if (in.has(4)) op.score_threshold = in.scalar(4);
  op.center_point_box = in.flag("center_point_box", false);
  return {non_max_suppression(in.input(0), in.input(1), op, in.name()).first};
}

namespace {

/// The float32 threshold that the same float32 scores are above.
float at_most(double threshold) {
  const auto rounded = static_cast<float>(threshold);
  return static_cast<double>(rounded) > threshold
             ? std::nextafterf(rounded, -std::numeric_limits<float>::infinity())
             : rounded;
}

}  // namespace

// The rows found are counted by their batch index, which padding has negative: so it is the same
// where this is read back as a padded array.
void write(const NonMaxSuppression& op, Writing& out) {
  if (out.type().dtype != DType::float32)
    out.refuse(
        fmt::format("boxes of {}; ONNX takes float32, cast first", to_string(out.type().dtype)));
  Names inputs{out.input(0), out.input(1), out.integers({op.max_output_boxes_per_class}),
               out.constant(Tensor::of<float>({1}, {at_most(op.iou_threshold)}))};
  if (op.score_threshold != -std::numeric_limits<double>::infinity())
    inputs.push_back(out.constant(Tensor::of<float>({1}, {at_most(op.score_threshold)})));
  const std::string found =
      out.add("NonMaxSuppression", inputs, {{"center_point_box", int64_t{op.center_point_box}}});
  const std::string zero = out.integers({0}), two = out.integers({2});
  if (out.wants(0)) {
    const std::string rows = out.add("Slice", {out.add("Shape", {found}), zero, out.integers({1})});
    const std::string missing = out.add("Sub", {out.sizes({out.output_type().shape[0]}), rows});
    const std::string pads = out.add("Concat", {zero, zero, missing, zero}, {{"axis", int64_t{0}}});
    out.result("Pad", {found, pads, out.scalar(-1, DType::int64)});
  }
  if (out.wants(1)) {
    const std::string batch = out.add("Slice", {found, zero, out.integers({1}), out.integers({1})});
    const std::string is_found = out.add("Greater", {batch, out.integers({-1})});
    const std::string each = out.add("Cast", {is_found}, {{"to", int64_t{7}}});
    out.result_of(1, "ReduceSum", {each}, {{"keepdims", int64_t{0}}});
  }
}

}  // namespace convoy::onnx
