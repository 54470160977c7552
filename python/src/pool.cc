#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "convoy/base/error.h"
#include "convoy/ops/adaptive_pool.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/lp_pool.h"
#include "convoy/ops/max_pool.h"
#include "convoy/ops/max_unpool.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

// The attributes of a sliding window, which every pooling operator has.
template <class O>
O windowed(nb::handle kernel, nb::handle stride, nb::handle padding, nb::handle dilation,
           bool ceil_mode) {
  O op;
  op.kernel = to_integers(kernel, "kernel");
  op.stride = to_integers(stride, "stride");
  op.padding = to_padding(padding);
  op.dilation = to_integers(dilation, "dilation");
  op.ceil_mode = ceil_mode;
  return op;
}

// None or a positive number; 0 means none to the operator only.
int64_t to_divisor(nb::handle object) {
  if (object.is_none()) return 0;
  const Integers divisor = to_integers(object, "divisor_override");
  if (divisor.size() != 1 || divisor[0] < 1)
    throw ValueError("avg_pool (C8): divisor_override must be an int, at least 1, got " +
                     python_text(object));
  return divisor[0];
}

nb::object values_or_both(const std::vector<Value>& outputs, bool return_indices) {
  if (return_indices) return nb::make_tuple(outputs[0], outputs[1]);
  return nb::cast(outputs[0]);
}

// Entries that are None keep the size of x.
Shape to_output_size(nb::handle object, const Value& x) {
  if (!nb::isinstance<nb::tuple>(object) && !nb::isinstance<nb::list>(object))
    return to_shape(object, "output_size");
  Shape size;
  for (const nb::handle entry : object) {
    const auto axis = static_cast<int64_t>(size.size()) + 2;
    size.push_back(entry.is_none() && axis < x.rank() ? x.dim(axis) : to_dim(entry, "output_size"));
  }
  return size;
}

void bind_windows(nb::module_& m) {
  m.def(
      "max_pool",
      [](ValueArgument x, IntegersArgument kernel, IntegersArgument stride, PaddingArgument padding,
         IntegersArgument dilation, bool ceil_mode, bool return_indices,
         const std::string& name) -> ResultsResult {
        return nb::borrow<ResultsResult>(values_or_both(
            max_pool_with_indices(to_value(x, "x"),
                                  windowed<MaxPool>(kernel, stride, padding, dilation, ceil_mode),
                                  name),
            return_indices));
      },
      "x"_a, "kernel"_a, nb::kw_only(), "stride"_a = nb::none(), "padding"_a = 0, "dilation"_a = 1,
      "ceil_mode"_a = false, "return_indices"_a = false, "name"_a = "",
      "Maxima of the windows of x[N,C,S…]; with return_indices also where they are in their "
      "plane.");
  m.def(
      "avg_pool",
      [](ValueArgument x, IntegersArgument kernel, IntegersArgument stride, PaddingArgument padding,
         IntegersArgument dilation, bool ceil_mode, bool count_include_pad,
         OptionalIntArgument divisor_override, const std::string& name) {
        auto op = windowed<AvgPool>(kernel, stride, padding, dilation, ceil_mode);
        op.count_include_pad = count_include_pad;
        op.divisor_override = to_divisor(divisor_override);
        return avg_pool(to_value(x, "x"), std::move(op), name);
      },
      "x"_a, "kernel"_a, nb::kw_only(), "stride"_a = nb::none(), "padding"_a = 0, "dilation"_a = 1,
      "ceil_mode"_a = false, "count_include_pad"_a = true, "divisor_override"_a = nb::none(),
      "name"_a = "", "Means of the windows of x[N,C,S…].");
  m.def(
      "avg_pool_input_grad",
      [](ValueArgument grad_output, ShapeArgument input_size, IntegersArgument kernel,
         IntegersArgument stride, PaddingArgument padding, IntegersArgument dilation,
         bool ceil_mode, bool count_include_pad, OptionalIntArgument divisor_override,
         const std::string& name) {
        auto op = windowed<AvgPoolInputGrad>(kernel, stride, padding, dilation, ceil_mode);
        op.count_include_pad = count_include_pad;
        op.divisor_override = to_divisor(divisor_override);
        op.input_size = to_shape(input_size, "input_size");
        return avg_pool_input_grad(to_value(grad_output, "grad_output"), std::move(op), name);
      },
      "grad_output"_a, "input_size"_a, "kernel"_a, nb::kw_only(), "stride"_a = nb::none(),
      "padding"_a = 0, "dilation"_a = 1, "ceil_mode"_a = false, "count_include_pad"_a = true,
      "divisor_override"_a = nb::none(), "name"_a = "",
      "Gradient of avg_pool in x, of spatial size input_size.");
  m.def(
      "lp_pool",
      [](ValueArgument x, IntegersArgument kernel, double p, IntegersArgument stride,
         PaddingArgument padding, IntegersArgument dilation, bool ceil_mode,
         const std::string& name) {
        auto op = windowed<LpPool>(kernel, stride, padding, dilation, ceil_mode);
        op.p = p;
        return lp_pool(to_value(x, "x"), std::move(op), name);
      },
      "x"_a, "kernel"_a, nb::kw_only(), "p"_a = 2.0, "stride"_a = nb::none(), "padding"_a = 0,
      "dilation"_a = 1, "ceil_mode"_a = false, "name"_a = "",
      "(Σ|x|^p)^(1/p) over the windows of x[N,C,S…].");
}

