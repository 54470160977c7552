// Fully connected and reshaping layers, dropout.
#pragma once

#include "convoy/nn/initializers.h"
#include "convoy/nn/module.h"

namespace convoy::nn {

struct LinearOptions {
  bool bias = true;
  DType dtype = DType::float32;
  Initializer weight_init = {};  // PyTorch's default where none is given
  Initializer bias_init = {};
};

/// y[…, O] = x[…, I] · weight[O, I]ᵀ + bias[O].
class Linear final : public Module {
 public:
  Linear(int64_t in_features, int64_t out_features, LinearOptions options, Generator& generator);
  Value forward(const Value& x, Mode& mode) const override;

 private:
  bool bias_;
};

/// Joins axes first…last (inclusive, negative ones count from the back) into one.
class Flatten final : public Module {
 public:
  explicit Flatten(int64_t first = 1, int64_t last = -1) : first_(first), last_(last) {}
  Value forward(const Value& x, Mode& mode) const override;

 private:
  int64_t first_, last_;
};

/// In training, zeroes each element with the given probability and scales the others by
/// 1/(1 − probability); otherwise x itself. Draws from Mode::key; ValueError where it is none.
class Dropout final : public Module {
 public:
  explicit Dropout(double probability = 0.5);
  Value forward(const Value& x, Mode& mode) const override;

 private:
  double probability_;
};

}  // namespace convoy::nn
