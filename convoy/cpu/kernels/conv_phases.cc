#include "convoy/cpu/kernels/conv_phases.h"

#include <algorithm>
#include <numeric>

namespace convoy::cpu {

PhaseAxis phase_axis(const ConvGeometry& forward, size_t axis, int64_t residue) {
  const int64_t stride = forward.stride[axis], dilation = forward.dilation[axis],
                kernel = forward.kernel[axis], from = residue + forward.begin[axis];
  const int64_t common = std::gcd(stride, dilation), step = stride / common;
  int64_t first = 0;
  while (first < step && (from - first * dilation) % stride != 0) ++first;
  if (first == step || first >= kernel) return {};
  const int64_t taps = (kernel - 1 - first) / step + 1, last = first + (taps - 1) * step;
  // The first position that the last tap meets; exact, also below zero.
  return {.taps = taps,
          .last = last,
          .step = step,
          .dilation = dilation / common,
          .offset = (from - last * dilation) / stride};
}

namespace {

/// The phase of the residues; false where the input has no such positions.
bool make_phase(const ConvGeometry& forward, const Axes& residue, ConvPhase& phase) {
  ConvGeometry& conv = phase.conv;
  conv.batch = forward.batch;
  conv.groups = forward.groups;
  conv.channels = forward.outputs;
  conv.outputs = forward.channels;
  conv.x = forward.y;
  conv.y = forward.x;
  bool reached = true;
  for (size_t a = 0; a < 3; ++a) {
    const PhaseAxis axis = phase_axis(forward, a, residue[a]);
    conv.out[a] = (forward.in[a] - residue[a] + forward.stride[a] - 1) / forward.stride[a];
    if (conv.out[a] <= 0) return false;
    // Positions of the gradient that nothing meets, or else padding.
    const int64_t skip = std::max<int64_t>(axis.offset, 0);
    conv.in[a] = forward.out[a] - skip;
    conv.kernel[a] = axis.taps;
    conv.dilation[a] = axis.dilation;
    conv.begin[a] = std::max<int64_t>(-axis.offset, 0);
    conv.y.axis[a] *= forward.stride[a];
    phase.x_offset += skip * forward.y.axis[a];
    phase.y_offset += residue[a] * forward.x.axis[a];
    phase.first[a] = axis.last;
    phase.step[a] = -axis.step;
    reached &= axis.taps > 0 && conv.in[a] > 0;
  }
  if (!reached) conv.kernel = {0, 0, 0};
  return true;
}

}  // namespace

WeightView ConvPhase::weights(const WeightView& forward) const {
  WeightView view = forward;
  view.output = forward.channel;
  view.channel = forward.output;
  for (size_t a = 0; a < 3; ++a) {
    view.first += first[a] * forward.tap[a];
    view.tap[a] = step[a] * forward.tap[a];
  }
  return view;
}

std::vector<ConvPhase> input_grad_phases(const ConvGeometry& forward) {
  std::vector<ConvPhase> phases;
  for (int64_t d = 0; d < forward.stride[0]; ++d)
    for (int64_t h = 0; h < forward.stride[1]; ++h)
      for (int64_t w = 0; w < forward.stride[2]; ++w) {
        ConvPhase phase;
        if (make_phase(forward, {d, h, w}, phase)) phases.push_back(phase);
      }
  return phases;
}

int64_t zero_items(const ConvPhase& phase) {
  return phase.conv.batch * blocks_of(phase.conv.groups * phase.conv.outputs);
}

void write_zeros(const ConvPhase& phase, std::byte* y, int64_t element, Range range) {
  const ConvGeometry& conv = phase.conv;
  const int64_t blocks = blocks_of(conv.groups * conv.outputs);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const int64_t image =
        phase.y_offset + item / blocks * conv.y.batch + item % blocks * conv.y.channel;
    for (int64_t d = 0; d < conv.out[0]; ++d)
      for (int64_t h = 0; h < conv.out[1]; ++h)
        for (int64_t w = 0; w < conv.out[2]; ++w)
          std::fill_n(
              y + element * (image + d * conv.y.axis[0] + h * conv.y.axis[1] + w * conv.y.axis[2]),
              block * element, std::byte(0));
  }
}

}  // namespace convoy::cpu
