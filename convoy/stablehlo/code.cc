#include "convoy/stablehlo/code.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/checked.h"
#include "convoy/base/convert.h"

namespace convoy::stablehlo {

namespace {

std::string_view element_type(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return "i1";
    case DType::int8:
      return "i8";
    case DType::uint8:
      return "ui8";
    case DType::int16:
      return "i16";
    case DType::uint16:
      return "ui16";
    case DType::int32:
      return "i32";
    case DType::uint32:
      return "ui32";
    case DType::int64:
      return "i64";
    case DType::uint64:
      return "ui64";
    case DType::float16:
      return "f16";
    case DType::bfloat16:
      return "bf16";
    case DType::float32:
      return "f32";
    case DType::float64:
      break;
  }
  return "f64";
}

std::string type_of(const Operand& x) { return tensor_type(x.dtype, x.shape); }

std::string types_of(const Operands& operands) {
  std::string text;
  for (const Operand& x : operands) text += (text.empty() ? "" : ", ") + type_of(x);
  return text;
}

std::string names_of(const Operands& operands) {
  std::string text;
  for (const Operand& x : operands) text += (text.empty() ? "" : ", ") + x.name;
  return text;
}

std::string list(const Extents& values) { return fmt::format("[{}]", fmt::join(values, ", ")); }

std::string i64_array(const Extents& values) {
  return values.empty() ? "array<i64>" : fmt::format("array<i64: {}>", fmt::join(values, ", "));
}

std::string pairs(const std::vector<std::pair<int64_t, int64_t>>& values) {
  std::string text;
  for (const auto& [a, b] : values)
    text += fmt::format("{}[{}, {}]", text.empty() ? "" : ", ", a, b);
  return "[" + text + "]";
}

std::string padding_attribute(const std::vector<std::pair<int64_t, int64_t>>& values) {
  return fmt::format("padding = dense<{}> : tensor<{}x2xi64>", values.empty() ? "" : pairs(values),
                     values.size());
}

/// The bits of a float, as MLIR takes those that decimals do not say: NaN and infinities.
std::string bits_of(double value, DType dtype) {
  return visit_dtype(dtype, [&]<class T>(std::type_identity<T>) -> std::string {
    if constexpr (is_floating_element<T>) {
      const T element = convert<T>(value);
      uint64_t bits = 0;
      std::memcpy(&bits, &element, sizeof element);
      return fmt::format("0x{:0{}X}", bits, 2 * sizeof element);
    } else {
      return {};
    }
  });
}

/// Elements in nested brackets, or as the hexadecimal digits of their bytes when there are many.
std::string elements_of(const Tensor& value) {
  constexpr int64_t readable = 64;
  if (value.size() > readable && value.dtype() != DType::boolean) {
    std::string digits = "\"0x";
    const auto* bytes = static_cast<const unsigned char*>(value.raw());
    for (int64_t i = 0; i < value.bytes(); ++i) digits += fmt::format("{:02X}", bytes[i]);
    return digits + "\"";
  }
  int64_t next = 0;
  const auto nested = [&](const auto& self, size_t axis) -> std::string {
    if (axis == value.extents().size()) {
      std::string text;
      visit_dtype(value.dtype(), [&]<class T>(std::type_identity<T>) {
        if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
          text = fmt::format("{}", value.data<T>()[static_cast<size_t>(next)]);
        else
          text = literal(value.at(next), value.dtype());
      });
      ++next;
      return text;
    }
    std::string text = "[";
    for (int64_t i = 0; i < value.extents()[axis]; ++i)
      text += (i == 0 ? "" : ", ") + self(self, axis + 1);
    return text + "]";
  };
  return nested(nested, 0);
}

}  // namespace

std::string tensor_type(DType dtype, const Extents& shape) {
  std::string text = "tensor<";
  for (const int64_t size : shape) text += fmt::format("{}x", size);
  return text + std::string(element_type(dtype)) + ">";
}

std::string literal(double value, DType dtype) {
  if (dtype == DType::boolean) return value != 0 ? "true" : "false";
  if (!is_floating(dtype))  // saturates, as elsewhere
    return visit_dtype(dtype, [&]<class T>(std::type_identity<T>) -> std::string {
      if constexpr (is_floating_element<T>)
        return {};
      else
        return fmt::format("{}", convert<T>(value));
    });
  if (!std::isfinite(value)) return bits_of(value, dtype);
  // As short as the number reads back in its dtype; MLIR wants a point.
  std::string text = dtype == DType::float64 ? fmt::format("{}", value)
                                             : fmt::format("{}", static_cast<float>(value));
  if (!std::isfinite(std::stod(text)) || (dtype == DType::float16 && std::abs(value) > 65504))
    return bits_of(value, dtype);
  const size_t exponent = text.find('e');
  if (text.find('.') == std::string::npos)
    text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  return text;
}

