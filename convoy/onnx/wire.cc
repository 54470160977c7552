#include "convoy/onnx/wire.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/onnx/protobuf.h"

namespace convoy::onnx {

namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

std::string_view text(protozero::data_view view) { return {view.data(), view.size()}; }

std::string_view bytes_of(pbf_reader& reader) { return text(reader.get_view()); }

/// A field of type string, which is text, unlike one of type bytes.
std::string_view text_of(pbf_reader& reader) {
  const std::string_view text = bytes_of(reader);
  if (!is_utf8(text)) throw ValueError("a name or text in it is not UTF-8");
  return text;
}

bool is_packed(const pbf_reader& reader) {
  return reader.wire_type() == pbf_wire_type::length_delimited;
}

/// Appends a repeated number, whether this piece of it is packed or one element alone.
template <class T, class Packed, class Single>
void append(pbf_reader& reader, std::vector<T>& values, Packed packed, Single single) {
  if (is_packed(reader)) {
    for (const auto value : (reader.*packed)()) values.push_back(value);
  } else {
    values.push_back((reader.*single)());
  }
}

void append(pbf_reader& reader, std::vector<int64_t>& values) {
  append(reader, values, &pbf_reader::get_packed_int64, &pbf_reader::get_int64);
}
void append(pbf_reader& reader, std::vector<int32_t>& values) {
  append(reader, values, &pbf_reader::get_packed_int32, &pbf_reader::get_int32);
}
void append(pbf_reader& reader, std::vector<uint64_t>& values) {
  append(reader, values, &pbf_reader::get_packed_uint64, &pbf_reader::get_uint64);
}
void append(pbf_reader& reader, std::vector<float>& values) {
  append(reader, values, &pbf_reader::get_packed_float, &pbf_reader::get_float);
}
void append(pbf_reader& reader, std::vector<double>& values) {
  append(reader, values, &pbf_reader::get_packed_double, &pbf_reader::get_double);
}

std::pair<std::string_view, std::string_view> string_pair(pbf_reader reader) {
  std::pair<std::string_view, std::string_view> pair;
  while (reader.next()) {
    if (reader.tag() == 1)
      pair.first = text_of(reader);
    else if (reader.tag() == 2)
      pair.second = text_of(reader);
    else
      reader.skip();
  }
  return pair;
}

TensorView tensor(pbf_reader reader) {
  TensorView view;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        append(reader, view.dims);
        break;
      case 2:
        view.data_type = reader.get_int32();
        break;
      case 3:
        view.is_segment = true;
        reader.skip();
        break;
      case 4:
        append(reader, view.float_data);
        break;
      case 5:
        append(reader, view.int32_data);
        break;
      case 7:
        append(reader, view.int64_data);
        break;
      case 8:
        view.name = text_of(reader);
        break;
      case 9:
        view.raw_data = bytes_of(reader);
        view.has_raw_data = true;
        break;
      case 10:
        append(reader, view.double_data);
        break;
      case 11:
        append(reader, view.uint64_data);
        break;
      case 13:
        view.external_data.push_back(string_pair(reader.get_message()));
        break;
      case 14:
        view.is_external = reader.get_int32() == 1;
        break;
      default:
        reader.skip();
    }
  }
  return view;
}

SparseTensorView sparse_tensor(pbf_reader reader) {
  SparseTensorView view;
  while (reader.next()) {
    if (reader.tag() == 1)
      view.values = tensor(reader.get_message());
    else if (reader.tag() == 2)
      view.indices = tensor(reader.get_message());
    else if (reader.tag() == 3)
      append(reader, view.dims);
    else
      reader.skip();
  }
  return view;
}

TypeView::Size size(pbf_reader reader) {
  TypeView::Size size;
  while (reader.next()) {
    if (reader.tag() == 1)
      size = {reader.get_int64(), {}};
    else if (reader.tag() == 2)
      size = {{}, text_of(reader)};
    else
      reader.skip();
  }
  return size;
}

void shape(pbf_reader reader, std::vector<TypeView::Size>& sizes) {
  while (reader.next()) {
    if (reader.tag() == 1)
      sizes.push_back(size(reader.get_message()));
    else
      reader.skip();
  }
}

