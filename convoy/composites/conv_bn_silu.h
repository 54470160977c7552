// The block that YOLO's networks are made of.
#pragma once

#include "convoy/graph/value.h"

namespace convoy {

/// Attributes of conv_bn_silu: those of its convolution, and of its normalisation.
struct ConvBnSilu {
  Conv conv = {.padding = Padding::same};
  BatchNorm batch_norm = {};
};

/// silu(batch_norm(conv(x, w), gamma, beta, mean, variance)): x[N,C,S…], w[O,C/groups,K…], the
/// others [O]. The convolution has no bias: beta is one. Its nodes are called `name`.conv,
/// `name`.batch_norm and `name`.silu.
Value conv_bn_silu(const Value& x, const Value& w, const Value& gamma, const Value& beta,
                   const Value& mean, const Value& variance, ConvBnSilu attributes = {},
                   std::string_view name = {});

}  // namespace convoy
