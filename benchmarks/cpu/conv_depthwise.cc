// Depthwise convolution: layers of networks, on one thread.
#include "convoy/cpu/kernels/conv_depthwise.h"

#include "benchmarks/cpu/conv_layers.h"

namespace convoy::cpu {
namespace {

struct Depthwise {
  static DepthwiseConv plan(const ConvGeometry& g, const Epilogue& e, Tier t) {
    return plan_depthwise(g, e, t);
  }
  static auto pack(Tier) { return &pack_depthwise; }
  static DepthwiseKernel kernel(Tier t) { return depthwise_kernel(t); }
};

ConvGeometry square(int64_t channels, int64_t kernel, int64_t stride, int64_t size) {
  return layer(channels, channels, channels, {1, kernel, kernel}, stride, {1, size, size});
}

[[maybe_unused]] const bool registered = [] {
  const Epilogue relu6{.low = 0, .high = 6}, silu{.kind = Epilogue::Kind::silu};
  register_layers<Depthwise>("depthwise", {
                                              {"3x3_128@56", square(128, 3, 1, 56), relu6},
                                              {"3x3_128@56_silu", square(128, 3, 1, 56), silu},
                                              {"3x3_384@14", square(384, 3, 1, 14), relu6},
                                              {"3x3_960@7", square(960, 3, 1, 7), relu6},
                                              {"3x3s2_128@56", square(128, 3, 2, 56), relu6},
                                              {"3x3s2_96@112", square(96, 3, 2, 112), relu6},
                                              {"5x5_240@28", square(240, 5, 1, 28), silu},
                                              {"5x5_240@28_relu6", square(240, 5, 1, 28), relu6},
                                              {"5x5s2_240@28", square(240, 5, 2, 28), relu6},
                                              {"5x5_1152@7", square(1152, 5, 1, 7), relu6},
                                              {"7x7_128@56", square(128, 7, 1, 56)},
                                              {"7x7_384@14", square(384, 7, 1, 14)},
                                          });
  return true;
}();

}  // namespace
}  // namespace convoy::cpu
