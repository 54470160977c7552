#include "convoy/cpu/kernels/reorder.h"

#include <algorithm>
#include <cstring>

#include "convoy/cpu/kernels/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/reorder.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/elements-inl.h"
#include "convoy/cpu/kernels/simd-inl.h"
#include "convoy/cpu/kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

using Quad = hn::Full128<float>;

/// Of lanes that no channel fills.
alignas(64) constexpr float zeros[block] = {};

/// Where the channels of one block are at some pixel, or zeros for those that do not exist.
template <bool whole>
struct Channels {
  const float* first;
  int64_t stride, count;

  HWY_INLINE const float* operator()(int64_t channel) const {
    return whole || channel < count ? first + channel * stride : zeros;
  }
};

/// Planes of channels (NCHW) to pixels of 16 lanes.
template <bool whole, class E>
HWY_INLINE void PlanesToBlocked(Channels<whole> from, int64_t pixels, E* to, int64_t to_pixel) {
  const D d;
  int64_t p = 0;
  // Whole lines of the cache: where planes are a multiple of 4 KiB apart, sixteen of them do not
  // stay in the nearest one until the next pixels.
  if constexpr (lanes == block)
    for (; p + block <= pixels; p += block, from.first += block) {
      V v[block];
      HWY_UNROLL(16) for (int64_t c = 0; c < block; ++c) v[c] = hn::LoadU(d, from(c));
      TransposeSquare(d, v);
      HWY_UNROLL(16)
      for (int64_t i = 0; i < block; ++i) StoreElements(v[i], to + (p + i) * to_pixel);
    }
  for (; p + 4 <= pixels; p += 4, from.first += 4)
    for (int64_t part = 0; part < block; part += lanes) {
      V v[4];
      HWY_UNROLL(4)
      for (int64_t j = 0; j < 4; ++j)
        v[j] = LoadQuads(d, [&](int64_t c) HWY_ATTR { return from(part + c); }, j);
      TransposeQuads(d, v);
      HWY_UNROLL(4)
      for (int64_t j = 0; j < 4; ++j) StoreElements(v[j], to + (p + j) * to_pixel + part);
    }
  for (; p < pixels; ++p, ++from.first)
    for (int64_t c = 0; c < block; ++c) to[p * to_pixel + c] = E(*from(c));
}

template <class E>
HWY_INLINE void BlockedToPlanes(const E* from, int64_t from_pixel, int64_t count, int64_t pixels,
                                float* to, int64_t stride) {
  const D d;
  int64_t p = 0;
  if constexpr (lanes == block)  // as above
    for (; p + block <= pixels; p += block) {
      V v[block];
      HWY_UNROLL(16)
      for (int64_t i = 0; i < block; ++i) v[i] = LoadElements(from + (p + i) * from_pixel);
      TransposeSquare(d, v);
      HWY_UNROLL(16) for (int64_t c = 0; c < block; ++c) {
        if (c < count) hn::StoreU(v[c], d, to + c * stride + p);
      }
    }
  for (; p + 4 <= pixels; p += 4)
    for (int64_t part = 0; part < count; part += lanes) {
      V v[4];
      HWY_UNROLL(4)
      for (int64_t j = 0; j < 4; ++j) v[j] = LoadElements(from + (p + j) * from_pixel + part);
      TransposeQuads(d, v);
      HWY_UNROLL(4)
      for (int64_t j = 0; j < 4; ++j) StoreQuads(d, v[j], part + j, count, to + p, stride);
    }
  for (; p < pixels; ++p)
    for (int64_t c = 0; c < count; ++c)
      to[c * stride + p] = static_cast<float>(from[p * from_pixel + c]);
}

/// Fewer than 16 lanes, and none beside them: the last quad overlaps the one before.
HWY_INLINE void CopyLanes(const float* from, float* to, int64_t count) {
  const Quad q;
  if (count < 4) {
    if (count > 0) to[0] = from[0];
    if (count > 1) to[1] = from[1];
    if (count > 2) to[2] = from[2];
    return;
  }
  for (int64_t i = 0; i + 4 <= count; i += 4) hn::StoreU(hn::LoadU(q, from + i), q, to + i);
  if (count % 4 != 0) hn::StoreU(hn::LoadU(q, from + count - 4), q, to + count - 4);
}

/// The same from or to bfloat16.
template <class From, class To>
HWY_INLINE void CopyLanes(const From* from, To* to, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] = To(static_cast<float>(from[i]));
}
HWY_INLINE void CopyLanes(const BFloat16* from, BFloat16* to, int64_t count) {
  std::copy_n(from, count, to);
}

template <class From, class To>
HWY_INLINE void CopyBlocks(const From* from, int64_t from_pixel, int64_t pixels, To* to,
                           int64_t to_pixel) {
  for (int64_t p = 0; p < pixels; ++p) HWY_UNROLL(4)
  for (int64_t i = 0; i < block; i += lanes)
    StoreElements(LoadElements(from + p * from_pixel + i), to + p * to_pixel + i);
}

