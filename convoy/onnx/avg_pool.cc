#include "convoy/ops/avg_pool.h"

#include "convoy/onnx/pooling.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/sums_of_windows.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_average_pool(Reading& in) {
  AvgPool op = read_pooling<AvgPool>(in);
  op.count_include_pad = in.flag("count_include_pad", false);
  return {avg_pool(in.input(0), op, in.name())};
}

std::vector<Value> read_global_average_pool(Reading& in) {
  pooled_axes(in, in.input(0));
  return {global_avg_pool(in.input(0), in.name())};
}

void write(const AvgPool& op, Writing& out) {
  if (op.divisor_override > 0) {
    write_sum_of_windows(op, out);
    return;
  }
  if (is_dilated(op.dilation)) out.require_opset(19);
  Attributes attributes =
      pooling_attributes(without_uncertain_window(op, out, op.count_include_pad), out);
  attributes.push_back({"count_include_pad", int64_t{op.count_include_pad}});
  out.result("AveragePool", {out.input(0)}, attributes);
}

void write(const AvgPoolInputGrad& op, Writing& out) { write_spread_over_windows(op, out); }

}  // namespace convoy::onnx
