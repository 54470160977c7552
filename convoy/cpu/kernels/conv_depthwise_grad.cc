#include "convoy/cpu/kernels/conv_depthwise_grad.h"

#include <algorithm>
#include <array>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/conv_depthwise_grad.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/conv_taps.h"
#include "convoy/cpu/kernels/conv_weight_grad-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// Part of a row: x and grad at its first pixel, distances between pixels, between taps of a row
/// and between rows of taps.
struct Line {
  const float* x;
  const float* grad;
  int64_t columns, x_step, grad_step, tap, tap_row;
};

/// sums[r·row + t·16] += Σ over the line of x · grad for R rows of T taps, one vector of channels.
template <int64_t R, int64_t T>
HWY_NOINLINE void AddTaps(const Line& line, float* HWY_RESTRICT sums, int64_t row) {
  const D d;
  V sum[R][T];
  HWY_UNROLL(3) for (int64_t r = 0; r < R; ++r) {
    HWY_UNROLL(5) for (int64_t t = 0; t < T; ++t) sum[r][t] = hn::Zero(d);
  }
  const float* HWY_RESTRICT x = line.x;
  const float* HWY_RESTRICT grad = line.grad;
  for (int64_t i = 0; i < line.columns; ++i, x += line.x_step, grad += line.grad_step) {
    const V g = hn::LoadU(d, grad);
    HWY_UNROLL(3) for (int64_t r = 0; r < R; ++r) {
      HWY_UNROLL(5) for (int64_t t = 0; t < T; ++t) {
        sum[r][t] = hn::MulAdd(g, hn::LoadU(d, x + r * line.tap_row + t * line.tap), sum[r][t]);
      }
    }
  }
  HWY_UNROLL(3) for (int64_t r = 0; r < R; ++r) {
    HWY_UNROLL(5) for (int64_t t = 0; t < T; ++t) {
      float* HWY_RESTRICT to = sums + r * row + t * block;
      hn::StoreU(hn::Add(hn::LoadU(d, to), sum[r][t]), d, to);
    }
  }
}

using AddTapsFunction = void (*)(const Line&, float*, int64_t);
constexpr std::array<AddTapsFunction, 5> one_row = {&AddTaps<1, 1>, &AddTaps<1, 2>, &AddTaps<1, 3>,
                                                    &AddTaps<1, 4>, &AddTaps<1, 5>};
constexpr std::array<AddTapsFunction, 3> three_rows = {&AddTaps<3, 1>, &AddTaps<3, 2>,
                                                       &AddTaps<3, 3>};

/// Rows × columns of taps in as few passes as registers allow; all taps lie inside.
void AddLine(Line line, int64_t rows, int64_t taps, float* sums, int64_t row) {
  const bool together = rows >= 3 && (taps <= 3 || taps == 6);
  const int64_t height = together ? 3 : 1;
  const int64_t most = static_cast<int64_t>(together ? three_rows.size() : one_row.size());
  const float* x = line.x;
  for (int64_t r = 0; r < rows; r += height) {
    if (rows - r < height) {
      line.x = x + r * line.tap_row;
      return AddLine(line, rows - r, taps, sums + r * row, row);
    }
    for (int64_t t = 0, parts = ceiling_div(taps, most), part; t < taps; t += part, --parts) {
      part = ceiling_div(taps - t, parts);
      line.x = x + r * line.tap_row + t * line.tap;
      const AddTapsFunction add = together ? three_rows[static_cast<size_t>(part - 1)]
                                           : one_row[static_cast<size_t>(part - 1)];
      add(line, sums + r * row + t * block, row);
    }
  }
}

/// The taps of an axis that position p of the output meets inside of the input.
HWY_INLINE Range TapsInside(const ConvGeometry& conv, size_t axis, int64_t p) {
  const int64_t start = p * conv.stride[axis] - conv.begin[axis];
  const int64_t begin =
      HWY_MIN(conv.kernel[axis], HWY_MAX(int64_t{0}, ceiling_div(-start, conv.dilation[axis])));
  const int64_t end =
      HWY_MIN(conv.kernel[axis], ceiling_div(conv.in[axis] - start, conv.dilation[axis]));
  return {begin, HWY_MAX(begin, end)};
}

