#include "convoy/onnx/messages.h"

#include "convoy/base/version.h"
#include "convoy/onnx/protobuf.h"
#include "convoy/onnx/types.h"

namespace convoy::onnx {

namespace {

using protozero::pbf_writer;

// Field numbers and enumerators of onnx.proto.
namespace attribute_type {
constexpr int32_t number = 1, integer = 2, string = 3, tensor = 4, numbers = 6, integers = 7;
}
constexpr int32_t external_location = 1;

// The IR version that came with an opset: older runtimes refuse newer ones.
int64_t ir_version(int64_t opset) {
  if (opset < 19) return 8;
  if (opset < 21) return 9;
  if (opset < 23) return 10;
  if (opset < 24) return 11;
  return opset < 25 ? 12 : 13;
}

void add_pair(pbf_writer& parent, uint32_t tag, std::string_view key, std::string_view value) {
  pbf_writer pair(parent, tag);
  pair.add_string(1, key.data(), key.size());
  pair.add_string(2, value.data(), value.size());
}

void write_tensor(pbf_writer& out, std::string_view name, const Tensor& tensor,
                  std::string_view location = {}, int64_t offset = -1) {
  out.add_packed_int64(1, tensor.extents().begin(), tensor.extents().end());
  out.add_int32(2, to_onnx(tensor.dtype()));
  if (!name.empty()) out.add_string(8, name.data(), name.size());
  if (offset >= 0) {
    add_pair(out, 13, "location", location);
    add_pair(out, 13, "offset", std::to_string(offset));
    add_pair(out, 13, "length", std::to_string(tensor.bytes()));
    out.add_int32(14, external_location);
  } else {
    out.add_bytes(9, static_cast<const char*>(tensor.raw()), static_cast<size_t>(tensor.bytes()));
  }
}

struct AttributeWriter {
  pbf_writer& out;

  void type(int32_t number) const { out.add_int32(20, number); }
  void operator()(int64_t value) const {
    out.add_int64(3, value);
    type(attribute_type::integer);
  }
  void operator()(double value) const {
    out.add_float(2, static_cast<float>(value));
    type(attribute_type::number);
  }
  void operator()(std::string_view value) const {
    out.add_bytes(4, value.data(), value.size());
    type(attribute_type::string);
  }
  void operator()(const Integers& values) const {
    for (const int64_t value : values) out.add_int64(8, value);
    type(attribute_type::integers);
  }
  void operator()(const Numbers& values) const {
    for (const double value : values) out.add_float(7, static_cast<float>(value));
    type(attribute_type::numbers);
  }
  void operator()(const Tensor& value) const {
    {
      pbf_writer tensor(out, 5);
      write_tensor(tensor, {}, value);
    }
    type(attribute_type::tensor);
  }
};

void write_value(pbf_writer out, std::string_view name, const Type& type) {
  out.add_string(1, name.data(), name.size());
  pbf_writer type_proto(out, 2);
  pbf_writer tensor(type_proto, 1);
  tensor.add_int32(1, to_onnx(type.dtype));
  std::string bytes;  // a scalar's shape is there and empty, which no shape at all is not
  pbf_writer shape(bytes);
  for (const Dim& size : type.shape) {
    pbf_writer dim(shape, 1);
    if (size.is_static())
      dim.add_int64(1, size.value());
    else
      dim.add_string(2, dim_param(size));
  }
  tensor.add_message(2, bytes);
}

}  // namespace

void append_node(std::string& nodes, std::string_view name, std::string_view op_type,
                 const Names& inputs, const Names& outputs, const Attributes& attributes) {
  std::string bytes;
  pbf_writer node(bytes);
  for (const std::string& input : inputs) node.add_string(1, input);
  for (const std::string& output : outputs) node.add_string(2, output);
  if (!name.empty()) node.add_string(3, name.data(), name.size());
  node.add_string(4, op_type.data(), op_type.size());
  for (const Attribute& attribute : attributes) {
    pbf_writer out(node, 5);
    out.add_string(1, attribute.name.data(), attribute.name.size());
    std::visit(AttributeWriter{out}, attribute.value);
  }
  pbf_writer(nodes).add_message(1, bytes);
}

std::string model_bytes(const Graph& graph, int64_t opset, std::string_view nodes,
                        const std::vector<std::pair<std::string, Tensor>>& initializers,
                        std::string_view location, const std::vector<int64_t>& offsets) {
  std::string bytes;
  pbf_writer model(bytes);
  model.add_int64(1, ir_version(opset));
  {
    pbf_writer import(model, 8);
    import.add_string(1, "");
    import.add_int64(2, opset);
  }
  model.add_string(2, "convoy");
  model.add_string(3, version.data(), version.size());
  for (const auto& [key, value] : graph.metadata) {
    if (key == "doc_string")
      model.add_string(6, value);
    else
      add_pair(model, 14, key, value);
  }
  pbf_writer out(model, 7);
  bytes.append(nodes);
  const std::string_view name = graph.name.empty() ? "graph" : std::string_view(graph.name);
  out.add_string(2, name.data(), name.size());
  for (size_t i = 0; i < initializers.size(); ++i) {
    pbf_writer tensor(out, 5);
    write_tensor(tensor, initializers[i].first, initializers[i].second, location,
                 location.empty() ? -1 : offsets[i]);
  }
  for (const Value& input : graph.inputs)
    write_value(pbf_writer(out, 11), input.node()->name, input.type());
  for (const Output& output : graph.outputs)
    write_value(pbf_writer(out, 12), output.name, output.value.type());
  return bytes;
}

}  // namespace convoy::onnx
