#include "convoy/composites/depth_to_space.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/transpose.h"

namespace convoy {

namespace {

void check(std::string_view who, const Value& x, int64_t block) {
  if (x.rank() < 3)
    throw ShapeError(
        fmt::format("{}: x must have rank at least 3 (batch, channels, one or more "
                    "spatial axes); x is {}",
                    who, to_string(x.type())));
  if (block < 1) throw ValueError(fmt::format("{}: block must be at least 1, got {}", who, block));
}

// size / block, which must be whole.
Dim divided(std::string_view who, const Value& x, const Dim& size, const Dim& block,
            std::string_view what) {
  const Dim quotient = floor_div(size, block);
  if (known_different(quotient * block, size))
    throw ShapeError(fmt::format("{}: {} ({}) must be divisible by {}; x is {}", who, what,
                                 size.to_string(), block.to_string(), to_string(x.type())));
  return quotient;
}

}  // namespace

Value depth_to_space(const Value& x, int64_t block, DepthOrder order) {
  check("depth_to_space", x, block);
  const int64_t axes = x.rank() - 2;
  Dim blocks = 1;
  for (int64_t a = 0; a < axes; ++a) blocks = blocks * block;
  const Dim channels = divided("depth_to_space", x, x.dim(1), blocks, "the number of channels");
  // [N, block…, C, S…] or [N, C, block…, S…] → [N, C, S, block, …] → [N, C, S·block…]
  const bool dcr = order == DepthOrder::dcr;
  Shape apart{x.dim(0)}, together{x.dim(0), channels};
  Integers axes_of_result{0, dcr ? axes + 1 : 1};
  if (!dcr) apart.push_back(channels);
  for (int64_t a = 0; a < axes; ++a) apart.push_back(block);
  if (dcr) apart.push_back(channels);
  for (int64_t a = 0; a < axes; ++a) {
    apart.push_back(x.dim(2 + a));
    together.push_back(x.dim(2 + a) * block);
    axes_of_result.insert(axes_of_result.end(), {axes + 2 + a, (dcr ? 1 : 2) + a});
  }
  return reshape(transpose(reshape(x, apart), axes_of_result), together);
}

Value space_to_depth(const Value& x, int64_t block, DepthOrder order) {
  check("space_to_depth", x, block);
  const int64_t axes = x.rank() - 2;
  // [N, C, S, block, …] → [N, block…, C, S…] or [N, C, block…, S…] → [N, C·block^r, S…]
  Shape apart{x.dim(0), x.dim(1)}, together{x.dim(0), x.dim(1)};
  Integers blocks_last, sizes_last;
  for (int64_t a = 0; a < axes; ++a) {
    const Dim size = divided("space_to_depth", x, x.dim(2 + a), block, "every spatial size");
    apart.insert(apart.end(), {size, block});
    together[1] = together[1] * block;
    together.push_back(size);
    sizes_last.push_back(2 + 2 * a);
    blocks_last.push_back(3 + 2 * a);
  }
  Integers axes_of_result{0};
  if (order == DepthOrder::crd) axes_of_result.push_back(1);
  axes_of_result.insert(axes_of_result.end(), blocks_last.begin(), blocks_last.end());
  if (order == DepthOrder::dcr) axes_of_result.push_back(1);
  axes_of_result.insert(axes_of_result.end(), sizes_last.begin(), sizes_last.end());
  return reshape(transpose(reshape(x, apart), axes_of_result), together);
}

}  // namespace convoy