void tensor_type(pbf_reader reader, TypeView& view) {
  view.is_tensor = true;
  while (reader.next()) {
    if (reader.tag() == 1) {
      view.element_type = reader.get_int32();
    } else if (reader.tag() == 2) {
      view.has_shape = true;
      shape(reader.get_message(), view.shape);
    } else {
      reader.skip();
    }
  }
}

ValueView value(pbf_reader reader) {
  ValueView view;
  while (reader.next()) {
    if (reader.tag() == 1) {
      view.name = text_of(reader);
    } else if (reader.tag() == 2) {
      pbf_reader type = reader.get_message();
      while (type.next()) {
        if (type.tag() == 1)
          tensor_type(type.get_message(), view.type);
        else
          type.skip();
      }
    } else {
      reader.skip();
    }
  }
  return view;
}

// What AttributeProto.AttributeType calls them, as far as operators here take such attributes.
AttributeView::Type kind_of(int32_t type) {
  using T = AttributeView::Type;
  constexpr T kinds[] = {T::undefined, T::number,  T::integer,  T::string, T::tensor,
                         T::graph,     T::numbers, T::integers, T::strings};
  constexpr int32_t sparse_tensor = 11;
  if (type == sparse_tensor) return T::sparse_tensor;
  return type > 0 && type < 9 ? kinds[type] : T::undefined;
}

/// Counts messages of which each becomes a struct many times its size.
class Budget {
 public:
  explicit Budget(size_t messages) : limit_(messages), left_(messages) {}
  void take() {
    if (left_-- == 0)
      throw LimitError(
          fmt::format("the model has more than {} nodes, attributes, weights and "
                      "inputs, the limit",
                      limit_));
  }

 private:
  size_t limit_, left_;
};

AttributeView attribute(pbf_reader reader) {
  AttributeView view;
  AttributeView::Type seen = AttributeView::Type::undefined;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        view.name = text_of(reader);
        break;
      case 2:
        view.number = reader.get_float();
        seen = AttributeView::Type::number;
        break;
      case 3:
        view.integer = reader.get_int64();
        seen = AttributeView::Type::integer;
        break;
      case 4:
        view.string = bytes_of(reader);
        seen = AttributeView::Type::string;
        break;
      case 5:
        view.tensor = bytes_of(reader);
        seen = AttributeView::Type::tensor;
        break;
      case 6:
        view.graph = bytes_of(reader);
        seen = AttributeView::Type::graph;
        break;
      case 7:
        append(reader, view.numbers);
        seen = AttributeView::Type::numbers;
        break;
      case 8:
        append(reader, view.integers);
        seen = AttributeView::Type::integers;
        break;
      case 9:
        view.strings.push_back(bytes_of(reader));
        seen = AttributeView::Type::strings;
        break;
      case 22:
        view.tensor = bytes_of(reader);
        seen = AttributeView::Type::sparse_tensor;
        break;
      case 20:
        view.type = reader.get_int32();
        break;
      case 21:
        view.reference = text_of(reader);
        break;
      default:
        reader.skip();
    }
  }
  // Files of the first IR version leave the type out.
  view.kind = view.type == 0 ? seen : kind_of(view.type);
  return view;
}

NodeView node(pbf_reader reader, Budget& budget) {
  NodeView view;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        view.inputs.push_back(text_of(reader));
        break;
      case 2:
        view.outputs.push_back(text_of(reader));
        break;
      case 3:
        view.name = text_of(reader);
        break;
      case 4:
        view.op_type = text_of(reader);
        break;
      case 5:
        budget.take();
        view.attributes.push_back(attribute(reader.get_message()));
        break;
      case 7:
        view.domain = text_of(reader);
        break;
      case 8:
        view.overload = text_of(reader);
        break;
      default:
        reader.skip();
    }
  }
  return view;
}

GraphView graph(pbf_reader reader, Budget& budget) {
  GraphView view;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        budget.take();
        view.nodes.push_back(node(reader.get_message(), budget));
        break;
      case 2:
        view.name = text_of(reader);
        break;
      case 5:
        budget.take();
        view.initializers.push_back(tensor(reader.get_message()));
        break;
      case 10:
        view.documentation = text_of(reader);
        break;
      case 11:
        budget.take();
        view.inputs.push_back(value(reader.get_message()));
        break;
      case 12:
        budget.take();
        view.outputs.push_back(value(reader.get_message()));
        break;
      case 15:
        view.sparse_initializers.push_back(bytes_of(reader));
        break;
      default:
        reader.skip();
    }
  }
  return view;
}

