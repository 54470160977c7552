#include "convoy/nn/conv.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/conv_transpose.h"

namespace convoy::nn {

namespace {

Integers full_kernel(const Integers& kernel, size_t rank) {
  if (kernel.size() == 1) return Integers(rank, kernel[0]);
  if (kernel.size() != rank)
    throw ValueError(
        fmt::format("a {}-D convolution layer needs a kernel of 1 or {} entries, "
                    "got {}",
                    rank, rank, kernel.size()));
  return kernel;
}

void check_channels(int64_t in_channels, int64_t out_channels, int64_t groups) {
  if (in_channels < 1 || out_channels < 1 || groups < 1 || in_channels % groups != 0 ||
      out_channels % groups != 0)
    throw ValueError(
        fmt::format("a convolution layer needs channels >= 1 that groups >= 1 "
                    "divides, got {} in, {} out, {} groups",
                    in_channels, out_channels, groups));
}

// Registers weight[first, second, K…] and, if wanted, bias[outputs].
void add_weights(Module& module, Extents weight, int64_t outputs, const ConvOptions& options,
                 Generator& generator) {
  const int64_t fan_in = fans(weight).first;
  const auto draw = [&](const Initializer& chosen, const Extents& extents) {
    const Initializer& initializer = chosen ? chosen : fan_in_uniform(fan_in);
    return initializer(options.dtype, extents, generator);
  };
  module.add_parameter("weight", draw(options.weight_init, weight));
  if (options.bias) module.add_parameter("bias", draw(options.bias_init, {outputs}));
}

Value bias_of(const Module& module, bool bias) {
  return bias ? module.parameter_value("bias") : Value{};
}

}  // namespace

template <size_t Rank>
ConvLayer<Rank>::ConvLayer(int64_t in_channels, int64_t out_channels, const Integers& kernel,
                           ConvOptions options, Generator& generator)
    : options_(std::move(options)) {
  check_channels(in_channels, out_channels, options_.groups);
  Extents weight = full_kernel(kernel, Rank);
  weight.insert(weight.begin(), {out_channels, in_channels / options_.groups});
  add_weights(*this, std::move(weight), out_channels, options_, generator);
}

template <size_t Rank>
Value ConvLayer<Rank>::forward(const Value& x, Mode&) const {
  return conv(x, parameter_value("weight"), bias_of(*this, options_.bias),
              {.stride = options_.stride,
               .padding = options_.padding,
               .dilation = options_.dilation,
               .groups = options_.groups,
               .flip = options_.flip},
              path());
}

template <size_t Rank>
ConvTransposeLayer<Rank>::ConvTransposeLayer(int64_t in_channels, int64_t out_channels,
                                             const Integers& kernel, ConvOptions options,
                                             Generator& generator)
    : options_(std::move(options)) {
  check_channels(in_channels, out_channels, options_.groups);
  Extents weight = full_kernel(kernel, Rank);
  weight.insert(weight.begin(), {in_channels, out_channels / options_.groups});
  add_weights(*this, std::move(weight), out_channels, options_, generator);
}

template <size_t Rank>
Value ConvTransposeLayer<Rank>::forward(const Value& x, Mode&) const {
  return conv_transpose(x, parameter_value("weight"), bias_of(*this, options_.bias),
                        {.stride = options_.stride,
                         .padding = options_.padding,
                         .output_padding = options_.output_padding,
                         .dilation = options_.dilation,
                         .groups = options_.groups,
                         .flip = options_.flip},
                        path());
}

template class ConvLayer<1>;
template class ConvLayer<2>;
template class ConvLayer<3>;
template class ConvTransposeLayer<1>;
template class ConvTransposeLayer<2>;
template class ConvTransposeLayer<3>;

}  // namespace convoy::nn
