// Arrays in NumPy's file format, .npy, of versions 1 to 3.
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "convoy/base/tensor.h"

namespace convoy::io {

/// The array in a file. Every dtype of the library; big-endian data is swapped and Fortran order
/// turned into row-major; `V2`, which is what NumPy writes of ml_dtypes.bfloat16, is read as
/// bfloat16. ValueError for anything that is not exactly such a file: structured, object, complex
/// and string dtypes, a header that is not a literal dict of the three keys or takes more than
/// 10,000 bytes, more or fewer data than the shape says.
Tensor load_npy(const std::filesystem::path& path);
/// The same from memory, which is copied.
Tensor parse_npy(std::string_view bytes);

/// Writes version 1.0, bfloat16 as `V2`.
void save_npy(const std::filesystem::path& path, const Tensor& tensor);
/// Everything that comes before the data in such a file.
std::string npy_header(const Tensor& tensor);

/// What a file claims, before its data is looked at.
struct NpyHeader {
  DType dtype;
  Extents extents;
  bool fortran_order;
  bool swapped;   // the bytes of each element
  size_t length;  // bytes before the data
};
/// Reads the header; `bytes` may end behind it.
NpyHeader parse_npy_header(std::string_view bytes);
/// `size` bytes of data as the header says, copied into an array.
Tensor npy_tensor(const NpyHeader& header, std::string_view data);

}  // namespace convoy::io
