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

std::string_view data_of(const Tensor& tensor) {
  return {static_cast<const char*>(tensor.raw()), static_cast<size_t>(tensor.bytes())};
}

/// What stands before the data.
void write_heading(pbf_writer& out, std::string_view name, const Tensor& tensor) {
  out.add_packed_int64(1, tensor.extents().begin(), tensor.extents().end());
  out.add_int32(2, to_onnx(tensor.dtype()));
  if (!name.empty()) out.add_string(8, name.data(), name.size());
}

/// An initialiser with its data in another file, or after the other fields; then a comment of
/// blanks makes the data begin where a mapped file can be computed with, if there is much of it.
class Initializer {
 public:
  Initializer(const std::string& name, const Tensor& tensor, std::string_view location,
              int64_t offset) {
    pbf_writer out(fields_);
    write_heading(out, name, tensor);
    if (offset >= 0) {
      add_pair(out, 13, "location", location);
      add_pair(out, 13, "offset", std::to_string(offset));
      add_pair(out, 13, "length", std::to_string(tensor.bytes()));
      out.add_int32(14, external_location);
    } else {
      data_ = data_of(tensor);
      has_data_ = true;
    }
  }

  /// Lays it out for that place in the file; the place after it.
  size_t place(size_t at) {
    constexpr size_t alignment = 64, small = 1024;
    comment_ = 0;
    if (has_data_ && data_.size() >= small)
      while (comment_ <= alignment && (at + size() - data_.size()) % alignment != 0) ++comment_;
    return at + size();
  }

  void write(std::string& bytes) const {
    pbf_writer graph(bytes);
    pbf_writer out(graph, 5, message_size());
    bytes.append(fields_);
    if (comment_ > 0) out.add_string(12, std::string(comment_ - 1, ' '));
    if (has_data_) out.add_bytes(9, data_.data(), data_.size());
  }

 private:
  /// Of a field of so many bytes, whose number takes one.
  static size_t field_size(size_t bytes) {
    return 1 + static_cast<size_t>(protozero::length_of_varint(bytes)) + bytes;
  }
  size_t message_size() const {
    return fields_.size() + (comment_ > 0 ? field_size(comment_ - 1) : 0) +
           (has_data_ ? field_size(data_.size()) : 0);
  }
  size_t size() const { return field_size(message_size()); }

  std::string fields_;
  std::string_view data_;
  bool has_data_ = false;
  size_t comment_ = 0;  // one more than its blanks; 0: none
};

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
      write_heading(tensor, {}, value);
      tensor.add_bytes(9, data_of(value).data(), data_of(value).size());
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
  std::string first(nodes), last;
  const std::string_view name = graph.name.empty() ? "graph" : std::string_view(graph.name);
  pbf_writer(first).add_string(2, name.data(), name.size());
  pbf_writer end(last);
  for (const Value& input : graph.inputs)
    write_value(pbf_writer(end, 11), input.node()->name, input.type());
  for (const Output& output : graph.outputs)
    write_value(pbf_writer(end, 12), output.name, output.value.type());

  std::vector<Initializer> arrays;
  for (size_t i = 0; i < initializers.size(); ++i)
    arrays.emplace_back(initializers[i].first, initializers[i].second, location,
                        location.empty() ? -1 : offsets[i]);
  // Where the graph begins depends on how many bytes its size takes, and its size on that.
  size_t size = 0;
  for (size_t digits = 1; digits <= 10; ++digits) {
    const size_t begin = bytes.size() + 1 + digits;
    size_t at = begin + first.size();
    for (Initializer& array : arrays) at = array.place(at);
    size = at + last.size() - begin;
    if (static_cast<size_t>(protozero::length_of_varint(size)) <= digits) break;
  }
  const pbf_writer out(model, 7, size);
  bytes.append(first);
  for (const Initializer& array : arrays) array.write(bytes);
  bytes.append(last);
  return bytes;
}

}  // namespace convoy::onnx
