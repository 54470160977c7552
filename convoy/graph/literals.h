// Strings and array data as the text form of graphs writes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convoy/base/tensor.h"

namespace convoy {

/// `text` in double quotes, with \" \\ \n \t and \xHH for what cannot be printed. Valid UTF-8
/// stays as it is.
std::string quoted(std::string_view text);
/// What stands between the quotes of `quoted`, undone; ValueError for a wrong escape.
std::string unescaped(std::string_view inside);

/// Exact text of all elements: `{1, 0.5, nan}` for a few, otherwise `base64 "…"` of the
/// little-endian bytes. With `max_elements` >= 0, more elements than that are cut short by "…".
std::string data_text(const Tensor& tensor, int64_t max_elements = -1);

/// A tensor of the elements whose texts are `items`; ValueError unless their number is that of
/// `extents` and each is an element of `dtype`.
Tensor tensor_from_items(DType dtype, const Extents& extents,
                         const std::vector<std::string_view>& items);
/// A tensor of the elements whose bytes are encoded in `base64`, of exactly the right length.
Tensor tensor_from_base64(DType dtype, const Extents& extents, std::string_view base64);

}  // namespace convoy
