// Convolutions and products of matrices.
#include <algorithm>

#include <fmt/format.h>

#include "convoy/stablehlo/code.h"
#include "convoy/stablehlo/spelling.h"

namespace convoy::stablehlo {

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

}  // namespace convoy::stablehlo
