#include "convoy/io/npy.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/io/mapped_file.h"
#include "convoy/io/replacing_file.h"

namespace convoy::io {

namespace {

void swap_bytes(Tensor& tensor) {
  const size_t width = static_cast<size_t>(size_of(tensor.dtype()));
  char* bytes = static_cast<char*>(tensor.raw());
  for (size_t at = 0; at < static_cast<size_t>(tensor.bytes()); at += width)
    std::reverse(bytes + at, bytes + at + width);
}

// The elements of `columns`, whose first axis runs fastest, in row-major order.
Tensor row_major(const Tensor& columns) {
  Tensor rows(columns.dtype(), columns.extents());
  const size_t width = static_cast<size_t>(size_of(columns.dtype()));
  const size_t rank = columns.extents().size();
  Extents index = columns.extents(), strides = columns.extents();
  std::fill(index.begin(), index.end(), 0);
  int64_t stride = 1;
  for (size_t a = 0; a < rank; ++a) {
    strides[a] = stride;
    stride *= columns.extents()[a];
  }
  int64_t source = 0;
  for (int64_t target = 0; target < rows.size(); ++target) {
    std::memcpy(static_cast<char*>(rows.raw()) + static_cast<size_t>(target) * width,
                static_cast<const char*>(columns.raw()) + static_cast<size_t>(source) * width,
                width);
    for (size_t a = rank; a-- > 0;) {  // the next index, last axis first
      source += strides[a];
      if (++index[a] < columns.extents()[a]) break;
      source -= strides[a] * index[a];
      index[a] = 0;
    }
  }
  return rows;
}

}  // namespace

Tensor npy_tensor(const NpyHeader& header, std::string_view data) {
  const int64_t expected = checked_multiply(element_count(header.extents), size_of(header.dtype));
  if (static_cast<uint64_t>(expected) != data.size())
    throw ValueError(fmt::format("an .npy file of {}{} needs {} bytes of data, but has {}",
                                 to_string(header.dtype), to_string(header.extents), expected,
                                 data.size()));
  Tensor tensor(header.dtype, header.extents);
  if (!data.empty()) std::memcpy(tensor.raw(), data.data(), data.size());
  if (header.dtype == DType::boolean)  // any other byte is no bool
    for (size_t i = 0; i < data.size(); ++i) static_cast<char*>(tensor.raw())[i] = data[i] != 0;
  if (header.swapped) swap_bytes(tensor);
  return header.fortran_order && tensor.rank() > 1 && tensor.size() > 0 ? row_major(tensor)
                                                                        : tensor;
}

Tensor parse_npy(std::string_view bytes) {
  const NpyHeader header = parse_npy_header(bytes);
  return npy_tensor(header, bytes.substr(header.length));
}

Tensor load_npy(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  try {
    return parse_npy(file->bytes());
  } catch (const Error&) {
    rethrow_with_prefix(path.string() + ": ");
  }
}

void save_npy(const std::filesystem::path& path, const Tensor& tensor) {
  ReplacingFile file(path);
  file.write(npy_header(tensor));
  file.write({static_cast<const char*>(tensor.raw()), static_cast<size_t>(tensor.bytes())});
  file.commit();
}

}  // namespace convoy::io