std::string Code::fresh() { return "%" + std::to_string((*next_)++); }

void Code::line(const std::string& text) { text_ += indent_ + text + "\n"; }

void Code::comment(std::string_view text) {
  std::string flat(text);  // a name may hold anything
  for (char& c : flat)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  line("// " + flat);
}

Operand Code::result(const std::string& right, DType dtype, const Extents& shape) {
  const Operand value{fresh(), dtype, shape};
  line(value.name + " = " + right);
  return value;
}

Operands Code::results(const std::string& right, const Operands& types) {
  const std::string name = fresh();
  Operands values;
  for (size_t i = 0; i < types.size(); ++i)
    values.push_back(
        {types.size() == 1 ? name : fmt::format("{}#{}", name, i), types[i].dtype, types[i].shape});
  line(fmt::format("{}{} = {}", name, types.size() == 1 ? "" : fmt::format(":{}", types.size()),
                   right));
  return values;
}

std::string Code::region(const Operands& parameters,
                         const std::function<Operands(Code&, const Operands&)>& body) {
  Code inner(indent_.size() + 4);
  inner.next_ = next_;
  Operands arguments;
  std::string header;
  for (const Operand& p : parameters) {
    arguments.push_back({fresh(), p.dtype, p.shape});
    header +=
        fmt::format("{}{}: {}", header.empty() ? "" : ", ", arguments.back().name, type_of(p));
  }
  inner.give("stablehlo.return", body(inner, arguments));
  return fmt::format("{{\n{}^bb0({}):\n{}{}}}", indent_ + "  ", header, inner.text(), indent_);
}

void Code::give(std::string_view terminator, const Operands& results) {
  if (results.empty())
    line(std::string(terminator));
  else
    line(fmt::format("{} {} : {}", terminator, names_of(results), types_of(results)));
}

Operand Code::parameter(const Type& type) { return {fresh(), type.dtype, to_extents(type.shape)}; }

Operand Code::splat(double value, DType dtype, const Extents& shape) {
  return result(fmt::format("stablehlo.constant dense<{}> : {}",
                            element_count(shape) == 0 ? "" : literal(value, dtype),
                            tensor_type(dtype, shape)),
                dtype, shape);
}

Operand Code::constant(const Tensor& value) {
  return result(
      fmt::format("stablehlo.constant dense<{}> : {}", value.size() == 0 ? "" : elements_of(value),
                  tensor_type(value.dtype(), value.extents())),
      value.dtype(), value.extents());
}

Operand Code::integers(const Integers& values) {
  return constant(Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values));
}

Operand Code::iota(DType dtype, const Extents& shape, int64_t axis) {
  return result(fmt::format("stablehlo.iota dim = {} : {}", axis, tensor_type(dtype, shape)), dtype,
                shape);
}

Operand Code::unary(std::string_view op, const Operand& x) {
  if (op == "is_finite") {
    const Operand flag{"", DType::boolean, x.shape};
    return result(
        fmt::format("stablehlo.is_finite {} : ({}) -> {}", x.name, type_of(x), type_of(flag)),
        DType::boolean, x.shape);
  }
  // A few functions stand in the dialect beside StableHLO that comes with it.
  if (op == "erf" || op == "erfc")
    return result(fmt::format("chlo.{} {} : {} -> {}", op, x.name, type_of(x), type_of(x)), x.dtype,
                  x.shape);
  return result(fmt::format("stablehlo.{} {} : {}", op, x.name, type_of(x)), x.dtype, x.shape);
}

Operand Code::binary(std::string_view op, const Operand& x, const Operand& y) {
  return result(fmt::format("stablehlo.{} {}, {} : {}", op, x.name, y.name, type_of(x)), x.dtype,
                x.shape);
}

Operand Code::compare(std::string_view direction, const Operand& x, const Operand& y) {
  const std::string_view kind = is_floating(x.dtype)                              ? "FLOAT"
                                : is_signed(x.dtype) && x.dtype != DType::boolean ? "SIGNED"
                                                                                  : "UNSIGNED";
  return result(
      fmt::format("stablehlo.compare {}, {}, {}, {} : ({}, {}) -> {}", direction, x.name, y.name,
                  kind, type_of(x), type_of(y), tensor_type(DType::boolean, x.shape)),
      DType::boolean, x.shape);
}

