#include "convoy/ops/max_pool.h"

#include "convoy/onnx/plane_offsets.h"
#include "convoy/onnx/pooling.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

std::vector<Value> read_max_pool(Reading& in) {
  const MaxPool op = read_pooling<MaxPool>(in);
  const bool column_major = in.flag("storage_order", false);
  std::vector<Value> outputs = max_pool_with_indices(in.input(0), op, in.name());
  if (!in.wants(1)) return {outputs[0]};
  return {outputs[0], to_tensor_offsets(outputs[1], in.input(0), column_major)};
}

std::vector<Value> read_global_max_pool(Reading& in) {
  pooled_axes(in, in.input(0));
  return {global_max_pool(in.input(0), in.name())};
}

void write(const MaxPool& op, Writing& out) {
  const Attributes attributes = pooling_attributes(without_uncertain_window(op, out), out);
  if (!out.wants(1)) {
    out.result("MaxPool", {out.input(0)}, attributes);
    return;
  }
  const Names results = out.results_of({0, {}}, "MaxPool", {out.input(0)}, attributes);
  write_plane_offsets(out, 1, results[1], spatial_of(out.type()));
}

}  // namespace convoy::onnx
