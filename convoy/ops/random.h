// Random arrays from an explicit key: the same numbers on every platform and every backend.
#pragma once

#include "convoy/ops/operator.h"

namespace convoy {

enum class RandomKind { uniform, normal };

template <>
struct EnumNames<RandomKind> {
  using N = std::pair<RandomKind, std::string_view>;
  static constexpr std::array values{N{RandomKind::uniform, "random_uniform"},
                                     N{RandomKind::normal, "random_normal"}};
};

/// Independent random numbers: random_uniform in [0, 1), random_normal with mean 0 and variance 1.
/// The key names the sequence; the same key gives the same numbers. Element i is made of 64 bits
/// of Philox4x32-10: block i/2 of the key's seed and stream (see convoy/base/philox.h). uniform is
/// their top 53 bits for float64, 24 for float32, 11 for float16, 8 for bfloat16; normal is the
/// inverse of the normal distribution at their top 52 bits, rounded to the dtype.
///
/// Inputs: key, uint64[2]: seed and stream.  Output: `shape`, of dtype `dtype`.
/// Dtypes: floating ones.
/// Constraints:
///   C1 key is uint64[2].
///   C2 the dtype is floating.
///   C3 no size is negative.
/// Edge values: none.
/// Gradient: none.
/// Differs: every library has numbers of its own.
struct Random {
  RandomKind kind = RandomKind::uniform;
  Shape shape = {};
  DType dtype = DType::float32;

  static constexpr std::string_view name = "random";
  static constexpr std::array<std::string_view, 1> inputs{"key"};
  static constexpr auto fields =
      std::tuple{Field{"shape", &Random::shape, "the shape of the result"},
                 Field{"dtype", &Random::dtype, "the dtype of the result; default float32"}};
  bool operator==(const Random&) const = default;
};

std::vector<Type> infer(const Random& op, Types in);
Gradients vjp(const Random& op, const Backward& b);
Value random_uniform(const Value& key, Shape shape, DType dtype = DType::float32,
                     std::string_view name = {});
Value random_normal(const Value& key, Shape shape, DType dtype = DType::float32,
                    std::string_view name = {});

}  // namespace convoy