/// Neighbouring channels (NHWC), `count` of them, to pixels of 16 lanes.
template <class E>
HWY_INLINE void ChannelsToBlocked(const float* from, int64_t from_pixel, int64_t count,
                                  int64_t pixels, E* to, int64_t to_pixel) {
  if (count == block) return CopyBlocks(from, from_pixel, pixels, to, to_pixel);
  const D d;
  // Pixels behind which whole vectors may be read, since more pixels follow.
  const int64_t reach = (pixels - 1) * from_pixel + count - block;
  const int64_t safe = reach < 0 ? 0 : std::min(reach / from_pixel + 1, pixels);
  for (int64_t i = 0; i < block; i += lanes) {
    const auto real = hn::FirstN(d, static_cast<size_t>(std::clamp<int64_t>(count - i, 0, lanes)));
    for (int64_t p = 0; p < safe; ++p)
      StoreElements(hn::IfThenElseZero(real, hn::LoadU(d, from + p * from_pixel + i)),
                    to + p * to_pixel + i);
  }
  for (int64_t p = safe; p < pixels; ++p)
    for (int64_t c = 0; c < block; ++c)
      to[p * to_pixel + c] = E(c < count ? from[p * from_pixel + c] : 0.f);
}

template <class E>
HWY_INLINE void BlockedToChannels(const E* from, int64_t from_pixel, int64_t count, int64_t pixels,
                                  float* to, int64_t to_pixel) {
  if (count == block) return CopyBlocks(from, from_pixel, pixels, to, to_pixel);
  for (int64_t p = 0; p < pixels; ++p) CopyLanes(from + p * from_pixel, to + p * to_pixel, count);
}

/// Some pixels of a row, of one block of channels.
struct Piece {
  int64_t plain, blocked;  // where they begin
  int64_t channels, pixels;
};

HWY_INLINE Piece PieceAt(const ReorderPlan& plan, int64_t item) {
  const int64_t blocks = blocks_of(plan.channels);
  const int64_t pieces = (plan.size[2] + plan.piece - 1) / plan.piece;
  const int64_t b = item % blocks, first = item / blocks % pieces * plan.piece;
  item /= blocks * pieces;
  const int64_t h = item % plan.size[1], d = item / plan.size[1] % plan.size[0];
  const int64_t n = item / (plan.size[1] * plan.size[0]);
  const auto at = [&](const Strides& strides, int64_t channel) {
    return n * strides.batch + channel * strides.channel + d * strides.axis[0] +
           h * strides.axis[1] + first * strides.axis[2];
  };
  return {at(plan.plain, b * block), at(plan.blocked, b),
          std::min(plan.channels - b * block, block), std::min(plan.size[2] - first, plan.piece)};
}

template <class E>
void ToBlocked(const ReorderPlan& plan, const ReorderArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const int64_t channel = plan.plain.channel, pixel = plan.plain.axis[2];
  const int64_t to_pixel = plan.blocked.axis[2];
  for (int64_t item = range.begin; item < range.end; ++item) {
    const Piece piece = PieceAt(plan, item);
    const float* from = static_cast<const float*>(at.from) + piece.plain;
    E* to = static_cast<E*>(at.to) + piece.blocked;
    if (channel == 1) {
      ChannelsToBlocked(from, pixel, piece.channels, piece.pixels, to, to_pixel);
    } else if (pixel == 1 && piece.channels == block) {
      PlanesToBlocked(Channels<true>{from, channel, block}, piece.pixels, to, to_pixel);
    } else if (pixel == 1) {
      PlanesToBlocked(Channels<false>{from, channel, piece.channels}, piece.pixels, to, to_pixel);
    } else {
      for (int64_t p = 0; p < piece.pixels; ++p)
        for (int64_t c = 0; c < block; ++c)
          to[p * to_pixel + c] = E(c < piece.channels ? from[c * channel + p * pixel] : 0.f);
    }
  }
}

template <class E>
void FromBlocked(const ReorderPlan& plan, const ReorderArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const int64_t channel = plan.plain.channel, pixel = plan.plain.axis[2];
  const int64_t from_pixel = plan.blocked.axis[2];
  for (int64_t item = range.begin; item < range.end; ++item) {
    const Piece piece = PieceAt(plan, item);
    const E* from = static_cast<const E*>(at.from) + piece.blocked;
    float* to = static_cast<float*>(at.to) + piece.plain;
    if (channel == 1) {
      BlockedToChannels(from, from_pixel, piece.channels, piece.pixels, to, pixel);
    } else if (pixel == 1) {
      BlockedToPlanes(from, from_pixel, piece.channels, piece.pixels, to, channel);
    } else {
      for (int64_t p = 0; p < piece.pixels; ++p)
        for (int64_t c = 0; c < piece.channels; ++c)
          to[c * channel + p * pixel] = static_cast<float>(from[p * from_pixel + c]);
    }
  }
}

