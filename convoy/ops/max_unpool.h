// Putting pooled values back where they were found, and the gradient of that.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

/// y is zero but for y[n,c,indices[n,c,p]] = x[n,c,p]: the inverse of max_pool where its windows do
/// not overlap. With `accumulate`, values that share an index are added: the gradient of max_pool.
///
/// Inputs: x[N,C,P…], indices[N,C,P…] of int64, offsets into a plane of y.
/// Output: y[N,C,S…] with S = output_size, dtype of x.
/// Dtypes: any floating or integer dtype; integer sums wrap.
/// Constraints:
///   C1 x has rank 3 or more.
///   C2 the dtype of x is floating or integer, that of indices int64.
///   C3 indices has the shape of x.
///   C4 output_size has one entry per spatial axis, none negative.
///   C5 while running: every index is in 0 … product of output_size − 1.
/// Edge values: without accumulate the last of several values for one place, in row-major order,
///   stays. N = 0 gives an empty result.
/// Gradient: max_unpool_grad for x; values that were overwritten get 0.
/// Differs: PyTorch leaves open which of several values stays, and its gradient gives all of them
///   a share.
struct MaxUnpool {
  Shape output_size = {};
  bool accumulate = false;

  static constexpr std::string_view name = "max_unpool";
  static constexpr std::array<std::string_view, 2> inputs{"x", "indices"};
  static constexpr auto fields =
      std::tuple{Field{"output_size", &MaxUnpool::output_size, "spatial size of the result"},
                 Field{"accumulate", &MaxUnpool::accumulate,
                       "add values of one place instead of keeping the last; default false"}};
  bool operator==(const MaxUnpool&) const = default;
};

/// The adjoint of max_unpool in x: y[n,c,p] = grad[n,c,indices[n,c,p]]; without `accumulate`, 0
/// for every p but the last of those that share an index.
///
/// Inputs: grad[N,C,S…], indices[N,C,P…] of int64, offsets into a plane of grad.
/// Output: y[N,C,P…], dtype of grad.
/// Dtypes: any floating or integer dtype.
/// Constraints:
///   C1 grad and indices have the same rank, at least 3.
///   C2 the dtype of grad is floating or integer, that of indices int64.
///   C3 batch and channels of grad and indices are equal.
///   C4 while running: every index is in 0 … size of a plane of grad − 1.
/// Edge values: elements are copied as they are.
/// Gradient: max_unpool for grad.
/// Differs: nothing known.
struct MaxUnpoolGrad {
  bool accumulate = false;

  static constexpr std::string_view name = "max_unpool_grad";
  static constexpr std::array<std::string_view, 2> inputs{"grad", "indices"};
  static constexpr auto fields =
      std::tuple{Field{"accumulate", &MaxUnpoolGrad::accumulate,
                       "values of one place were added, so that each counts; default false"}};
  bool operator==(const MaxUnpoolGrad&) const = default;
};

std::vector<Type> infer(const MaxUnpool& op, Types in);
std::vector<Type> infer(const MaxUnpoolGrad& op, Types in);
Gradients vjp(const MaxUnpool& op, const Backward& b);
Gradients vjp(const MaxUnpoolGrad& op, const Backward& b);

/// See MaxUnpool; `indices` as max_pool_with_indices gives them.
Value max_unpool(const Value& x, const Value& indices, MaxUnpool attributes,
                 std::string_view name = {});
/// See MaxUnpoolGrad.
Value max_unpool_grad(const Value& grad, const Value& indices, MaxUnpoolGrad attributes = {},
                      std::string_view name = {});

}  // namespace convoy
