// What tests of gradients of weights share.
#pragma once

#include <new>

#include "tests/cpu/conv_case.h"

namespace convoy::cpu {

inline Images input_of(const ConvGeometry& conv) {
  return {conv.batch, conv.groups * conv.channels, conv.in, conv.plain_input};
}
inline Images gradient_of(const ConvGeometry& conv) {
  return {conv.batch, conv.groups * conv.outputs, conv.out, false};
}

inline size_t weight_count(const ConvGeometry& conv) {
  return static_cast<size_t>(conv.groups * conv.outputs * conv.channels * product(conv.kernel));
}

/// The gradient of the weights by the definition, in double.
inline std::vector<float> plain_weight_grad(const ConvGeometry& conv, Images x, Images grad) {
  std::vector<float> w;
  for (int64_t o = 0; o < conv.groups * conv.outputs; ++o)
    for (int64_t c = 0; c < conv.channels; ++c)
      each_position(conv.kernel, [&](const Axes& k) {
        double sum = 0;
        for (int64_t n = 0; n < conv.batch; ++n)
          each_position(conv.out, [&](const Axes& p) {
            Axes position;
            if (!meets(conv, p, k, position)) return;
            sum += double{x.at(n, o / conv.outputs * conv.channels + c, position)} *
                   double{grad.at(n, o, p)};
          });
        w.push_back(static_cast<float>(sum));
      });
  return w;
}

/// A thread's scratch as the executable gives it: aligned, full of NaN, and watched at its end.
class Scratch {
 public:
  explicit Scratch(int64_t bytes)
      : count_(static_cast<size_t>(bytes) / sizeof(float)),
        data_(static_cast<float*>(
            ::operator new((count_ + guard) * sizeof(float), std::align_val_t{64}))) {
    std::fill(data_, data_ + count_, std::numeric_limits<float>::quiet_NaN());
    std::fill(data_ + count_, data_ + count_ + guard, -7.f);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { ::operator delete(data_, std::align_val_t{64}); }

  float* data() { return data_; }
  /// Nothing was written behind its end.
  bool intact() const {
    return std::all_of(data_ + count_, data_ + count_ + guard, [](float f) { return f == -7.f; });
  }

 private:
  static constexpr size_t guard = 64;
  size_t count_;
  float* data_;
};

}  // namespace convoy::cpu