Operand Code::select(const Operand& condition, const Operand& yes, const Operand& no) {
  return result(fmt::format("stablehlo.select {}, {}, {} : {}, {}", condition.name, yes.name,
                            no.name, type_of(condition), type_of(yes)),
                yes.dtype, yes.shape);
}

Operand Code::convert(const Operand& x, DType dtype) {
  if (x.dtype == dtype) return x;
  return result(fmt::format("stablehlo.convert {} : ({}) -> {}", x.name, type_of(x),
                            tensor_type(dtype, x.shape)),
                dtype, x.shape);
}

Operand Code::bitcast(const Operand& x, DType dtype) {
  return result(fmt::format("stablehlo.bitcast_convert {} : ({}) -> {}", x.name, type_of(x),
                            tensor_type(dtype, x.shape)),
                dtype, x.shape);
}

Operand Code::broadcast(const Operand& x, const Extents& shape, const Extents& axes) {
  return result(fmt::format("stablehlo.broadcast_in_dim {}, dims = {} : ({}) -> {}", x.name,
                            list(axes), type_of(x), tensor_type(x.dtype, shape)),
                x.dtype, shape);
}

Operand Code::broadcast(const Operand& x, const Extents& shape) {
  if (x.shape == shape) return x;
  Extents axes;
  for (size_t a = 0; a < x.shape.size(); ++a)
    axes.push_back(static_cast<int64_t>(shape.size() - x.shape.size() + a));
  return broadcast(x, shape, axes);
}

Operand Code::spread(const Operand& reduced, const Extents& shape, const Extents& axes) {
  Extents kept;
  for (size_t a = 0; a < shape.size(); ++a)
    if (std::count(axes.begin(), axes.end(), static_cast<int64_t>(a)) == 0)
      kept.push_back(static_cast<int64_t>(a));
  return broadcast(reduced, shape, kept);
}

Operand Code::reshape(const Operand& x, const Extents& shape) {
  if (x.shape == shape) return x;
  return result(fmt::format("stablehlo.reshape {} : ({}) -> {}", x.name, type_of(x),
                            tensor_type(x.dtype, shape)),
                x.dtype, shape);
}

Operand Code::transpose(const Operand& x, const Extents& order) {
  Extents shape;
  bool is_identity = true;
  for (size_t a = 0; a < order.size(); ++a) {
    shape.push_back(x.dim(order[a]));
    is_identity = is_identity && order[a] == static_cast<int64_t>(a);
  }
  if (is_identity) return x;
  return result(fmt::format("stablehlo.transpose {}, dims = {} : ({}) -> {}", x.name, list(order),
                            type_of(x), tensor_type(x.dtype, shape)),
                x.dtype, shape);
}

Operand Code::reverse(const Operand& x, const Extents& axes) {
  if (axes.empty()) return x;
  return result(fmt::format("stablehlo.reverse {}, dims = {} : {}", x.name, list(axes), type_of(x)),
                x.dtype, x.shape);
}

Operand Code::concatenate(const Operands& parts, int64_t axis) {
  if (parts.size() == 1) return parts[0];
  Extents shape = parts[0].shape;
  int64_t& size = shape[static_cast<size_t>(axis)];
  size = 0;
  for (const Operand& part : parts) size += part.dim(axis);
  return result(fmt::format("stablehlo.concatenate {}, dim = {} : ({}) -> {}", names_of(parts),
                            axis, types_of(parts), tensor_type(parts[0].dtype, shape)),
                parts[0].dtype, shape);
}

Operand Code::slice(const Operand& x, const Extents& start, const Extents& limit,
                    const Extents& stride) {
  Extents shape;
  std::string ranges;
  for (size_t a = 0; a < start.size(); ++a) {
    shape.push_back((limit[a] - start[a] + stride[a] - 1) / stride[a]);
    ranges += fmt::format("{}{}:{}{}", a == 0 ? "" : ", ", start[a], limit[a],
                          stride[a] == 1 ? "" : fmt::format(":{}", stride[a]));
  }
  return result(fmt::format("stablehlo.slice {} [{}] : ({}) -> {}", x.name, ranges, type_of(x),
                            tensor_type(x.dtype, shape)),
                x.dtype, shape);
}

