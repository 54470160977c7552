// Convolution with weights of its own at every position.
#pragma once

#include "convoy/graph/value.h"

namespace convoy {

/// "Locally connected": as conv, but every output position has a kernel of its own,
///   y[n,o,p] = Σ_{c,k} x[n,c, p·stride + k·dilation − begin] · w[o,p,c,k]
/// The result is y[N,O,P…], P as of conv.
///
/// Inputs: x[N,C,S…], w[O,P…,C/groups,K…].
/// Dtypes: any floating or integer dtype, the same for both inputs.
/// Constraints:
///   C1 x has at least one spatial axis, and w has 2 + 2 for each.
///   C2 both inputs have one dtype.
///   C3 groups is at least 1 and channels of x equal groups × channels of w.
///   C4 output channels are divisible by groups.
///   C5 P of w is what the window gives; the window's own rules are those of unfold.
/// Edge values: as of unfold and matmul.
/// Gradient: through the operators it is made of.
/// Differs: Theano and PyTensor flip by default.
struct LocalConv {
  Integers stride = {};
  Padding padding = {};
  Integers dilation = {};
  int64_t groups = 1;
  bool flip = false;

  static constexpr std::string_view name = "local_conv";
  static constexpr std::array<std::string_view, 2> inputs{"x", "w"};
};

/// See LocalConv. Lists may be empty (default), of one entry (all axes) or of one entry per axis.
Value local_conv(const Value& x, const Value& w, LocalConv attributes = {},
                 std::string_view name = {});

}  // namespace convoy
