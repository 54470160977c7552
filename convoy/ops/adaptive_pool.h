// Pooling onto a stated size: window i of an axis is floor(i·in/out) … ceil((i+1)·in/out).
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y[n,c,p] = the mean of x over window p, the windows dividing x into output_size parts that
/// overlap by at most one element.
///
/// Inputs: x[N,C,S…].  Output: y[N,C,P…] with P = output_size, dtype of x.
/// Dtypes: floating ones.
/// Constraints:
///   C1 x has rank 3 or more.
///   C2 the dtype is floating.
///   C3 output_size has one entry per spatial axis, each at least 1.
///   C4 channels and spatial axes of x are not empty.
/// Edge values: NaN and infinity propagate within their windows. An output larger than x repeats
///   elements.
/// Gradient: adaptive_avg_pool_input_grad.
/// Differs: nothing known.
struct AdaptiveAvgPool {
  Shape output_size = {};

  static constexpr std::string_view name = "adaptive_avg_pool";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"output_size", &AdaptiveAvgPool::output_size, "spatial size of the result"}};
  bool operator==(const AdaptiveAvgPool&) const = default;
};

/// The adjoint of adaptive_avg_pool: the gradient of x, of spatial size input_size, given that
/// of y.
///
/// Inputs: grad_output[N,C,P…].  Output: [N,C,S…] with S = input_size, dtype of grad_output.
/// Dtypes: floating ones.
/// Constraints:
///   C1 grad_output has rank 3 or more.
///   C2 the dtype is floating.
///   C3 input_size has one entry per spatial axis, each at least 1.
///   C4 channels and spatial axes of grad_output are not empty.
/// Edge values: NaN and infinity propagate within their windows.
/// Gradient: adaptive_avg_pool.
/// Differs: nothing known.
struct AdaptiveAvgPoolInputGrad {
  Shape input_size = {};

  static constexpr std::string_view name = "adaptive_avg_pool_input_grad";
  static constexpr std::array<std::string_view, 1> inputs{"grad_output"};
  static constexpr auto fields =
      std::tuple{Field{"input_size", &AdaptiveAvgPoolInputGrad::input_size,
                       "spatial size of adaptive_avg_pool's input"}};
  bool operator==(const AdaptiveAvgPoolInputGrad&) const = default;
};

/// values[n,c,p] = the largest x of window p, indices[n,c,p] = where it is, as a row-major offset
/// into the channel's own spatial plane of x.
///
/// Inputs: x[N,C,S…].  Outputs: values[N,C,P…] of x's dtype, indices[N,C,P…] of int64, with
///   P = output_size.
/// Dtypes: any floating or integer dtype.
/// Constraints:
///   C1 x has rank 3 or more.
///   C2 the dtype is floating or integer.
///   C3 output_size has one entry per spatial axis, each at least 1.
///   C4 channels and spatial axes of x are not empty.
/// Edge values: as max_pool: the first NaN wins, else the first of the largest; −0 equals +0.
/// Gradient: to the element that won; nothing to its ties.
/// Differs: of several NaN PyTorch takes the last.
struct AdaptiveMaxPool {
  Shape output_size = {};

  static constexpr std::string_view name = "adaptive_max_pool";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      std::tuple{Field{"output_size", &AdaptiveMaxPool::output_size, "spatial size of the result"}};
  bool operator==(const AdaptiveMaxPool&) const = default;
};

std::vector<Type> infer(const AdaptiveAvgPool& op, Types in);
std::vector<Type> infer(const AdaptiveAvgPoolInputGrad& op, Types in);
std::vector<Type> infer(const AdaptiveMaxPool& op, Types in);
Gradients vjp(const AdaptiveAvgPool& op, const Backward& b);
Gradients vjp(const AdaptiveAvgPoolInputGrad& op, const Backward& b);
Gradients vjp(const AdaptiveMaxPool& op, const Backward& b);

/// See AdaptiveAvgPool; an output_size of one entry stands for all axes.
Value adaptive_avg_pool(const Value& x, AdaptiveAvgPool attributes, std::string_view name = {});
/// See AdaptiveAvgPoolInputGrad.
Value adaptive_avg_pool_input_grad(const Value& grad_output, AdaptiveAvgPoolInputGrad attributes,
                                   std::string_view name = {});
/// The values alone; see AdaptiveMaxPool.
Value adaptive_max_pool(const Value& x, AdaptiveMaxPool attributes, std::string_view name = {});
/// Values and indices.
std::vector<Value> adaptive_max_pool_with_indices(const Value& x, AdaptiveMaxPool attributes,
                                                  std::string_view name = {});

}  // namespace convoy
