// Depthwise convolution on every instruction set against plain loops.
#include "convoy/cpu/kernels/conv_depthwise.h"

#include "tests/cpu/conv_check.h"

namespace convoy::cpu {
namespace {

struct Depthwise {
  static DepthwiseConv plan(const ConvGeometry& g, const Epilogue& e, Tier t) {
    return plan_depthwise(g, e, t);
  }
  static auto pack(Tier) { return &pack_depthwise; }
  static DepthwiseKernel kernel(Tier t) { return depthwise_kernel(t); }
};

class ConvDepthwise : public ::testing::TestWithParam<Tier> {};
INSTANTIATE_TEST_SUITE_P(Tiers, ConvDepthwise, ::testing::ValuesIn(tiers()), [](const auto& tier) {
  return std::string(EnumNames<Tier>::values[static_cast<size_t>(tier.param)].second);
});

TEST_P(ConvDepthwise, RandomGeometriesAreRight) {
  for (uint32_t seed = 0; seed < 400 && !HasFailure(); ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    check<Depthwise>(random_case(seed, true), GetParam(), seed);
  }
}

TEST_P(ConvDepthwise, LayersOfNetworksAreRight) {
  for (const int64_t kernel : {3, 5, 7})
    for (const int64_t stride : {1, 2})
      for (const int64_t size : {7, 14, 28, 57})
        for (const auto residual :
             {Epilogue::Residual::none, Epilogue::Residual::before, Epilogue::Residual::after}) {
          ConvCase c;
          c.g.groups = 20;
          c.g.in = {1, size, size};
          c.g.kernel = {1, kernel, kernel};
          c.g.stride = {1, stride, stride};
          c.g.begin = {0, kernel / 2, kernel / 2};
          c.g.out = {1, (size - 1) / stride + 1, (size - 1) / stride + 1};
          c.epilogue.low = 0;
          c.epilogue.high = 6;
          c.epilogue.residual = residual;
          lay_out(c.g);
          check<Depthwise>(c, GetParam(), 1);
        }
}

}  // namespace
}  // namespace convoy::cpu
