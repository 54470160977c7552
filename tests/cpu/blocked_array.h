// Arrays as kernels of the backend cpu take them, made from plain ones and read back, with NaN
// wherever a kernel must neither read nor write.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "convoy/cpu/kernels/blocked.h"
#include "convoy/cpu/kernels/worker.h"

namespace convoy::cpu {

inline constexpr float nan32 = std::numeric_limits<float>::quiet_NaN();

/// A blocked array that lies within a larger one: channels, rows and planes have room around them.
struct BlockedArray {
  int64_t batch, channels;
  Axes size;
  Strides strides;
  std::vector<float> data;
  int64_t first;  // of data

  BlockedArray(int64_t n, int64_t c, const Axes& s, int64_t room = 1)
      : batch(n),
        channels(c),
        size(s),
        first(room * block) {
    const int64_t row = (s[2] + room) * block, plane = (s[1] + room) * row;
    strides = {
        (blocks_of(c) + room) * (s[0] + room) * plane, (s[0] + room) * plane, {plane, row, block}};
    data.assign(static_cast<size_t>(first + n * strides.batch), nan32);
  }

  float* begin() { return data.data() + first; }
  int64_t offset(int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) const {
    return n * strides.batch + c / block * strides.channel + d * strides.axis[0] +
           h * strides.axis[1] + w * strides.axis[2] + c % block;
  }
  float& at(int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    return data[static_cast<size_t>(first + offset(n, c, d, h, w))];
  }

  /// Calls f(n, c, d, h, w) for all true elements, in row-major order.
  template <class F>
  void for_each(F&& f) const {
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t d = 0; d < size[0]; ++d)
          for (int64_t h = 0; h < size[1]; ++h)
            for (int64_t w = 0; w < size[2]; ++w) f(n, c, d, h, w);
  }
  void fill(std::mt19937& random, float low = -1, float high = 1) {
    std::uniform_real_distribution<float> number(low, high);
    for_each([&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
      at(n, c, d, h, w) = number(random);
    });
  }
};

/// Runs a kernel over its pieces in `parts` ranges, each with scratch full of NaN; returns the
/// instruction sets that ran.
template <class Kernel, class Plan, class Arrays>
int64_t run_in_parts(Kernel kernel, const Plan& plan, const Arrays& at, int64_t items,
                     int64_t scratch_bytes, int64_t parts) {
  int64_t ran = 0;
  for (int64_t part = 0; part < parts; ++part) {
    std::vector<float> scratch(static_cast<size_t>(scratch_bytes) / sizeof(float) + 16, nan32);
    auto* aligned =
        reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64);
    Worker worker{aligned, 0};
    kernel(plan, at, share(items, part, parts), worker);
    ran |= worker.ran;
  }
  return ran;
}

inline int64_t draw(std::mt19937& random, int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

}  // namespace convoy::cpu