Operand Code::slice(const Operand& x, int64_t axis, int64_t start, int64_t limit) {
  if (start == 0 && limit == x.dim(axis)) return x;
  Extents starts(x.shape.size(), 0), limits = x.shape;
  starts[static_cast<size_t>(axis)] = start;
  limits[static_cast<size_t>(axis)] = limit;
  return slice(x, starts, limits, Extents(x.shape.size(), 1));
}

Operand Code::pad(const Operand& x, const Operand& value, const Extents& low, const Extents& high,
                  const Extents& interior) {
  Extents shape;
  for (size_t a = 0; a < low.size(); ++a)
    shape.push_back(low[a] + high[a] + x.shape[a] +
                    std::max<int64_t>(x.shape[a] - 1, 0) * interior[a]);
  return result(
      fmt::format("stablehlo.pad {}, {}, low = {}, high = {}, interior = {} : ({}, {}) -> {}",
                  x.name, value.name, list(low), list(high), list(interior), type_of(x),
                  type_of(value), tensor_type(x.dtype, shape)),
      x.dtype, shape);
}

Operand Code::dynamic_slice(const Operand& x, const Operands& starts, const Extents& sizes) {
  return result(fmt::format("stablehlo.dynamic_slice {}, {}, sizes = {} : ({}, {}) -> {}", x.name,
                            names_of(starts), list(sizes), type_of(x), types_of(starts),
                            tensor_type(x.dtype, sizes)),
                x.dtype, sizes);
}

Operand Code::dynamic_update_slice(const Operand& x, const Operand& update,
                                   const Operands& starts) {
  return result(fmt::format("stablehlo.dynamic_update_slice {}, {}, {} : ({}, {}, {}) -> {}",
                            x.name, update.name, names_of(starts), type_of(x), type_of(update),
                            types_of(starts), type_of(x)),
                x.dtype, x.shape);
}

Operand Code::reduce(const Operand& x, const Extents& axes, double initial, std::string_view op) {
  if (axes.empty()) return x;
  return reduce({x}, axes, {splat(initial, x.dtype)},
                [&](Code& c, const Operands& v) { return Operands{c.binary(op, v[0], v[1])}; })[0];
}

Operands Code::reduce(const Operands& x, const Extents& axes, const Operands& initial,
                      const std::function<Operands(Code&, const Operands&)>& body) {
  std::vector<bool> is_reduced(x[0].shape.size(), false);
  for (const int64_t axis : axes) is_reduced[static_cast<size_t>(axis)] = true;
  Extents shape;
  for (size_t a = 0; a < is_reduced.size(); ++a)
    if (!is_reduced[a]) shape.push_back(x[0].shape[a]);
  Operands given = x, scalars = initial, types;
  given.insert(given.end(), initial.begin(), initial.end());
  scalars.insert(scalars.end(), initial.begin(), initial.end());
  for (const Operand& operand : x) types.push_back({"", operand.dtype, shape});
  const std::string inner = region(scalars, body);
  return results(
      fmt::format("\"stablehlo.reduce\"({}) <{{dimensions = {}}}> ({}) : ({}) -> ({})",
                  names_of(given), i64_array(axes), inner, types_of(given), types_of(types)),
      types);
}

Operand Code::reduce_window(const Operand& x, const SlidingWindow& window, double initial,
                            std::string_view op) {
  return reduce_window({x}, window, {splat(initial, x.dtype)}, [&](Code& c, const Operands& v) {
    return Operands{c.binary(op, v[0], v[1])};
  })[0];
}

Operands Code::reduce_window(const Operands& x, const SlidingWindow& window,
                             const Operands& initial,
                             const std::function<Operands(Code&, const Operands&)>& body) {
  const size_t rank = x[0].shape.size();
  const Extents base = window.base_dilation.empty() ? Extents(rank, 1) : window.base_dilation;
  Extents shape;
  for (size_t a = 0; a < rank; ++a) {
    const int64_t size = x[0].shape[a] == 0 ? 0 : (x[0].shape[a] - 1) * base[a] + 1;
    const int64_t room = size + window.padding[a].first + window.padding[a].second -
                         ((window.size[a] - 1) * window.dilation[a] + 1);
    shape.push_back(room < 0 ? 0 : room / window.stride[a] + 1);
  }
  Operands given = x, scalars = initial, types;
  given.insert(given.end(), initial.begin(), initial.end());
  scalars.insert(scalars.end(), initial.begin(), initial.end());
  for (const Operand& operand : x) types.push_back({"", operand.dtype, shape});
  const std::string inner = region(scalars, body);
  return results(
      fmt::format("\"stablehlo.reduce_window\"({}) <{{window_dimensions = {}, window_strides = {}, "
                  "base_dilations = {}, window_dilations = {}, {}}}> ({}) : ({}) -> ({})",
                  names_of(given), i64_array(window.size), i64_array(window.stride),
                  i64_array(base), i64_array(window.dilation), padding_attribute(window.padding),
                  inner, types_of(given), types_of(types)),
      types);
}

