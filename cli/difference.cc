#include "difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace convoy::cli {

Difference difference(const Tensor& got, const Tensor& truth, const Tolerance& tolerance) {
  if (!(got.type() == truth.type()))
    return {0, 0, false,
            fmt::format("{} where {} is expected", to_string(got.type()), to_string(truth.type()))};
  Difference result;
  double largest = 0;
  for (int64_t i = 0; i < truth.size(); ++i)
    if (const double magnitude = std::abs(truth.at(i)); std::isfinite(magnitude))
      largest = std::max(largest, magnitude);
  for (int64_t i = 0; i < truth.size(); ++i) {
    const double a = got.at(i), b = truth.at(i);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    const double error =
        std::isfinite(a - b) ? std::abs(a - b) : std::numeric_limits<double>::infinity();
    result.absolute = std::max(result.absolute, error);
    const double allowed = is_floating(truth.dtype())
                               ? tolerance.relative * std::abs(b) + tolerance.absolute * largest
                               : 0;
    result.acceptable = result.acceptable && error <= allowed;
  }
  result.relative = result.absolute == 0 ? 0 : result.absolute / largest;
  return result;
}

}  // namespace convoy::cli
