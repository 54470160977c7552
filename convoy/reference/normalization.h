// What the kernels of the normalisations share.
#pragma once

#include <cmath>
#include <vector>

#include "convoy/reference/call.h"

namespace convoy::reference {

/// Mean and population variance of values, in two passes.
struct Moments {
  double mean, variance;
};

inline Moments moments_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double x : values) sum += x;
  const double mean = sum / count;
  for (const double x : values) squares += (x - mean) * (x - mean);
  return {mean, squares / count};
}

}  // namespace convoy::reference
