#include "convoy/cpu/kernels/along_axis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/along_axis.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#ifndef CONVOY_CPU_KERNELS_ALONG_AXIS_ONCE_
#define CONVOY_CPU_KERNELS_ALONG_AXIS_ONCE_
namespace convoy::cpu {

/// Lines of narrow arrays are brought side by side, so many at a time, and as many elements of each
/// made of them.
inline constexpr int64_t lines_abreast = 16, line_piece = 64;

inline bool is_narrow(const AlongAxis& plan) { return plan.inner < lines_abreast / 2; }
inline int64_t line_pieces(const AlongAxis& plan) {
  return (plan.out() + line_piece - 1) / line_piece;
}

/// Elements of x that elements begin … end − 1 of the axis are made of.
struct AlongReach {
  int64_t begin, end;
};
inline AlongReach reach_of(const AlongAxis& plan, int64_t begin, int64_t end) {
  const auto from = plan.index.begin() + plan.first[static_cast<size_t>(begin)];
  const auto to = plan.index.begin() + plan.first[static_cast<size_t>(end)];
  if (from == to) return {0, 0};
  const auto [least, most] = std::minmax_element(from, to);
  return {*least, *most + 1};
}

/// What one element is made of.
struct AlongTaps {
  const int64_t* index;
  const double* weight;
  int64_t count;
};
inline AlongTaps taps_of(const AlongAxis& plan, int64_t j) {
  const int64_t first = plan.first[static_cast<size_t>(j)];
  return {plan.index.data() + first, plan.weight.data() + first,
          plan.first[static_cast<size_t>(j) + 1] - first};
}

}  // namespace convoy::cpu
#endif

// Plain loops over neighbours, of which compilers make vectors.
HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

/// Rows of x, `step` apart, of which row `begin` comes first, and the indices found in them.
template <class T>
struct Rows {
  const T* x;
  const int64_t* found;
  int64_t begin, step;
  const T* row(int64_t t) const { return x + (t - begin) * step; }
};

template <class T>
void Sum(const Rows<T>& rows, const AlongTaps& taps, int64_t count, T* HWY_RESTRICT y) {
  std::fill(y, y + count, T(0));
  for (int64_t t = 0; t < taps.count; ++t) {
    const T* HWY_RESTRICT x = rows.row(taps.index[t]);
    if constexpr (std::is_floating_point_v<T>) {
      const T weight = static_cast<T>(taps.weight[t]);
      for (int64_t i = 0; i < count; ++i) y[i] += weight * x[i];
    } else {
      for (int64_t i = 0; i < count; ++i)
        y[i] = static_cast<T>(static_cast<uint64_t>(y[i]) + static_cast<uint64_t>(x[i]));
    }
  }
}

template <class T>
void Maximum(const Rows<T>& rows, const AlongTaps& taps, int64_t unit, int64_t count,
             T* HWY_RESTRICT y, int64_t* HWY_RESTRICT indices) {
  for (int64_t t = 0; t < taps.count; ++t) {
    const T* HWY_RESTRICT x = rows.row(taps.index[t]);
    const int64_t* HWY_RESTRICT found =
        rows.found ? rows.found + (taps.index[t] - rows.begin) * rows.step : nullptr;
    const int64_t base = taps.index[t] * unit;
    for (int64_t i = 0; i < count; ++i) {
      const bool better = t == 0 || x[i] > y[i] || (x[i] != x[i] && y[i] == y[i]);
      y[i] = better ? x[i] : y[i];
      if (indices) indices[i] = better ? base + (found ? found[i] : 0) : indices[i];
    }
  }
}

template <class T>
void Norm(const Rows<T>& rows, const AlongTaps& taps, double p, int64_t count, T* y) {
  for (int64_t i = 0; i < count; ++i) {
    double largest = 0, sum = 0;
    bool has_nan = false;
    for (int64_t t = 0; t < taps.count; ++t) {
      const double x = std::abs(static_cast<double>(rows.row(taps.index[t])[i]));
      has_nan = has_nan || x != x;
      largest = std::max(largest, x);
    }
    for (int64_t t = 0; t < taps.count; ++t)
      sum += std::pow(std::abs(static_cast<double>(rows.row(taps.index[t])[i])) / largest, p);
    const bool is_plain = largest > 0 && largest <= std::numeric_limits<double>::max();
    if (has_nan) largest = std::numeric_limits<double>::quiet_NaN();
    y[i] = static_cast<T>(has_nan || !is_plain ? largest : largest * std::pow(sum, 1 / p));
  }
}

template <class T>
void Combine(const AlongAxis& plan, const Rows<T>& rows, int64_t j, int64_t count, T* y,
             int64_t* indices) {
  const AlongTaps taps = taps_of(plan, j);
  switch (plan.how) {
    case Along::sum:
      return Sum(rows, taps, count, y);
    case Along::maximum:
      return Maximum(rows, taps, plan.unit, count, y, indices);
    case Along::norm:
      return Norm(rows, taps, plan.p, count, y);
  }
}