void bind_unpooling(nb::module_& m) {
  m.def(
      "max_unpool",
      [](ValueArgument x, ValueArgument indices, ShapeArgument output_size, bool accumulate,
         const std::string& name) {
        return max_unpool(
            to_value(x, "x"), to_value(indices, "indices"),
            {.output_size = to_shape(output_size, "output_size"), .accumulate = accumulate}, name);
      },
      "x"_a, "indices"_a, "output_size"_a, nb::kw_only(), "accumulate"_a = false, "name"_a = "",
      "Puts x at indices of planes of spatial size output_size that are zero elsewhere.");
  m.def(
      "max_unpool_grad",
      [](ValueArgument grad, ValueArgument indices, bool accumulate, const std::string& name) {
        return max_unpool_grad(to_value(grad, "grad"), to_value(indices, "indices"),
                               {.accumulate = accumulate}, name);
      },
      "grad"_a, "indices"_a, nb::kw_only(), "accumulate"_a = false, "name"_a = "",
      "Gradient of max_unpool in x: the elements of grad at indices.");
}

}  // namespace

void bind_pool(nb::module_& m) {
  bind_windows(m);
  bind_unpooling(m);
  m.def(
      "global_max_pool", [](ValueArgument x) { return global_max_pool(to_value(x, "x")); }, "x"_a,
      "The largest element of each channel of x[N,C,S…], as [N,C,1…].");
  m.def(
      "global_avg_pool", [](ValueArgument x) { return global_avg_pool(to_value(x, "x")); }, "x"_a,
      "The mean of each channel of x[N,C,S…], as [N,C,1…].");
  m.def(
      "adaptive_avg_pool",
      [](ValueArgument x, ShapeArgument output_size, const std::string& name) {
        const Value value = to_value(x, "x");
        return adaptive_avg_pool(value, {to_output_size(output_size, value)}, name);
      },
      "x"_a, "output_size"_a, nb::kw_only(), "name"_a = "",
      "Means of windows that divide x[N,C,S…] into output_size parts; None keeps an axis.");
  m.def(
      "adaptive_avg_pool_input_grad",
      [](ValueArgument grad_output, ShapeArgument input_size, const std::string& name) {
        return adaptive_avg_pool_input_grad(to_value(grad_output, "grad_output"),
                                            {to_shape(input_size, "input_size")}, name);
      },
      "grad_output"_a, "input_size"_a, nb::kw_only(), "name"_a = "",
      "Gradient of adaptive_avg_pool in x, of spatial size input_size.");
  m.def(
      "adaptive_max_pool",
      [](ValueArgument x, ShapeArgument output_size, bool return_indices,
         const std::string& name) -> ResultsResult {
        const Value value = to_value(x, "x");
        return nb::borrow<ResultsResult>(values_or_both(
            adaptive_max_pool_with_indices(value, {to_output_size(output_size, value)}, name),
            return_indices));
      },
      "x"_a, "output_size"_a, nb::kw_only(), "return_indices"_a = false, "name"_a = "",
      "Maxima of windows that divide x[N,C,S…] into output_size parts; None keeps an axis.");
}

}  // namespace convoy::python
