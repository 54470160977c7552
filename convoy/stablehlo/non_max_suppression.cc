// Round after round every class takes its best box and drops what that overlaps too much.
#include "convoy/ops/non_max_suppression.h"

#include <cmath>
#include <limits>

#include "convoy/base/checked.h"
#include "convoy/stablehlo/lowerings.h"

namespace convoy::stablehlo {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Corners and areas of boxes, all of one shape.
struct Boxes {
  Operand x_low, y_low, x_high, y_high, area;
};

/// boxes[N,B,4] of float64; one with a NaN coordinate has area 0.
Boxes boxes_of(Code& code, const Operand& boxes, bool center_point) {
  Operands c;
  for (int64_t i = 0; i < 4; ++i)
    c.push_back(code.reshape(code.slice(boxes, 2, i, i + 1), {boxes.dim(0), boxes.dim(1)}));
  Operand known = code.compare("EQ", c[0], c[0]);
  for (size_t i = 1; i < 4; ++i) known = code.binary("and", known, code.compare("EQ", c[i], c[i]));
  for (Operand& coordinate : c)
    coordinate = code.select(known, coordinate, code.splat(0, coordinate));
  Boxes b;
  if (center_point) {
    const Operand half_width = code.div(c[2], 2), half_height = code.div(c[3], 2);
    b = {code.sub(c[0], half_width),
         code.sub(c[1], half_height),
         code.add(c[0], half_width),
         code.add(c[1], half_height),
         {}};
  } else {
    b = {code.binary("minimum", c[1], c[3]),
         code.binary("minimum", c[0], c[2]),
         code.binary("maximum", c[1], c[3]),
         code.binary("maximum", c[0], c[2]),
         {}};
  }
  b.area = code.mul(code.sub(b.x_high, b.x_low), code.sub(b.y_high, b.y_low));
  return b;
}

/// Every part of `boxes`, changed by `f`.
template <class F>
Boxes each(const Boxes& boxes, F&& f) {
  return {f(boxes.x_low), f(boxes.y_low), f(boxes.x_high), f(boxes.y_high), f(boxes.area)};
}

/// Where intersection over union is above `threshold`; never for an empty box.
Operand overlap_exceeds(Code& code, const Boxes& a, const Boxes& b, double threshold) {
  const auto extent = [&](const Operand& high_a, const Operand& high_b, const Operand& low_a,
                          const Operand& low_b) {
    return code.sub(code.binary("minimum", high_a, high_b), code.binary("maximum", low_a, low_b));
  };
  const Operand width = extent(a.x_high, b.x_high, a.x_low, b.x_low);
  const Operand height = extent(a.y_high, b.y_high, a.y_low, b.y_low);
  const Operand both = code.mul(width, height);
  const Operand ratio = code.div(both, code.sub(code.add(a.area, b.area), both));
  Operand exceeds = code.compare("GT", ratio, threshold);
  for (const Operand& size : {width, height, a.area, b.area})
    exceeds = code.binary("and", exceeds, code.compare("GT", size, 0));
  return exceeds;
}

/// Scores that count at all.
Operand candidates(Code& code, const Operand& scores, double threshold) {
  // A threshold of −∞ lets everything pass but NaN.
  const bool everything = std::isinf(threshold) && threshold < 0;
  return code.compare(everything ? "GE" : "GT", scores, threshold);
}

/// Indices of the boxes that stay, best first, then −1: [N,C,most].
Operand selected(Code& code, const NonMaxSuppression& op, const Operand& all_boxes,
                 const Operand& scores, int64_t most) {
  const Boxes boxes = boxes_of(code, all_boxes, op.center_point_box);
  const int64_t batch = scores.dim(0), classes = scores.dim(1), count = scores.dim(2);
  const auto condition = [&](Code& c, const Operands& v) {
    return c.binary("and", c.compare("LT", v[0], static_cast<double>(most)),
                    c.reduce(v[1], {0, 1, 2}, 0, "or"));
  };
  const auto round = [&](Code& c, const Operands& v) {
    const Operand &number = v[0], &alive = v[1], &found = v[2];
    const auto to_all = [&](const Operand& x) { return c.broadcast(x, scores.shape, {0, 1}); };
    const Operand positions = c.iota(DType::int64, scores.shape, 2);
    const Operand living = c.select(alive, scores, c.splat(-infinity, scores));
    const Operand best = to_all(c.reduce(living, {2}, -infinity, "maximum"));
    const Operand is_best = c.binary("and", alive, c.compare("EQ", scores, best));
    const auto beyond = static_cast<double>(count);
    const Operand winner = c.reduce(c.select(is_best, positions, c.splat(beyond, positions)), {2},
                                    beyond, "minimum");  // the first of equals
    const Operand exists = c.compare("LT", winner, beyond);
    const Operand entry =
        c.reshape(c.select(exists, winner, c.splat(-1, winner)), {batch, classes, 1});
    const Operand zero = c.splat(0, DType::int64);

    const Operand is_winner = c.compare("EQ", positions, to_all(winner));
    const Boxes others =
        each(boxes, [&](const Operand& x) { return c.broadcast(x, scores.shape, {0, 2}); });
    // The box of the winner: all others count nothing in a sum.
    const Boxes chosen = each(others, [&](const Operand& x) {
      return to_all(c.reduce(c.select(is_winner, x, c.splat(0, x)), {2}, 0, "add"));
    });
    const Operand hidden = overlap_exceeds(c, chosen, others, op.iou_threshold);
    const Operand gone = c.binary("or", hidden, is_winner);
    return Operands{c.add(number, 1), c.binary("and", alive, c.unary("not", gone)),
                    c.dynamic_update_slice(found, entry, {zero, zero, number})};
  };
  return code.loop({code.splat(0, DType::int64), candidates(code, scores, op.score_threshold),
                    code.splat(-1, DType::int64, {batch, classes, most})},
                   condition, round)[2];
}

}  // namespace

void lower(const NonMaxSuppression& op, Lowering& out) {
  Code& code = out.code();
  const Extents rows = out.output_shape();
  if (rows[0] == 0) {
    out.result(0, code.splat(-1, DType::int64, rows));
    return out.result(1, code.splat(0, DType::int64));
  }
  const Operand boxes = code.convert(out.input(0), DType::float64),
                scores = code.convert(out.input(1), DType::float64);
  const int64_t most = std::min(op.max_output_boxes_per_class, scores.dim(2));
  const Operand found = selected(code, op, boxes, scores, most);
  const Operand is_missing = code.compare("LT", found, 0), nothing = code.splat(-1, found);
  const auto in_a_row = [&](const Operand& x) { return code.reshape(x, {rows[0]}); };
  const auto row_number = [&](int64_t axis) {
    const Operand number = code.iota(DType::int64, found.shape, axis);
    return in_a_row(code.select(is_missing, nothing, number));
  };
  // The rows that are filled come to the front and keep their order.
  const Operands sorted = code.sort(
      {in_a_row(code.convert(is_missing, DType::int32)), row_number(0), row_number(1),
       in_a_row(found)},
      0, /*stable=*/true, [](Code& c, const Operands& v) { return c.compare("LT", v[0], v[1]); });
  Operands columns;
  for (size_t i = 1; i < 4; ++i) columns.push_back(code.reshape(sorted[i], {rows[0], 1}));
  out.result(0, code.concatenate(columns, 1));
  const Operand filled = code.convert(code.unary("not", is_missing), DType::int64);
  out.result(1, code.reduce(filled, {0, 1, 2}, 0, "add"));
}

}  // namespace convoy::stablehlo