/// One element of the axis for all of `inner`.
template <class T>
void RunWide(const AlongAxis& plan, const AlongArrays& at, int64_t item) {
  const int64_t o = item / plan.out(), j = item % plan.out();
  const int64_t from = o * plan.in * plan.inner, to = (o * plan.out() + j) * plan.inner;
  const Rows<T> rows{static_cast<const T*>(at.x) + from, at.found ? at.found + from : nullptr, 0,
                     plan.inner};
  Combine(plan, rows, j, plan.inner, static_cast<T*>(at.y) + to,
          at.indices ? at.indices + to : nullptr);
}

/// Some elements of some lines, brought side by side.
template <class T>
void RunNarrow(const AlongAxis& plan, const AlongArrays& at, int64_t item, float* scratch) {
  constexpr int64_t width = lines_abreast;
  const int64_t begin = item % line_pieces(plan) * line_piece;
  const int64_t end = std::min(begin + line_piece, plan.out());
  const int64_t first = item / line_pieces(plan) * width;
  const int64_t lines = std::min(width, plan.outer * plan.inner - first);
  const auto [low, high] = reach_of(plan, begin, end);
  auto* const x = reinterpret_cast<T*>(scratch);
  T* const y = x + plan.reach * width;
  // Eight bytes an element at most: what comes behind begins at a multiple of that.
  auto* const found =
      reinterpret_cast<int64_t*>(reinterpret_cast<double*>(scratch) + (plan.reach + 1) * width);
  int64_t* const indices = found + plan.reach * width;
  std::fill(x, x + (high - low) * width, T(0));
  const auto line_at = [&](int64_t line, int64_t size) {
    return (first + line) / plan.inner * size * plan.inner + (first + line) % plan.inner;
  };
  for (int64_t line = 0; line < lines; ++line) {
    const int64_t from = line_at(line, plan.in);
    for (int64_t t = low; t < high; ++t)
      x[(t - low) * width + line] = static_cast<const T*>(at.x)[from + t * plan.inner];
    if (at.found)
      for (int64_t t = low; t < high; ++t)
        found[(t - low) * width + line] = at.found[from + t * plan.inner];
  }
  const Rows<T> rows{x, at.found ? found : nullptr, low, width};
  for (int64_t j = begin; j < end; ++j) {
    Combine(plan, rows, j, at.found ? lines : width, y, at.indices ? indices : nullptr);
    for (int64_t line = 0; line < lines; ++line) {
      const int64_t to = line_at(line, plan.out()) + j * plan.inner;
      static_cast<T*>(at.y)[to] = y[line];
      if (at.indices) at.indices[to] = indices[line];
    }
  }
}

template <class T>
void Run(const AlongAxis& plan, const AlongArrays& at, Range range, Worker& worker) {
  worker.ran |= HWY_TARGET;
  for (int64_t item = range.begin; item < range.end; ++item)
    if (is_narrow(plan))
      RunNarrow<T>(plan, at, item, worker.scratch);
    else
      RunWide<T>(plan, at, item);
}

}  // namespace

AlongKernel AlongOf(DType dtype) {
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> AlongKernel {
    if constexpr (is_half_storage<T> || std::same_as<T, bool>)
      return nullptr;
    else
      return &Run<T>;
  });
}

}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(AlongOf);

AlongAxis along_axis(Along how, DType dtype, int64_t outer, int64_t in, int64_t inner,
                     const AxisTaps& taps) {
  AlongAxis plan{.how = how, .dtype = dtype, .outer = outer, .in = in, .inner = inner};
  for (const std::vector<Tap>& element : taps) {
    for (const Tap& tap : element) {
      plan.index.push_back(tap.index);
      plan.weight.push_back(tap.weight);
    }
    plan.first.push_back(static_cast<int64_t>(plan.index.size()));
  }
  for (int64_t j = 0; j < plan.out(); j += line_piece) {
    const AlongReach reach = reach_of(plan, j, std::min(j + line_piece, plan.out()));
    plan.reach = std::max(plan.reach, reach.end - reach.begin);
  }
  return plan;
}

int64_t items(const AlongAxis& plan) {
  if (!is_narrow(plan)) return plan.outer * plan.out();
  return (plan.outer * plan.inner + lines_abreast - 1) / lines_abreast * line_pieces(plan);
}

int64_t scratch_bytes(const AlongAxis& plan) {
  if (!is_narrow(plan)) return 0;
  return 2 * (plan.reach + 1) * lines_abreast * static_cast<int64_t>(sizeof(double));
}

AlongKernel along_kernel(Tier tier, DType dtype) {
  return HWY_DISPATCH_TABLE(AlongOf)[dispatch_index(tier)](dtype);
}

}  // namespace convoy::cpu
#endif
