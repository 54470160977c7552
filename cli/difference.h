// How far two results are apart.
#pragma once

#include <string>

#include "convoy/base/tensor.h"

namespace convoy::cli {

/// Elements may differ by relative·|truth| + absolute·max|truth|; the defaults are those that
/// backends are held to in float32.
struct Tolerance {
  double relative = 1e-4;
  double absolute = 1e-5;
};

struct Difference {
  double absolute = 0;  // the largest |a − b|
  double relative = 0;  // that, as a part of the largest |truth|
  bool acceptable = true;
  std::string mismatch;  // of types; then the numbers say nothing
};

/// Of `got` from `truth`. NaN differs from every number, infinities from all but themselves.
Difference difference(const Tensor& got, const Tensor& truth, const Tolerance& tolerance);

}  // namespace convoy::cli