Operand Code::convolution(const Operand& lhs, const Operand& rhs, const Convolution& how) {
  // Names of axes apart from their order.
  const auto axes = [](const std::string& names) {
    std::string text;
    for (const char c : names) text += (text.empty() ? "" : ", ") + std::string(1, c);
    return text;
  };
  Extents shape(how.result.size());
  for (size_t a = 0; a < how.result.size(); ++a) {
    const char axis = how.result[a];
    if (axis == 'b') {
      shape[a] = lhs.shape[how.lhs.find('b')] / how.batch_group_count;
    } else if (axis == 'f') {
      shape[a] = rhs.shape[how.rhs.find('o')];
    } else {
      const auto s = static_cast<size_t>(axis - '0');
      const int64_t in = lhs.shape[how.lhs.find(axis)], kernel = rhs.shape[how.rhs.find(axis)];
      const int64_t size = in == 0 ? 0 : (in - 1) * how.lhs_dilation[s] + 1;
      const int64_t room = size + how.padding[s].first + how.padding[s].second -
                           ((kernel - 1) * how.rhs_dilation[s] + 1);
      shape[a] = room < 0 ? 0 : room / how.stride[s] + 1;
    }
  }
  // What a GPU or a TPU takes for float32 unless told is less precise than float32.
  return result(
      fmt::format("stablehlo.convolution({}, {}) dim_numbers = [{}]x[{}]->[{}], window = {{stride "
                  "= {}, pad = {}, lhs_dilate = {}, rhs_dilate = {}}} {{batch_group_count = {} : "
                  "i64, feature_group_count = {} : i64, precision_config = [#stablehlo<precision "
                  "HIGHEST>, #stablehlo<precision HIGHEST>]}} : ({}, {}) -> {}",
                  lhs.name, rhs.name, axes(how.lhs), axes(how.rhs), axes(how.result),
                  list(how.stride), pairs(how.padding), list(how.lhs_dilation),
                  list(how.rhs_dilation), how.batch_group_count, how.feature_group_count,
                  type_of(lhs), type_of(rhs), tensor_type(lhs.dtype, shape)),
      lhs.dtype, shape);
}

Operand Code::dot_general(const Operand& lhs, const Operand& rhs, const Extents& lhs_batch,
                          const Extents& rhs_batch, const Extents& lhs_contract,
                          const Extents& rhs_contract) {
  Extents shape;
  for (const int64_t axis : lhs_batch) shape.push_back(lhs.dim(axis));
  const auto add_free = [&](const Operand& x, const Extents& batch, const Extents& contract) {
    for (int64_t a = 0; a < x.rank(); ++a)
      if (std::count(batch.begin(), batch.end(), a) == 0 &&
          std::count(contract.begin(), contract.end(), a) == 0)
        shape.push_back(x.dim(a));
  };
  add_free(lhs, lhs_batch, lhs_contract);
  add_free(rhs, rhs_batch, rhs_contract);
  const std::string batching = lhs_batch.empty() ? ""
                                                 : fmt::format("batching_dims = {} x {}, ",
                                                               list(lhs_batch), list(rhs_batch));
  return result(
      fmt::format("stablehlo.dot_general {}, {}, {}contracting_dims = {} x {}, precision = "
                  "[HIGHEST, HIGHEST] : ({}, {}) -> {}",
                  lhs.name, rhs.name, batching, list(lhs_contract), list(rhs_contract),
                  type_of(lhs), type_of(rhs), tensor_type(lhs.dtype, shape)),
      lhs.dtype, shape);
}