void WeightGrad(const ConvGeometry& conv, const WeightGradArrays& at, int64_t b, float* sums) {
  const int64_t taps = product(conv.kernel), row = conv.kernel[2] * block;
  std::memset(sums, 0, static_cast<size_t>(taps * block) * sizeof(float));
  // Columns whose taps all lie inside; the others one by one.
  const Range all = {0, conv.out[2]};
  const int64_t left = HWY_MIN(inside(conv, 2, 0, all).begin, conv.out[2]),
                right = HWY_MAX(left, inside(conv, 2, conv.kernel[2] - 1, all).end);
  Line line = {};
  line.x_step = conv.stride[2] * conv.x.axis[2];
  line.grad_step = conv.y.axis[2];
  line.tap = conv.dilation[2] * conv.x.axis[2];
  line.tap_row = conv.dilation[1] * conv.x.axis[1];
  const auto add = [&](const float* x, const float* grad, int64_t column, int64_t columns,
                       Range rows, Range across, float* to) {
    if (columns <= 0 || across.begin == across.end) return;
    const int64_t first = column * conv.stride[2] + tap_offset(conv, 2, across.begin);
    line.columns = columns;
    for (int64_t lane = 0; lane < block; lane += lanes) {
      line.x = x + first * conv.x.axis[2] + lane;
      line.grad = grad + column * conv.y.axis[2] + lane;
      AddLine(line, rows.end - rows.begin, across.end - across.begin,
              to + across.begin * block + lane, row);
    }
  };
  for (int64_t n = 0; n < conv.batch; ++n)
    for (int64_t od = 0; od < conv.out[0]; ++od) {
      const Range depths = TapsInside(conv, 0, od);
      for (int64_t oh = 0; oh < conv.out[1]; ++oh) {
        const Range rows = TapsInside(conv, 1, oh);
        if (rows.begin == rows.end) continue;
        const float* grad = at.grad + n * conv.y.batch + b * conv.y.channel + od * conv.y.axis[0] +
                            oh * conv.y.axis[1];
        const int64_t top = oh * conv.stride[1] + tap_offset(conv, 1, rows.begin);
        for (int64_t kd = depths.begin; kd < depths.end; ++kd) {
          const int64_t depth = od * conv.stride[0] + tap_offset(conv, 0, kd);
          const float* x = at.x + n * conv.x.batch + b * conv.x.channel + depth * conv.x.axis[0] +
                           top * conv.x.axis[1];
          float* to = sums + (kd * conv.kernel[1] + rows.begin) * row;
          for (int64_t ow = 0; ow < left; ++ow)
            add(x, grad, ow, 1, rows, TapsInside(conv, 2, ow), to);
          add(x, grad, left, right - left, rows, {0, conv.kernel[2]}, to);
          for (int64_t ow = right; ow < conv.out[2]; ++ow)
            add(x, grad, ow, 1, rows, TapsInside(conv, 2, ow), to);
        }
      }
    }
  Transpose(sums, block, taps, HWY_MIN(block, conv.groups - b * block), at.w + b * block * taps,
            taps);
}

/// Values `from`, from + 1, … of a row's phase, N at a time, all of whose taps lie inside.
template <int64_t N>
HWY_INLINE void GatherTile(const DepthwiseGradTap* taps, int64_t count, const float* grad,
                           int64_t step, const float* weights, float* to, int64_t to_step) {
  const D d;
  for (int64_t lane = 0; lane < block; lane += lanes) {
    V sum[N];
    HWY_UNROLL(8) for (int64_t i = 0; i < N; ++i) sum[i] = hn::Zero(d);
    for (int64_t t = 0; t < count; ++t) {
      const V w = hn::LoadU(d, weights + taps[t].weight + lane);
      const float* g = grad + taps[t].grad + lane;
      HWY_UNROLL(8) for (int64_t i = 0; i < N; ++i) {
        sum[i] = hn::MulAdd(w, hn::LoadU(d, g + i * step), sum[i]);
      }
    }
    HWY_UNROLL(8) for (int64_t i = 0; i < N; ++i) hn::StoreU(sum[i], d, to + i * to_step + lane);
  }
}

/// Positions residue, residue + stride, … of a row; `grad` is its block's first gradient.
void GatherRow(const ConvGeometry& conv, const DepthwiseGradTap* taps, int64_t count,
               int64_t residue, const float* grad, const float* weights, float* row) {
  const D d;
  const int64_t positions = ceiling_div(conv.in[2] - residue, conv.stride[2]);
  const int64_t step = conv.y.axis[2], to_step = conv.stride[2] * conv.x.axis[2];
  float* to = row + residue * conv.x.axis[2];
  Range whole = {0, positions};
  for (int64_t t = 0; t < count; ++t) {
    whole.begin = HWY_MAX(whole.begin, taps[t].inside.begin);
    whole.end = HWY_MIN(whole.end, taps[t].inside.end);
  }
  constexpr int64_t tile = 8;
  for (int64_t j = 0; j < positions;) {
    if (j >= whole.begin && j + tile <= whole.end) {
      GatherTile<tile>(taps, count, grad + j * step, step, weights, to + j * to_step, to_step);
      j += tile;
      continue;
    }
    for (int64_t lane = 0; lane < block; lane += lanes) {
      V sum = hn::Zero(d);
      for (int64_t t = 0; t < count; ++t)
        if (j >= taps[t].inside.begin && j < taps[t].inside.end)
          sum = hn::MulAdd(hn::LoadU(d, weights + taps[t].weight + lane),
                           hn::LoadU(d, grad + taps[t].grad + j * step + lane), sum);
      hn::StoreU(sum, d, to + j * to_step + lane);
    }
    ++j;
  }
}

