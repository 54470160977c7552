// The matrix product of linear algebra libraries, scaled and with a sum.
#pragma once

#include "convoy/graph/value.h"

namespace convoy {

/// y = alpha·A·B + beta·c, where A is a[M,K], or a[K,M] transposed, B is b[K,N], or b[N,K]
/// transposed, and c broadcasts to [M,N]; without c the product alone.
struct Gemm {
  double alpha = 1;
  double beta = 1;
  bool trans_a = false;
  bool trans_b = false;
};

/// Constraints:
///   C1 all inputs have one dtype, a floating one, or an integer one with whole alpha and beta.
///   C2 a and b have rank 2 and columns of A equal rows of B.
///   C3 c broadcasts to [M,N].
/// Gradient: through the operators it is made of.
Value gemm(const Value& a, const Value& b, const Value& c = {}, Gemm attributes = {},
           std::string_view name = {});

}  // namespace convoy
