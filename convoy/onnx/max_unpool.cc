#include "convoy/ops/max_unpool.h"

#include <fmt/format.h>

#include "convoy/onnx/plane_offsets.h"
#include "convoy/onnx/pooling.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"

namespace convoy::onnx {

// As ONNX Runtime has it, indices are offsets into the result, whatever its size.
std::vector<Value> read_max_unpool(Reading& in) {
  const Value& x = in.input(0);
  const size_t axes = pooled_axes(in, x);
  const Integers kernel = in.required_integers("kernel_shape");
  check_per_axis(in, "kernel_shape", kernel, axes);
  const Window window = read_window(in, axes);
  MaxUnpool op;
  if (in.has(2)) {
    const Shape shape = in.sizes(2);
    if (shape.size() != axes + 2 || known_different(shape[0], x.dim(0)) ||
        known_different(shape[1], x.dim(1)))
      in.refuse(
          fmt::format("output_shape is {}, it must be that of x ({}) but for the spatial "
                      "axes",
                      to_string(shape), to_string(x.type())));
    op.output_size = {shape.begin() + 2, shape.end()};
  } else {
    for (size_t axis = 0; axis < axes; ++axis) {
      const auto [begin, end] = window.padding.sides()[axis];
      op.output_size.push_back((x.dim(static_cast<int64_t>(2 + axis)) - 1) * window.stride[axis] +
                               kernel[axis] - begin - end);
    }
  }
  return {max_unpool(x, to_plane_offsets(in.input(1), op.output_size), op, in.name())};
}

namespace {

/// [N,C,S], the spatial axes of `type` as one.
Shape flattened(const Type& type) {
  return {type.shape[0], type.shape[1], element_count(spatial_of(type))};
}

}  // namespace

// ONNX's MaxUnpool needs to be told a kernel, and does not add: it is a scatter over planes.
void write(const MaxUnpool& op, Writing& out) {
  if (op.accumulate) out.require_opset(16);
  const std::string indices = out.add("Reshape", {out.input(1), out.sizes(flattened(out.type(1)))});
  const std::string values = out.add("Reshape", {out.input(0), out.sizes(flattened(out.type(0)))});
  const std::string zeros = out.add("ConstantOfShape", {out.sizes(flattened(out.output_type()))},
                                    {{"value", Tensor::zeros(out.type().dtype, {1})}});
  Attributes attributes{{"axis", int64_t{2}}};
  if (op.accumulate) attributes.push_back({"reduction", std::string_view("add")});
  const std::string planes = out.add("ScatterElements", {zeros, indices, values}, attributes);
  out.result("Reshape", {planes, out.sizes(out.output_type().shape)});
}

// Without accumulation only the last of several values for one place was kept: each writes its
// position there, and the largest is the last.
void write(const MaxUnpoolGrad& op, Writing& out) {
  const Shape positions = flattened(out.type(1));
  const Attributes along_planes{{"axis", int64_t{2}}};
  const std::string indices = out.add("Reshape", {out.input(1), out.sizes(positions)});
  const std::string grad = out.add("Reshape", {out.input(0), out.sizes(flattened(out.type(0)))});
  std::string found = out.add("GatherElements", {grad, indices}, along_planes);
  if (!op.accumulate) {
    out.require_opset(18);
    const std::string zero = out.scalar(0, DType::int64);
    const std::string count = out.add("Squeeze", {out.sizes({positions[2]})});
    const std::string each = out.add(
        "Expand",
        {out.add("Range", {zero, count, out.scalar(1, DType::int64)}), out.sizes(positions)});
    const std::string none = out.add("ConstantOfShape", {out.sizes(flattened(out.type(0)))},
                                     {{"value", Tensor::full(DType::int64, {1}, -1)}});
    const std::string last = out.add("ScatterElements", {none, indices, each},
                                     {{"axis", int64_t{2}}, {"reduction", "max"}});
    const std::string is_last =
        out.add("Equal", {out.add("GatherElements", {last, indices}, along_planes), each});
    found = out.add("Where", {is_last, found, out.scalar(0, out.type().dtype)});
  }
  out.result("Reshape", {found, out.sizes(out.output_type().shape)});
}

}  // namespace convoy::onnx