void InputGrad(const ConvGeometry& conv, const DepthwiseInputGradArrays& at, int64_t item,
               float* scratch) {
  const int64_t blocks = blocks_of(conv.groups), n = item / blocks, b = item % blocks;
  const int64_t count = product(conv.kernel), channels = HWY_MIN(block, conv.groups - b * block);
  // Weights as vectors of channels; lanes without a channel only reach their like.
  float* weights = scratch;
  for (int64_t t = 0; t < count; ++t)
    for (int64_t c = 0; c < block; ++c)
      weights[t * block + c] = c < channels ? at.w[(b * block + c) * count + t] : 0;
  DepthwiseGradTap* taps = reinterpret_cast<DepthwiseGradTap*>(weights + count * block);

  const float* grad = at.grad + n * conv.y.batch + b * conv.y.channel;
  float* to = at.x_grad + n * conv.x.batch + b * conv.x.channel;
  // The position of the output that tap k connects with position i; −1 where there is none.
  const auto meets = [&](size_t axis, int64_t i, int64_t k) -> int64_t {
    const int64_t from = i - tap_offset(conv, axis, k), p = from / conv.stride[axis];
    return from < 0 || from % conv.stride[axis] != 0 || p >= conv.out[axis] ? -1 : p;
  };
  for (int64_t d = 0; d < conv.in[0]; ++d)
    for (int64_t h = 0; h < conv.in[1]; ++h)
      for (int64_t residue = 0; residue < HWY_MIN(conv.stride[2], conv.in[2]); ++residue) {
        int64_t found = 0;
        for (int64_t kd = 0; kd < conv.kernel[0]; ++kd)
          for (int64_t kh = 0; kh < conv.kernel[1]; ++kh) {
            const int64_t od = meets(0, d, kd), oh = meets(1, h, kh);
            if (od < 0 || oh < 0) continue;
            for (int64_t kw = 0; kw < conv.kernel[2]; ++kw) {
              const int64_t from = residue - tap_offset(conv, 2, kw);
              if (from % conv.stride[2] != 0) continue;
              const int64_t shift = from / conv.stride[2];
              taps[found++] = {od * conv.y.axis[0] + oh * conv.y.axis[1] + shift * conv.y.axis[2],
                               ((kd * conv.kernel[1] + kh) * conv.kernel[2] + kw) * block,
                               {-shift, conv.out[2] - shift}};
            }
          }
        GatherRow(conv, taps, found, residue, grad, weights,
                  to + d * conv.x.axis[0] + h * conv.x.axis[1]);
      }
}

void RunWeightGrad(const ConvGeometry& conv, const WeightGradArrays& at, Range range,
                   Worker& worker) {
  worker.ran |= HWY_TARGET;
  for (int64_t b = range.begin; b < range.end; ++b) WeightGrad(conv, at, b, worker.scratch);
}

void RunInputGrad(const ConvGeometry& conv, const DepthwiseInputGradArrays& at, Range range,
                  Worker& worker) {
  worker.ran |= HWY_TARGET;
  for (int64_t i = range.begin; i < range.end; ++i) InputGrad(conv, at, i, worker.scratch);
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(RunWeightGrad);
HWY_EXPORT(RunInputGrad);

bool depthwise_grad_fits(const ConvGeometry& conv) {
  return conv.channels == 1 && conv.outputs == 1 && !conv.plain_input;
}

int64_t depthwise_weight_grad_items(const ConvGeometry& conv) { return blocks_of(conv.groups); }
int64_t depthwise_weight_grad_scratch_bytes(const ConvGeometry& conv) {
  return product(conv.kernel) * block * static_cast<int64_t>(sizeof(float));
}
DepthwiseWeightGradKernel depthwise_weight_grad_kernel(Tier tier) {
  return HWY_DISPATCH_TABLE(RunWeightGrad)[dispatch_index(tier)];
}

int64_t depthwise_input_grad_items(const ConvGeometry& conv) {
  return conv.batch * blocks_of(conv.groups);
}
int64_t depthwise_input_grad_scratch_bytes(const ConvGeometry& conv) {
  return product(conv.kernel) *
         static_cast<int64_t>(block * static_cast<int64_t>(sizeof(float)) +
                              static_cast<int64_t>(sizeof(DepthwiseGradTap)));
}
DepthwiseInputGradKernel depthwise_input_grad_kernel(Tier tier) {
  return HWY_DISPATCH_TABLE(RunInputGrad)[dispatch_index(tier)];
}

}  // namespace convoy::cpu
#endif