/// `count` lanes of every pixel of a row.
template <class From, class To>
HWY_INLINE void CopyLanesOfRow(const From* from, To* to, int64_t count, int64_t pixels) {
  if (count == block) return CopyBlocks(from, block, pixels, to, block);
  for (int64_t p = 0; p < pixels; ++p) CopyLanes(from + p * block, to + p * block, count);
}

/// One row of one block of `to`, which takes from one or two blocks of `from`.
template <class From, class To>
void ShiftChannels(const ShiftPlan& plan, const ReorderArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  const int64_t end = plan.to_channel + plan.channels;
  const int64_t first_block = plan.to_channel / block, last_block = blocks_of(end);
  for (int64_t item = range.begin; item < range.end; ++item) {
    const PixelRow row = row_at(item, (last_block - first_block) * block, plan.size);
    int64_t c = std::max((first_block + row.block) * block, plan.to_channel);
    const int64_t stop = std::min((first_block + row.block + 1) * block, end);
    while (c < stop) {
      const int64_t source = c - plan.to_channel + plan.from_channel;
      const int64_t count = std::min(stop - c, block - source % block);
      const PixelRow from = {row.image, source / block, row.depth, row.height};
      const PixelRow to = {row.image, c / block, row.depth, row.height};
      CopyLanesOfRow(
          static_cast<const From*>(at.from) + row_offset(from, plan.from) + source % block,
          static_cast<To*>(at.to) + row_offset(to, plan.to) + c % block, count, plan.size[2]);
      c += count;
    }
  }
}

ReorderKernel FindToBlocked(DType to) {
  return to == DType::bfloat16 ? ToBlocked<BFloat16> : ToBlocked<float>;
}
ReorderKernel FindFromBlocked(DType from) {
  return from == DType::bfloat16 ? FromBlocked<BFloat16> : FromBlocked<float>;
}
ShiftKernel FindShiftChannels(DType from, DType to) {
  if (from == DType::bfloat16)
    return to == DType::bfloat16 ? ShiftChannels<BFloat16, BFloat16>
                                 : ShiftChannels<BFloat16, float>;
  return to == DType::bfloat16 ? ShiftChannels<float, BFloat16> : ShiftChannels<float, float>;
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(FindToBlocked);
HWY_EXPORT(FindFromBlocked);
HWY_EXPORT(FindShiftChannels);

ReorderKernel to_blocked_kernel(Tier tier, DType to) {
  return HWY_DISPATCH_TABLE(FindToBlocked)[dispatch_index(tier)](to);
}
ReorderKernel from_blocked_kernel(Tier tier, DType from) {
  return HWY_DISPATCH_TABLE(FindFromBlocked)[dispatch_index(tier)](from);
}
ShiftKernel shift_channels_kernel(Tier tier, DType from, DType to) {
  return HWY_DISPATCH_TABLE(FindShiftChannels)[dispatch_index(tier)](from, to);
}

ReorderPlan reorder_plan(int64_t batch, int64_t channels, const Axes& size, const Strides& plain,
                         const Strides& blocked) {
  ReorderPlan plan{batch, channels, {1, 1, 1}, plain, blocked, 1};
  // From the last axis on: an axis joins the one behind it, or takes the next place before.
  size_t to = 2;
  bool begun = false;
  for (size_t a = 3; a-- > 0;) {
    if (size[a] == 1) continue;
    const int64_t behind = plan.size[to];
    if (begun && plain.axis[a] == behind * plan.plain.axis[to] &&
        blocked.axis[a] == behind * plan.blocked.axis[to]) {
      plan.size[to] *= size[a];
      continue;
    }
    if (begun) --to;
    begun = true;
    plan.size[to] = size[a];
    plan.plain.axis[to] = plain.axis[a];
    plan.blocked.axis[to] = blocked.axis[a];
  }
  // Channels beside each other are read block after block while their pixels are in the cache.
  plan.piece = plain.channel == 1 ? 128 : 1024;
  return plan;
}

int64_t items(const ReorderPlan& plan) {
  const int64_t pieces = (plan.size[2] + plan.piece - 1) / plan.piece;
  return plan.batch * plan.size[0] * plan.size[1] * pieces * blocks_of(plan.channels);
}

int64_t items(const ShiftPlan& plan) {
  const int64_t blocks = blocks_of(plan.to_channel + plan.channels) - plan.to_channel / block;
  return plan.channels == 0 ? 0 : count_rows(plan.batch, blocks * block, plan.size);
}

}  // namespace convoy::cpu
#endif
