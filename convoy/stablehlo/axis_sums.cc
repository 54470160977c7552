#include "convoy/stablehlo/axis_sums.h"

#include <algorithm>

namespace convoy::stablehlo {

namespace {

/// 0, 1, 2, … from some start on.
bool is_range(const Integers& indices) {
  for (size_t i = 1; i < indices.size(); ++i)
    if (indices[i] != indices[i - 1] + 1) return false;
  return true;
}

/// How often every index 0 … size − 1 stands there, in order and equally often; 0 if it does not.
int64_t repetitions(const Integers& indices, int64_t size) {
  const auto count = static_cast<int64_t>(indices.size());
  if (size == 0 || count % size != 0) return 0;
  const int64_t times = count / size;
  for (int64_t i = 0; i < count; ++i)
    if (indices[static_cast<size_t>(i)] != i / times) return 0;
  return times;
}

Extents with_axis(Extents shape, int64_t axis, std::initializer_list<int64_t> sizes) {
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin() + axis, sizes);
  return shape;
}

Operand repeated(Code& code, const Operand& x, int64_t axis, int64_t times) {
  Extents axes;
  for (int64_t a = 0; a < x.rank(); ++a) axes.push_back(a <= axis ? a : a + 1);
  const int64_t size = x.dim(axis);
  const Operand apart = code.broadcast(x, with_axis(x.shape, axis, {size, times}), axes);
  return code.reshape(apart, with_axis(x.shape, axis, {size * times}));
}

/// Lists of one length that take the elements of the axis one after the other: no picking, but
/// sums of parts.
bool are_parts(const AxisTaps& taps, int64_t size) {
  int64_t next = 0;
  for (const auto& row : taps) {
    if (row.size() != taps[0].size()) return false;
    for (const Tap& tap : row)
      if (tap.index != next++) return false;
  }
  return next == size;
}

Operand sums_of_parts(Code& code, const Operand& x, int64_t axis, const AxisTaps& taps) {
  std::vector<double> weights;
  for (const auto& row : taps)
    for (const Tap& tap : row) weights.push_back(tap.weight);
  const auto parts = static_cast<int64_t>(taps.size());
  const auto part = static_cast<int64_t>(taps[0].size());
  const auto summed = [&](const Operand& terms) {
    const Operand apart = code.reshape(terms, with_axis(terms.shape, axis, {parts, part}));
    return code.reduce(apart, {axis + 1}, 0, "add");
  };
  // Equal weights are taken out of the sums.
  if (std::equal(weights.begin() + 1, weights.end(), weights.begin()))
    return scaled(code, summed(x), axis, std::vector<double>(taps.size(), weights[0]));
  return summed(scaled(code, x, axis, weights));
}

/// A sum over the axis for every element of the result: for few elements of many taps.
Operand row_by_row(Code& code, const Operand& x, int64_t axis, const AxisTaps& taps) {
  Operands rows;
  const Extents one = with_axis(x.shape, axis, {1});
  for (const auto& row : taps) {
    if (row.empty()) {
      rows.push_back(code.splat(0, x.dtype, one));
      continue;
    }
    Integers indices;
    std::vector<double> weights;
    for (const Tap& tap : row) {
      indices.push_back(tap.index);
      weights.push_back(tap.weight);
    }
    const Operand terms = scaled(code, pick(code, x, axis, indices), axis, weights);
    rows.push_back(code.reshape(code.reduce(terms, {axis}, 0, "add"), one));
  }
  return code.concatenate(rows, axis);
}

/// A sum of as many arrays as the longest list is long.
Operand tap_by_tap(Code& code, const Operand& x, int64_t axis, const AxisTaps& taps,
                   size_t longest) {
  const Extents shape = with_axis(x.shape, axis, {static_cast<int64_t>(taps.size())});
  if (longest == 0) return code.splat(0, x.dtype, shape);
  Operand sum;
  for (size_t t = 0; t < longest; ++t) {
    Integers indices;
    std::vector<double> weights;
    for (const auto& row : taps) {
      const bool has = t < row.size();
      indices.push_back(has ? row[t].index : row.empty() ? 0 : row.back().index);
      weights.push_back(has ? row[t].weight : 0);
    }
    Operand term = scaled(code, pick(code, x, axis, indices), axis, weights);
    if (std::count(weights.begin(), weights.end(), 0.0) > 0) {
      // What is not there must not count even where the element beside it is NaN or infinite.
      const Tensor present = Tensor::of<double>({static_cast<int64_t>(weights.size())}, weights);
      const Operand counts =
          code.broadcast(code.constant(present.cast(DType::boolean)), term.shape, {axis});
      term = code.select(counts, term, code.splat(0, term));
    }
    sum = t == 0 ? term : code.add(sum, term);
  }
  return sum;
}

}  // namespace

Operand pick(Code& code, const Operand& x, int64_t axis, const Integers& indices) {
  if (is_range(indices) && !indices.empty())
    return code.slice(x, axis, indices.front(), indices.back() + 1);
  if (const int64_t times = repetitions(indices, x.dim(axis)))
    return repeated(code, x, axis, times);
  GatherAxes axes{{}, {axis}, {}, {}, {axis}, 1};
  for (int64_t a = 0; a < x.rank(); ++a)
    if (a != axis) axes.offset_dims.push_back(a);
  return code.gather(x, code.integers(indices), axes, with_axis(x.shape, axis, {1}));
}

Operand scaled(Code& code, const Operand& x, int64_t axis, const std::vector<double>& factors) {
  if (factors.empty()) return x;
  if (std::equal(factors.begin() + 1, factors.end(), factors.begin()))
    return factors[0] == 1 ? x : code.mul(x, factors[0]);
  const Tensor table = Tensor::of<double>({static_cast<int64_t>(factors.size())}, factors);
  return code.mul(x, code.broadcast(code.constant(table.cast(x.dtype)), x.shape, {axis}));
}

Operand weighted_sums(Code& code, const Operand& x, int64_t axis, const AxisTaps& taps) {
  size_t longest = 0;
  for (const auto& row : taps) longest = std::max(longest, row.size());
  if (longest > 1 && are_parts(taps, x.dim(axis))) return sums_of_parts(code, x, axis, taps);
  if (taps.size() < longest) return row_by_row(code, x, axis, taps);
  return tap_by_tap(code, x, axis, taps, longest);
}

}  // namespace convoy::stablehlo
