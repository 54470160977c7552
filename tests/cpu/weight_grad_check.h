// What tests of gradients of weights share.
#pragma once

#include <vector>

#include "tests/cpu/conv_case.h"
#include "tests/cpu/scratch.h"

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

}  // namespace convoy::cpu
