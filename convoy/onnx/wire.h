// An ONNX file as it lies in memory: views of the messages of onnx.proto, decoded on the way
// through the bytes once. Strings and data point into those bytes; nothing of a weight is copied.
//
// Field numbers and meanings: onnx/onnx.proto of the ONNX project, IR version 14. Fields that have
// no influence on what a network computes are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace convoy::onnx {

using StringPairs = std::vector<std::pair<std::string_view, std::string_view>>;

/// TensorProto. Which of the data fields counts depends on `data_type`.
struct TensorView {
  std::string_view name;
  std::vector<int64_t> dims;
  int32_t data_type = 0;
  bool has_raw_data = false;
  bool is_external = false;
  bool is_segment = false;
  std::string_view raw_data;
  std::vector<float> float_data;
  std::vector<int32_t> int32_data;
  std::vector<int64_t> int64_data;
  std::vector<double> double_data;
  std::vector<uint64_t> uint64_data;
  StringPairs external_data;
};

/// SparseTensorProto: `values` at `indices`, zeros elsewhere. Its name is that of the values.
struct SparseTensorView {
  TensorView values, indices;
  std::vector<int64_t> dims;
};

/// AttributeProto. `type` says which of the fields counts.
struct AttributeView {
  enum class Type {
    undefined,
    number,
    integer,
    string,
    tensor,
    graph,
    numbers,
    integers,
    strings,
    sparse_tensor
  };

  std::string_view name;
  std::string_view reference;  // of a function's body: the attribute of the call that is meant
  int32_t type = 0;            // AttributeProto.AttributeType, 0 where the file does not say
  float number = 0;
  int64_t integer = 0;
  std::string_view string;
  std::vector<float> numbers;
  std::vector<int64_t> integers;
  std::vector<std::string_view> strings;
  std::string_view tensor;  // the bytes of a TensorProto or SparseTensorProto, for parse_…
  std::string_view graph;   // the bytes of a GraphProto, for parse_graph
  Type kind = Type::undefined;
};

/// TypeProto of a tensor. No shape at all is not the same as the shape of a scalar.
struct TypeView {
  struct Size {
    std::optional<int64_t> value;
    std::string_view symbol;
  };
  bool is_tensor = false;
  int32_t element_type = 0;
  bool has_shape = false;
  std::vector<Size> shape;
};

/// ValueInfoProto.
struct ValueView {
  std::string_view name;
  TypeView type;
};

/// NodeProto.
struct NodeView {
  std::string_view name, op_type, domain, overload;
  std::vector<std::string_view> inputs, outputs;
  std::vector<AttributeView> attributes;
};

/// GraphProto, but for what only describes values in between.
struct GraphView {
  std::string_view name, documentation;
  std::vector<NodeView> nodes;
  std::vector<TensorView> initializers;
  std::vector<std::string_view> sparse_initializers;  // the bytes of a SparseTensorProto
  std::vector<ValueView> inputs, outputs;
};

/// OperatorSetIdProto.
struct OpsetView {
  std::string_view domain;
  int64_t version = 0;
};

/// FunctionProto.
struct FunctionView {
  std::string_view domain, name, overload;
  std::vector<std::string_view> inputs, outputs, attributes;
  std::vector<AttributeView> defaults;
  std::vector<NodeView> nodes;
  std::vector<OpsetView> opsets;
};

/// ModelProto.
struct ModelView {
  int64_t ir_version = 0;
  std::vector<OpsetView> opsets;
  std::string_view producer, producer_version, documentation;
  StringPairs metadata;
  bool has_graph = false;
  GraphView graph;
  std::vector<FunctionView> functions;
};

/// True for well-formed UTF-8. All names and texts of a file are; strings of attributes, which
/// the format takes for bytes, need not be.
bool is_utf8(std::string_view bytes);

// Each throws ValueError for bytes that are not such a message, and LimitError when it has more
// than `max_messages` nodes, attributes, weights and inputs: each of them takes up to two hundred
// times the bytes it takes in the file.
ModelView parse_model(std::string_view bytes, size_t max_messages);
GraphView parse_graph(std::string_view bytes, size_t max_messages);
TensorView parse_tensor(std::string_view bytes);
SparseTensorView parse_sparse_tensor(std::string_view bytes);

}  // namespace convoy::onnx