Operand Code::gather(const Operand& x, const Operand& indices, const GatherAxes& axes,
                     const Extents& slice_sizes) {
  // The result has the batch axes of the indices, with the slice's axes at offset_dims.
  Extents slice;
  const auto contains = [](const Extents& values, int64_t v) {
    return std::count(values.begin(), values.end(), v) > 0;
  };
  for (int64_t a = 0; a < x.rank(); ++a)
    if (!contains(axes.collapsed_slice_dims, a) && !contains(axes.operand_batching_dims, a))
      slice.push_back(slice_sizes[static_cast<size_t>(a)]);
  Extents batch;
  for (int64_t a = 0; a < indices.rank(); ++a)
    if (a != axes.index_vector_dim) batch.push_back(indices.dim(a));
  Extents shape;
  size_t next_slice = 0, next_batch = 0;
  for (size_t a = 0; a < slice.size() + batch.size(); ++a)
    shape.push_back(contains(axes.offset_dims, static_cast<int64_t>(a)) ? slice[next_slice++]
                                                                        : batch[next_batch++]);
  return result(
      fmt::format("\"stablehlo.gather\"({}, {}) <{{dimension_numbers = #stablehlo.gather<"
                  "offset_dims = {}, collapsed_slice_dims = {}, operand_batching_dims = {}, "
                  "start_indices_batching_dims = {}, start_index_map = {}, index_vector_dim = {}>, "
                  "indices_are_sorted = false, slice_sizes = {}}}> : ({}, {}) -> {}",
                  x.name, indices.name, list(axes.offset_dims), list(axes.collapsed_slice_dims),
                  list(axes.operand_batching_dims), list(axes.indices_batching_dims),
                  list(axes.start_index_map), axes.index_vector_dim, i64_array(slice_sizes),
                  type_of(x), type_of(indices), tensor_type(x.dtype, shape)),
      x.dtype, shape);
}

Operand Code::scatter(const Operand& x, const Operand& indices, const Operand& updates,
                      const GatherAxes& axes, const Combine& body) {
  const Operand scalar{"", x.dtype, {}};
  const std::string inner = region(
      {scalar, scalar}, [&](Code& c, const Operands& v) { return Operands{body(c, v[0], v[1])}; });
  return result(
      fmt::format("\"stablehlo.scatter\"({}, {}, {}) <{{scatter_dimension_numbers = "
                  "#stablehlo.scatter<update_window_dims = {}, inserted_window_dims = {}, "
                  "input_batching_dims = {}, scatter_indices_batching_dims = {}, "
                  "scatter_dims_to_operand_dims = {}, index_vector_dim = {}>, "
                  "indices_are_sorted = false, unique_indices = false}}> ({}) : ({}, {}, {}) -> {}",
                  x.name, indices.name, updates.name, list(axes.offset_dims),
                  list(axes.collapsed_slice_dims), list(axes.operand_batching_dims),
                  list(axes.indices_batching_dims), list(axes.start_index_map),
                  axes.index_vector_dim, inner, type_of(x), type_of(indices), type_of(updates),
                  type_of(x)),
      x.dtype, x.shape);
}

Operands Code::sort(const Operands& x, int64_t axis, bool stable,
                    const std::function<Operand(Code&, const Operands&)>& less) {
  Operands pairs_of_scalars;
  for (const Operand& operand : x)
    pairs_of_scalars.insert(pairs_of_scalars.end(), 2, Operand{"", operand.dtype, {}});
  const std::string inner =
      region(pairs_of_scalars, [&](Code& c, const Operands& v) { return Operands{less(c, v)}; });
  return results(
      fmt::format("\"stablehlo.sort\"({}) <{{dimension = {} : i64, is_stable = {}}}> ({}) : ({}) "
                  "-> ({})",
                  names_of(x), axis, stable, inner, types_of(x), types_of(x)),
      x);
}

Operands Code::loop(const Operands& initial,
                    const std::function<Operand(Code&, const Operands&)>& condition,
                    const std::function<Operands(Code&, const Operands&)>& body) {
  const std::string test =
      region(initial, [&](Code& c, const Operands& v) { return Operands{condition(c, v)}; });
  const std::string step = region(initial, body);
  return results(fmt::format("\"stablehlo.while\"({}) ({}, {}) : ({}) -> ({})", names_of(initial),
                             test, step, types_of(initial), types_of(initial)),
                 initial);
}

Operand Code::generic(std::string_view op, const Operands& operands, const std::string& attributes,
                      DType dtype, const Extents& shape) {
  return result(fmt::format("\"stablehlo.{}\"({}){} : ({}) -> {}", op, names_of(operands),
                            attributes.empty() ? "" : fmt::format(" <{{{}}}>", attributes),
                            types_of(operands), tensor_type(dtype, shape)),
                dtype, shape);
}

}  // namespace convoy::stablehlo
