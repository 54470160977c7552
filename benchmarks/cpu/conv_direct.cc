// Direct convolution: layers of networks, on one thread.
#include "convoy/cpu/kernels/conv_direct.h"

#include "benchmarks/cpu/conv_layers.h"

namespace convoy::cpu {
namespace {

struct Direct {
  static DirectConv plan(const ConvGeometry& g, const Epilogue& e, Tier t) {
    return plan_direct(g, e, t);
  }
  static DirectPack pack(Tier t) { return direct_pack(t); }
  static DirectConvKernel kernel(Tier t) { return direct_kernel(t); }
};

constexpr Axes square(int64_t size) { return {1, size, size}; }

const Epilogue silu{.kind = Epilogue::Kind::silu};
const Epilogue relu{.low = 0};

[[maybe_unused]] const bool registered = [] {
  const Axes one = square(1), three = square(3);
  register_layers<Direct>(
      "direct",
      {
          {"1x1_64-64@80", layer(1, 64, 64, one, 1, square(80))},
          {"1x1_64-64@80_silu", layer(1, 64, 64, one, 1, square(80)), silu},
          {"1x1_32-32@160_silu", layer(1, 32, 32, one, 1, square(160)), silu},
          {"1x1_256-64@56", layer(1, 256, 64, one, 1, square(56))},
          {"1x1_64-256@56", layer(1, 64, 256, one, 1, square(56))},
          {"1x1_256-512@20", layer(1, 256, 512, one, 1, square(20))},
          {"1x1_512-2048@7", layer(1, 512, 2048, one, 1, square(7))},
          {"1x1_48-64@160", layer(1, 48, 64, one, 1, square(160))},
          {"1x1_64-80@80", layer(1, 64, 80, one, 1, square(80))},
          {"1x1_64-80@80_silu", layer(1, 64, 80, one, 1, square(80)), silu},
          {"1x1_2048-1000@1", layer(1, 2048, 1000, one, 1, square(1))},
          {"3x3s2_64-64@160", layer(1, 64, 64, three, 2, square(160))},
          {"3x3s2_128-128@80", layer(1, 128, 128, three, 2, square(80))},
          {"3x3s2_256-512@14", layer(1, 256, 512, three, 2, square(14))},
          {"stem3x3s2_3-16@640_silu", layer(1, 3, 16, three, 2, square(640), true), silu},
          {"stem3x3s2_3-16@640", layer(1, 3, 16, three, 2, square(640), true)},
          {"stem3x3s2_3-32@224", layer(1, 3, 32, three, 2, square(224), true), relu},
          {"stem7x7s2_3-64@224", layer(1, 3, 64, square(7), 2, square(224), true), relu},
          {"stem11x11s4_3-96@224", layer(1, 3, 96, square(11), 4, square(224), true), relu},
          {"3x3_16-16@160", layer(1, 16, 16, three, 1, square(160))},
          {"3x3_16-8@160", layer(1, 16, 8, three, 1, square(160))},
          {"3x3_64-64@56", layer(1, 64, 64, three, 1, square(56))},
          {"3x3_512-512@7", layer(1, 512, 512, three, 1, square(7))},
          {"3x3_grouped4x32@56", layer(32, 128, 128, three, 1, square(56))},
          {"3x3_grouped8x32@28", layer(32, 256, 256, three, 1, square(28)), relu},
          {"3x3_grouped16x32@14", layer(32, 512, 512, three, 1, square(14)), relu},
          {"1d9_64-64@4096", layer(1, 64, 64, {1, 1, 9}, 1, {1, 1, 4096})},
          {"3d3x3x3_64-64@16x28x28", layer(1, 64, 64, {3, 3, 3}, 1, {16, 28, 28})},
      });
  return true;
}();

}  // namespace
}  // namespace convoy::cpu
