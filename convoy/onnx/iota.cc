#include "convoy/ops/iota.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "convoy/onnx/casts.h"
#include "convoy/onnx/counting.h"
#include "convoy/onnx/readers.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/cast.h"
#include "convoy/ops/reshape.h"

namespace convoy::onnx {

namespace {

/// The one size that input i holds; none where it is not one.
std::optional<Dim> size_of_input(Reading& in, size_t i) {
  if (in.input(i).shape().size() > 1 || known_different(element_count(in.input(i).shape()), 1))
    in.refuse(
        fmt::format("input {} is {}, it must be one number", i, to_string(in.input(i).type())));
  const std::optional<Shape> known = in.known_sizes(i);
  return known && known->size() == 1 ? std::optional((*known)[0]) : std::nullopt;
}

/// True when that shows in the form of a size, whose symbols are not negative: sums and products of
/// such, and their quotients by numbers.
bool is_never_negative(const Dim& size) {
  const auto is_never_negative_factor = [](const DimFactor& factor) {
    switch (factor.kind) {
      case DimFactor::Kind::symbol:
        return true;
      case DimFactor::Kind::floor_div:
        return factor.args[1].is_static() && is_never_negative(factor.args[0]);
      case DimFactor::Kind::max:
        return is_never_negative(factor.args[0]) || is_never_negative(factor.args[1]);
    }
    return false;
  };
  const std::vector<DimProduct> products = size.products();
  return size.constant_term() >= 0 &&
         std::all_of(products.begin(), products.end(), [&](const DimProduct& product) {
           return product.coefficient > 0 &&
                  std::all_of(product.factors.begin(), product.factors.end(),
                              is_never_negative_factor);
         });
}

}  // namespace

// The number of steps must be known; where it is, start may be anything.
std::vector<Value> read_range(Reading& in) {
  const DType dtype = in.input(0).dtype();
  for (const size_t i : {size_t{1}, size_t{2}})
    if (in.input(i).dtype() != dtype) in.refuse("its inputs must have one dtype");
  const auto start = size_of_input(in, 0), limit = size_of_input(in, 1),
             step = size_of_input(in, 2);
  const bool in_sizes = start && limit && step && step->is_static();
  if (!in_sizes || (is_floating(dtype) && start->is_static() && limit->is_static()))
    return {range(in.scalar(0), in.scalar(1), in.scalar(2), dtype)};
  const int64_t delta = step->value();
  if (delta == 0) in.refuse("delta is 0");
  const Dim span = delta > 0 ? *limit - *start : *start - *limit;
  const Dim count = ceil_div(span, std::abs(delta));
  Value numbers = iota(is_never_negative(count) ? count : max(count, 0));
  if (delta != 1) numbers = mul(numbers, constant(Tensor::of<int64_t>({}, {delta})));
  if (!(*start == Dim(0))) numbers = add(numbers, cast(reshape(in.input(0), {}), DType::int64));
  return {cast(numbers, dtype)};
}

// Whole numbers first: one rounding where the dtype is a floating one.
void write(const Iota& op, Writing& out) {
  const Names inputs = range_inputs(out, op.size);
  if (op.dtype == DType::int64) return out.result("Range", inputs);
  result_cast(out, out.add("Range", inputs));
}

}  // namespace convoy::onnx
