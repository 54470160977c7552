// Means of sliding windows, and the gradient of that.
#pragma once

#include "convoy/ops/pooling.h"

namespace convoy {

/// y[n,c,p] = Σ_k x[n,c, p·stride + k·dilation − begin] / divisor, with zeros outside x. The
/// divisor counts the window's taps: those in x, and with count_include_pad those in the declared
/// padding too, but never those that ceil_mode puts beyond it. divisor_override replaces it.
///
/// Inputs: x[N,C,S…].  Output: y[N,C,P…], dtype of x.
/// Dtypes: floating ones.
/// Constraints:
///   C1 x has rank 3 or more.
///   C2 the dtype is floating.
///   C3 kernel, stride, dilation and explicit padding have one entry per spatial axis.
///   C4 kernel, stride and dilation are at least 1.
///   C5 padding is not negative and smaller than k_eff = dilation·(kernel−1)+1 on each side.
///   C6 the dilated kernel fits the padded input, in ceil_mode too.
///   C7 channels are not empty.
///   C8 divisor_override is not negative (0 stands for none).
/// Edge values: the average of a window without a counted tap is 0. NaN and infinity propagate
///   within their windows.
/// Gradient: avg_pool_input_grad.
/// Differs: ONNX counts no padding by default. PyTorch and older ONNX have no dilation here.
///   PyTorch in ceil_mode accepts a kernel larger than the padded input.
struct AvgPool {
  Integers kernel = {};
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  bool ceil_mode = false;
  bool count_include_pad = true;
  int64_t divisor_override = 0;

  static constexpr std::string_view name = "avg_pool";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple_cat(pooling_fields(&AvgPool::kernel, &AvgPool::stride, &AvgPool::padding,
                                    &AvgPool::dilation, &AvgPool::ceil_mode),
                     std::tuple{Field{"count_include_pad", &AvgPool::count_include_pad,
                                      "divisors count declared padding; default true"},
                                Field{"divisor_override", &AvgPool::divisor_override,
                                      "replaces every divisor; default 0: none"}});
  bool operator==(const AvgPool&) const = default;
};

/// The adjoint of avg_pool: the gradient of x, of spatial size input_size, given that of y.
///   x[n,c, p·stride + k·dilation − begin] += grad_output[n,c,p] / divisor
///
/// Inputs: grad_output[N,C,P…].  Output: [N,C,S…] with S = input_size, dtype of grad_output.
/// Dtypes: floating ones.
/// Constraints:
///   C1 grad_output has rank 3 or more.
///   C2 the dtype is floating.
///   C3 kernel, stride, dilation, explicit padding and input_size have one entry per spatial axis.
///   C4 kernel, stride and dilation are at least 1.
///   C5 padding is not negative and smaller than k_eff = dilation·(kernel−1)+1 on each side.
///   C6 the dilated kernel fits the padded input, in ceil_mode too.
///   C7 channels are not empty.
///   C8 divisor_override is not negative (0 stands for none).
///   C9 input_size is not negative, and avg_pool of it gives the spatial size of grad_output.
/// Edge values: elements that no window reads get 0.
/// Gradient: avg_pool.
/// Differs: nothing known.
struct AvgPoolInputGrad {
  Integers kernel = {};
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  bool ceil_mode = false;
  bool count_include_pad = true;
  int64_t divisor_override = 0;
  Shape input_size = {};

  static constexpr std::string_view name = "avg_pool_input_grad";
  static constexpr std::array<std::string_view, 1> inputs{"grad_output"};
  static constexpr auto fields = std::tuple_cat(
      pooling_fields(&AvgPoolInputGrad::kernel, &AvgPoolInputGrad::stride,
                     &AvgPoolInputGrad::padding, &AvgPoolInputGrad::dilation,
                     &AvgPoolInputGrad::ceil_mode),
      std::tuple{
          Field{"count_include_pad", &AvgPoolInputGrad::count_include_pad,
                "divisors count declared padding; default true"},
          Field{"divisor_override", &AvgPoolInputGrad::divisor_override,
                "replaces every divisor; default 0: none"},
          Field{"input_size", &AvgPoolInputGrad::input_size, "spatial size of avg_pool's input"}});
  bool operator==(const AvgPoolInputGrad&) const = default;
};

std::vector<Type> infer(const AvgPool& op, Types in);
std::vector<Type> infer(const AvgPoolInputGrad& op, Types in);
Gradients vjp(const AvgPool& op, const Backward& b);
Gradients vjp(const AvgPoolInputGrad& op, const Backward& b);

/// See AvgPool; lists may be of one entry (all axes), stride empty (the kernel).
Value avg_pool(const Value& x, AvgPool attributes, std::string_view name = {});
/// See AvgPoolInputGrad.
Value avg_pool_input_grad(const Value& grad_output, AvgPoolInputGrad attributes,
                          std::string_view name = {});
/// The mean of each channel, spatial axes kept with size 1.
Value global_avg_pool(const Value& x, std::string_view name = {});

}  // namespace convoy
