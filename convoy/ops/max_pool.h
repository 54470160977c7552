// Maxima of sliding windows.
#pragma once

#include "convoy/ops/pooling.h"

namespace convoy {

/// values[n,c,p] = the largest x[n,c,s] of the window at p, s = p·stride + k·dilation − begin for
/// taps k; indices[n,c,p] = where it is, as a row-major offset into the channel's own spatial
/// plane of x.
///
/// Inputs: x[N,C,S…].  Outputs: values[N,C,P…] of x's dtype, indices[N,C,P…] of int64.
/// Dtypes: any floating or integer dtype.
/// Constraints:
///   C1 x has rank 3 or more.
///   C2 the dtype is floating or integer.
///   C3 kernel, stride, dilation and explicit padding have one entry per spatial axis.
///   C4 kernel, stride and dilation are at least 1.
///   C5 padding is not negative and smaller than k_eff = dilation·(kernel−1)+1 on each side.
///   C6 the dilated kernel fits the padded input, in ceil_mode too.
///   C7 channels are not empty.
///   C8 every window holds an element of x (checked when sizes are known).
/// Edge values: padding never wins. The first NaN in row-major order wins its window, index and
///   gradient; without NaN the first of the largest does. −0 equals +0. Integers compare exactly.
/// Gradient: to the element that won; nothing to its ties. The gradient's own gradient too.
/// Differs: of several NaN PyTorch takes the last; ONNX Runtime drops NaN; JAX shares no ties but
///   reports no indices. PyTorch in ceil_mode accepts a kernel larger than the padded input. ONNX
///   counts indices over the whole tensor.
struct MaxPool {
  Integers kernel = {};
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  bool ceil_mode = false;

  static constexpr std::string_view name = "max_pool";
  static constexpr std::array<std::string_view, 1> inputs{"x"};
  static constexpr auto fields =
      pooling_fields(&MaxPool::kernel, &MaxPool::stride, &MaxPool::padding, &MaxPool::dilation,
                     &MaxPool::ceil_mode);
  bool operator==(const MaxPool&) const = default;
};

std::vector<Type> infer(const MaxPool& op, Types in);
Gradients vjp(const MaxPool& op, const Backward& b);

/// See MaxPool; lists may be of one entry (all axes), stride empty (the kernel).
Value max_pool(const Value& x, MaxPool attributes, std::string_view name = {});
/// Values and indices.
std::vector<Value> max_pool_with_indices(const Value& x, MaxPool attributes,
                                         std::string_view name = {});
/// The largest element of each channel, spatial axes kept with size 1. Ties and NaN as in MaxPool.
Value global_max_pool(const Value& x, std::string_view name = {});

}  // namespace convoy
