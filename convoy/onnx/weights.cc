#include "convoy/onnx/weights.h"

#include <charconv>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/onnx/types.h"

namespace convoy::onnx {

namespace {

/// The number that `text` is, in decimal and without a sign.
int64_t unsigned_number(std::string_view key, std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '-')
    throw ValueError(fmt::format("the {} of its external data is {}, not a number of bytes", key,
                                 in_quotes(text)));
  return value;
}

/// Copies a part of a file, giving back what was read on the way: no large array is in memory
/// twice.
void copy_out(std::string_view bytes, char* to) {
  constexpr size_t at_once = size_t{4} << 20;
  for (size_t at = 0; at < bytes.size(); at += at_once) {
    const std::string_view part = bytes.substr(at, at_once);
    std::memcpy(to + at, part.data(), part.size());
    io::release_pages(part);
  }
}

Tensor borrowed(DType dtype, Extents extents, std::string_view bytes,
                std::shared_ptr<const void> owner) {
  const auto address = reinterpret_cast<uintptr_t>(bytes.data());
  const bool aligned = address % static_cast<uintptr_t>(size_of(dtype)) == 0;
  // A bool that is neither 0 nor 1 must not be read as one.
  if (aligned && dtype != DType::boolean && !bytes.empty())
    return {dtype, std::move(extents), const_cast<char*>(bytes.data()), std::move(owner)};
  Tensor copy(dtype, std::move(extents));
  if (dtype == DType::boolean) {
    for (size_t i = 0; i < bytes.size(); ++i) copy.data<bool>()[i] = bytes[i] != 0;
  } else {
    copy_out(bytes, static_cast<char*>(copy.raw()));
  }
  return copy;
}

/// Elements of T from a list of a wider type, as ONNX stores narrow types; each must fit.
template <class T, class Wide>
Tensor narrowed(DType dtype, Extents extents, const std::vector<Wide>& values) {
  Tensor result(dtype, std::move(extents));
  for (size_t i = 0; i < values.size(); ++i) {
    if constexpr (is_half_storage<T>) {
      if (values[i] < 0 || values[i] > 0xffff)
        throw ValueError(fmt::format("element {} is {}, not 16 bits", i, values[i]));
      result.data<T>()[i].bits = static_cast<uint16_t>(values[i]);
    } else {
      const T value = static_cast<T>(values[i]);
      if (static_cast<Wide>(value) != values[i])
        throw ValueError(
            fmt::format("element {} is {}, which {} cannot hold", i, values[i], to_string(dtype)));
      result.data<T>()[i] = value;
    }
  }
  return result;
}

void require_count(size_t got, int64_t wanted, std::string_view field) {
  if (got != static_cast<size_t>(wanted))
    throw ValueError(
        fmt::format("{} has {} elements where its dims call for {}", field, got, wanted));
}

/// Data in one of the typed lists.
Tensor from_lists(const TensorView& view, DType dtype, Extents extents, int64_t count) {
  return visit_dtype(dtype, [&]<class T>(std::type_identity<T>) -> Tensor {
    if constexpr (std::is_same_v<T, float>) {
      require_count(view.float_data.size(), count, "float_data");
      return Tensor::of<float>(std::move(extents), view.float_data);
    } else if constexpr (std::is_same_v<T, double>) {
      require_count(view.double_data.size(), count, "double_data");
      return Tensor::of<double>(std::move(extents), view.double_data);
    } else if constexpr (std::is_same_v<T, int64_t>) {
      require_count(view.int64_data.size(), count, "int64_data");
      return Tensor::of<int64_t>(std::move(extents), view.int64_data);
    } else if constexpr (std::is_same_v<T, uint64_t> || std::is_same_v<T, uint32_t>) {
      require_count(view.uint64_data.size(), count, "uint64_data");
      return narrowed<T>(dtype, std::move(extents), view.uint64_data);
    } else {
      require_count(view.int32_data.size(), count, "int32_data");
      return narrowed<T>(dtype, std::move(extents), view.int32_data);
    }
  });
}

size_t filled_lists(const TensorView& view) {
  return size_t{!view.float_data.empty()} + size_t{!view.int32_data.empty()} +
         size_t{!view.int64_data.empty()} + size_t{!view.double_data.empty()} +
         size_t{!view.uint64_data.empty()} + size_t{view.has_raw_data};
}

}  // namespace

Weights::Data Weights::external(const TensorView& view, int64_t bytes) {
  if (!path_)
    throw ValueError("its data lies in another file, which a model from memory cannot have");
  std::string_view location;
  int64_t offset = 0;
  std::optional<int64_t> length;
  for (const auto& [key, value] : view.external_data) {
    if (key == "location") location = value;
    if (key == "offset") offset = unsigned_number(key, value);
    if (key == "length") length = unsigned_number(key, value);
  }
  if (!folder_) folder_ = std::make_unique<io::WeightFolder>(*path_);
  auto found = files_.find(location);
  if (found == files_.end())
    found = files_.emplace(std::string(location), folder_->open(location)).first;
  const std::string_view file = found->second->bytes();
  if (length && *length != bytes)
    throw ValueError(fmt::format("{} bytes of external data are stated where its dims call for {}",
                                 *length, bytes));
  if (checked_add(offset, bytes) > static_cast<int64_t>(file.size()))
    throw ValueError(fmt::format("its data is said to be bytes {} to {} of {}, which has only {}",
                                 offset, checked_add(offset, bytes), in_quotes(location),
                                 file.size()));
  return {file.substr(static_cast<size_t>(offset), static_cast<size_t>(bytes)), found->second};
}

void Weights::charge(int64_t bytes) {
  expanded_bytes_ = checked_add(expanded_bytes_, bytes);
  if (expanded_bytes_ > max_expanded_bytes_)
    throw LimitError(
        fmt::format("arrays that it describes in fewer bytes than they have take {} bytes when "
                    "filled up, more than {}",
                    expanded_bytes_, max_expanded_bytes_));
}

Tensor Weights::tensor(const TensorView& view) {
  try {
    const DType dtype = from_onnx(view.data_type);
    for (const int64_t size : view.dims)
      if (size < 0) throw ValueError(fmt::format("its dims hold {}", size));
    Extents extents = view.dims;
    const int64_t count = element_count(extents);
    const int64_t bytes = checked_multiply(count, size_of(dtype));
    if (view.is_segment) throw NotSupportedError("it is stored in segments");
    const size_t filled = filled_lists(view);
    if (view.is_external) {
      if (filled > 0) throw ValueError("it has data of its own beside external data");
      const Data data = external(view, bytes);
      return borrowed(dtype, std::move(extents), data.bytes, data.owner);
    }
    if (filled > 1) throw ValueError("more than one of its data fields is filled");
    if (view.has_raw_data) {
      if (view.raw_data.size() != static_cast<size_t>(bytes))
        throw ValueError(fmt::format("raw_data has {} bytes where its dims call for {}",
                                     view.raw_data.size(), bytes));
      return borrowed(dtype, std::move(extents), view.raw_data, bytes_);
    }
    return from_lists(view, dtype, std::move(extents), count);
  } catch (const Error&) {
    rethrow_with_prefix(
        fmt::format("tensor {} of dims {}: ", in_quotes(view.name), to_string(view.dims)));
  }
}

}  // namespace convoy::onnx
