// Arrays of which a file holds only the elements that are not zero.
#include <cstring>

#include <fmt/format.h>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/onnx/types.h"
#include "convoy/onnx/weights.h"

namespace convoy::onnx {

namespace {

/// The positions in row-major order of elements given by number, or by one index for each axis.
std::vector<int64_t> positions_of(const Tensor& indices, const Extents& extents, int64_t count) {
  const auto rank = static_cast<int64_t>(extents.size());
  const bool by_number = indices.extents() == Extents{count};
  if (indices.dtype() != DType::int64 || !(by_number || indices.extents() == Extents{count, rank}))
    throw ValueError(fmt::format("its indices are {}, for {} values of {} axes",
                                 to_string(indices.type()), count, rank));
  const auto numbers = indices.data<int64_t>();
  const int64_t size = element_count(extents);
  std::vector<int64_t> positions;
  for (int64_t i = 0; i < count; ++i) {
    int64_t position = 0;
    for (int64_t a = 0; a < (by_number ? 1 : rank); ++a) {
      const int64_t extent = by_number ? size : extents[static_cast<size_t>(a)];
      const int64_t index = numbers[static_cast<size_t>(by_number ? i : i * rank + a)];
      if (index < 0 || index >= extent)
        throw ValueError(fmt::format("its index {} is not inside of {}", index, extent));
      position = by_number ? index : position * extent + index;
    }
    positions.push_back(position);
  }
  return positions;
}

}  // namespace

Tensor Weights::tensor(const SparseTensorView& view) {
  try {
    const Tensor values = tensor(view.values), indices = tensor(view.indices);
    if (values.rank() != 1)
      throw ValueError(fmt::format("its values are {}, not a list", to_string(values.type())));
    for (const int64_t size : view.dims)
      if (size < 0) throw ValueError(fmt::format("its dims hold {}", size));
    const int64_t width = size_of(values.dtype());
    const int64_t bytes = checked_multiply(element_count(view.dims), width);
    charge(bytes);
    const std::vector<int64_t> positions = positions_of(indices, view.dims, values.size());
    Tensor result = Tensor::zeros(values.dtype(), view.dims);
    for (size_t i = 0; i < positions.size(); ++i)
      std::memcpy(static_cast<char*>(result.raw()) + positions[i] * width,
                  static_cast<const char*>(values.raw()) + static_cast<int64_t>(i) * width,
                  static_cast<size_t>(width));
    return result;
  } catch (const Error&) {
    rethrow_with_prefix(fmt::format("sparse tensor {} of dims {}: ", in_quotes(view.values.name),
                                    to_string(view.dims)));
  }
}

}  // namespace convoy::onnx