OpsetView opset(pbf_reader reader) {
  OpsetView view;
  while (reader.next()) {
    if (reader.tag() == 1)
      view.domain = text_of(reader);
    else if (reader.tag() == 2)
      view.version = reader.get_int64();
    else
      reader.skip();
  }
  return view;
}

FunctionView function(pbf_reader reader, Budget& budget) {
  FunctionView view;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        view.name = text_of(reader);
        break;
      case 4:
        view.inputs.push_back(text_of(reader));
        break;
      case 5:
        view.outputs.push_back(text_of(reader));
        break;
      case 6:
        view.attributes.push_back(text_of(reader));
        break;
      case 7:
        budget.take();
        view.nodes.push_back(node(reader.get_message(), budget));
        break;
      case 9:
        view.opsets.push_back(opset(reader.get_message()));
        break;
      case 10:
        view.domain = text_of(reader);
        break;
      case 11:
        budget.take();
        view.defaults.push_back(attribute(reader.get_message()));
        break;
      case 13:
        view.overload = text_of(reader);
        break;
      default:
        reader.skip();
    }
  }
  return view;
}

ModelView model(pbf_reader reader, Budget& budget) {
  ModelView view;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        view.ir_version = reader.get_int64();
        break;
      case 2:
        view.producer = text_of(reader);
        break;
      case 3:
        view.producer_version = text_of(reader);
        break;
      case 6:
        view.documentation = text_of(reader);
        break;
      case 7:
        view.graph = graph(reader.get_message(), budget);
        view.has_graph = true;
        break;
      case 8:
        view.opsets.push_back(opset(reader.get_message()));
        break;
      case 14:
        view.metadata.push_back(string_pair(reader.get_message()));
        break;
      case 25:
        budget.take();
        view.functions.push_back(function(reader.get_message(), budget));
        break;
      default:
        reader.skip();
    }
  }
  return view;
}

/// Runs `parse` and turns what the wire format's reader throws, or asserts about, into our errors.
template <class F>
auto guarded(std::string_view what, const F& parse) {
  try {
    return parse();
  } catch (const protozero::exception& error) {
    throw ValueError(
        fmt::format("not {}: the bytes are damaged or cut short ({})", what, error.what()));
  }
}

}  // namespace

// Without overlong forms and surrogates (RFC 3629).
bool is_utf8(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const auto byte = [&](size_t k) { return static_cast<unsigned char>(bytes[k]); };
    const unsigned char first = byte(i);
    const size_t length = first < 0x80                    ? 1
                          : first >= 0xc2 && first < 0xe0 ? 2
                          : first >= 0xe0 && first < 0xf0 ? 3
                          : first >= 0xf0 && first < 0xf5 ? 4
                                                          : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    for (size_t k = i + 1; k < i + length; ++k)
      if ((byte(k) & 0xc0) != 0x80) return false;
    if (length > 2) {
      const int lead = first << 8 | byte(i + 1);
      if (lead < 0xe0a0 || (lead >= 0xeda0 && lead < 0xee00)) return false;
      if (length == 4 && (lead < 0xf090 || lead > 0xf48f)) return false;
    }
    i += length;
  }
  return true;
}

ModelView parse_model(std::string_view bytes, size_t max_messages) {
  Budget budget(max_messages);
  return guarded("an ONNX model",
                 [&] { return model(pbf_reader(bytes.data(), bytes.size()), budget); });
}

GraphView parse_graph(std::string_view bytes, size_t max_messages) {
  Budget budget(max_messages);
  return guarded("an ONNX graph",
                 [&] { return graph(pbf_reader(bytes.data(), bytes.size()), budget); });
}

TensorView parse_tensor(std::string_view bytes) {
  return guarded("an ONNX tensor", [&] { return tensor(pbf_reader(bytes.data(), bytes.size())); });
}

SparseTensorView parse_sparse_tensor(std::string_view bytes) {
  return guarded("a sparse ONNX tensor",
                 [&] { return sparse_tensor(pbf_reader(bytes.data(), bytes.size())); });
}

}  // namespace convoy::onnx
