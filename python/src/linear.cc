#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/composites/gemm.h"
#include "convoy/ops/arg_reduce.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/matmul.h"
#include "convoy/ops/one_hot.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/softmax.h"
#include "convoy/ops/top_k.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

// axis None searches all elements in row-major order.
void bind_arg_reduce(nb::module_& m, ArgReduceKind kind, const char* documentation) {
  m.def(
      std::string(to_string(kind)).c_str(),
      [kind](ValueArgument x, IntegersArgument axis, bool keepdims, bool last_of_ties) {
        const Value value = to_value(x, "x");
        const Integers axes = to_integers(axis, "axis");
        if (axes.size() > 1) throw TypeError("axis must be one int or None");
        if (!axes.empty()) return arg_reduce(kind, value, axes[0], keepdims, last_of_ties);
        const Value flat = reshape(value, {element_count(value.shape())});
        const Value index = arg_reduce(kind, flat, 0, false, last_of_ties);
        return keepdims ? reshape(index, Shape(value.shape().size(), 1)) : index;
      },
      "x"_a, "axis"_a = nb::none(), "keepdims"_a = false, "last_of_ties"_a = false, documentation);
}

void bind_creation(nb::module_& m) {
  m.def(
      "iota",
      [](DimArgument size, DTypeArgument dtype) {
        return iota(to_dim(size, "size"), to_dtype(dtype));
      },
      "size"_a, "dtype"_a = "int64", "0, 1, 2, … size − 1.");
  m.def(
      "range",
      [](double start, double stop, double step, DTypeArgument dtype) {
        return range(start, stop, step, to_dtype(dtype));
      },
      "start"_a, "stop"_a, "step"_a = 1.0, "dtype"_a = "int64",
      "start, start + step, … without stop.");
  m.def(
      "full",
      [](ShapeArgument shape, double value, DTypeArgument dtype) {
        return full(to_shape(shape, "shape"), value, to_dtype(dtype));
      },
      "shape"_a, "value"_a, "dtype"_a = "float32", "value in every element.");
  m.def(
      "eye",
      [](DimArgument rows, DimArgument columns, int64_t diagonal, DTypeArgument dtype) {
        const Dim count = to_dim(rows, "rows");
        return eye(count, columns.is_none() ? count : to_dim(columns, "columns"), diagonal,
                   to_dtype(dtype));
      },
      "rows"_a, "columns"_a = nb::none(), "diagonal"_a = 0, "dtype"_a = "float32",
      "Ones on a diagonal, zeros elsewhere.");
  m.def(
      "one_hot",
      [](ValueArgument indices, DimArgument depth, int64_t axis, DTypeArgument dtype) {
        return one_hot(to_value(indices, "indices"), to_dim(depth, "depth"), axis, to_dtype(dtype));
      },
      "indices"_a, "depth"_a, "axis"_a = -1, "dtype"_a = "float32",
      "1 at the position each index names along a new axis, 0 elsewhere.");
}

}  // namespace

void bind_linear(nb::module_& m) {
  bind_arg_reduce(m, ArgReduceKind::max, "Index of the largest element along axis.");
  bind_arg_reduce(m, ArgReduceKind::min, "Index of the smallest element along axis.");
  bind_creation(m);
  m.def(
      "top_k",
      [](ValueArgument x, DimArgument k, int64_t axis, bool largest, bool sorted) {
        const auto results = top_k(to_value(x, "x"), to_dim(k, "k"), axis, largest, sorted);
        return nb::borrow<ValuesResult>(nb::make_tuple(results[0], results[1]));
      },
      "x"_a, "k"_a, "axis"_a = -1, "largest"_a = true, "sorted"_a = true,
      "The k largest elements along axis, and their indices.");
  m.def(
      "softmax", [](ValueArgument x, int64_t axis) { return softmax(to_value(x, "x"), axis); },
      "x"_a, "axis"_a = -1, "Exponentials that sum to 1 along axis.");
  m.def(
      "log_softmax",
      [](ValueArgument x, int64_t axis) { return log_softmax(to_value(x, "x"), axis); }, "x"_a,
      "axis"_a = -1, "Logarithm of softmax.");
  m.def(
      "matmul",
      [](ValueArgument x, ValueArgument y, bool transpose_x, bool transpose_y,
         const std::string& name) {
        return matmul(to_value(x, "x"), to_value(y, "y"), {transpose_x, transpose_y}, name);
      },
      "x"_a, "y"_a, nb::kw_only(), "transpose_x"_a = false, "transpose_y"_a = false, "name"_a = "",
      "Matrix product of the last two axes, batched over the others.");
  m.def(
      "gemm",
      [](ValueArgument a, ValueArgument b, ValueArgument c, double alpha, double beta, bool trans_a,
         bool trans_b, const std::string& name) {
        return gemm(to_value(a, "a"), to_value(b, "b"), to_value(c, "c"),
                    {alpha, beta, trans_a, trans_b}, name);
      },
      "a"_a, "b"_a, "c"_a = nb::none(), nb::kw_only(), "alpha"_a = 1.0, "beta"_a = 1.0,
      "trans_a"_a = false, "trans_b"_a = false, "name"_a = "", "alpha·a·b + beta·c.");
}

}  // namespace convoy::python
