#include "convoy/composites/dropout.h"

#include <array>

#include <fmt/format.h>

#include "convoy/ops/binary.h"
#include "convoy/ops/random.h"
#include "convoy/ops/where.h"

namespace convoy {

Value dropout(const Value& x, const Value& key, double p, std::string_view name) {
  constexpr std::array<std::string_view, 2> argument_names{"x", "key"};
  const std::array types{x.type(), key.type()};
  try {
    require_floating(1, "x", x.dtype());
    if (!(p >= 0 && p <= 1)) value_violation(2, fmt::format("p must be in 0 … 1, got {}", p));
  } catch (const Violation& violation) {
    throw_violation(violation, "dropout", argument_names, name, types);
  }
  const Value draws = random_uniform(key, x.shape());
  const Value stays = greater_equal(draws, scalar(p, DType::float32));
  const Value scaled = p < 1 ? x / (1 - p) : x;
  return where(stays, scaled, scalar(0, x.dtype()), name);
}

}  // namespace convoy
