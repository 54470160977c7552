// What a kernel does to a value before it stores it.
#pragma once

#include <cstdint>
#include <limits>

namespace convoy::cpu {

/// y = f(x + bias + residual), or f(x + bias) + residual; bias and residual are optional.
struct Epilogue {
  enum class Kind {
    clamp,  // into low … high, NaN staying NaN: ReLU, ReLU6, nothing at all
    silu,
    other  // `activate`, over elements that were stored and are still in the nearest cache
  };
  enum class Residual { none, before, after };  // of the function f

  Kind kind = Kind::clamp;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
  Residual residual = Residual::none;
  /// For Kind::other: f of `count` elements in place; parameters as the function needs them.
  void (*activate)(float* y, int64_t count, float alpha, float beta) = nullptr;
  float alpha = 0, beta = 0;
};

}  // namespace convoy::cpu
