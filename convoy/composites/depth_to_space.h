// Channels exchanged for resolution, built of reshape and transpose.
#pragma once

#include "convoy/graph/value.h"

namespace convoy {

/// How the channels of a block are numbered: dcr has the position in the block first
/// (ONNX's DCR), crd has the channel first (ONNX's CRD, PyTorch's pixel_shuffle).
enum class DepthOrder { dcr, crd };

template <>
struct EnumNames<DepthOrder> {
  using N = std::pair<DepthOrder, std::string_view>;
  static constexpr std::array values{N{DepthOrder::dcr, "DCR"}, N{DepthOrder::crd, "CRD"}};
};

/// x[N, C·block^r, S…] as [N, C, S·block…] over its r spatial axes. ShapeError when the channels
/// cannot be divided so, ValueError when block is below 1.
Value depth_to_space(const Value& x, int64_t block, DepthOrder order = DepthOrder::dcr);
/// The inverse: x[N, C, S·block…] as [N, C·block^r, S…].
Value space_to_depth(const Value& x, int64_t block, DepthOrder order = DepthOrder::dcr);

}  // namespace convoy
