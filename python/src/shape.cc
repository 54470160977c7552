#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

// One bound, or several; None stands for the end that a step of the same position starts from.
Shape to_bounds(nb::handle object, std::string_view what, const Integers& steps, bool is_start) {
  const auto is_list = nb::isinstance<nb::list>(object) || nb::isinstance<nb::tuple>(object);
  const nb::object list = is_list ? nb::borrow(object) : nb::object(nb::make_tuple(object));
  Shape bounds;
  for (const nb::handle item : list) {
    const size_t i = bounds.size();
    const int64_t step = i < steps.size() ? steps[i] : 1;
    if (!item.is_none()) {
      bounds.push_back(to_dim(item, what));
    } else if (is_start) {
      bounds.push_back(step < 0 ? Dim(slice_end) : Dim(0));
    } else {
      bounds.push_back(step < 0 ? slice_begin : slice_end);
    }
  }
  return bounds;
}

void bind_views(nb::module_& m) {
  m.def(
      "reshape",
      [](ValueArgument x, ShapeArgument shape, const std::string& name) {
        return reshape(to_value(x, "x"), to_shape(shape, "shape"), name);
      },
      "x"_a, "shape"_a, nb::kw_only(), "name"_a = "",
      "The elements of x under another shape; one size may be -1.");
  m.def(
      "flatten",
      [](ValueArgument x, int64_t first, int64_t last) {
        return flatten(to_value(x, "x"), first, last);
      },
      "x"_a, "first"_a = 1, "last"_a = -1, "Joins axes first…last, both included, into one.");
  m.def(
      "squeeze",
      [](ValueArgument x, IntegersArgument axes) {
        return squeeze(to_value(x, "x"), to_integers(axes, "axes"));
      },
      "x"_a, "axes"_a = nb::none(), "Removes axes of size 1, by default all of them.");
  m.def(
      "unsqueeze",
      [](ValueArgument x, IntegersArgument axes) {
        return unsqueeze(to_value(x, "x"), to_integers(axes, "axes"));
      },
      "x"_a, "axes"_a, "Inserts axes of size 1 at positions of the result.");
  m.def(
      "expand",
      [](ValueArgument x, ShapeArgument shape, const std::string& name) {
        return expand(to_value(x, "x"), to_shape(shape, "shape"), name);
      },
      "x"_a, "shape"_a, nb::kw_only(), "name"_a = "", "Broadcasts x to a shape.");
  m.def(
      "shape_of",
      [](ValueArgument x, const std::string& name) { return shape_of(to_value(x, "x"), name); },
      "x"_a, nb::kw_only(), "name"_a = "", "The sizes of x as an int64 vector.");
}

void bind_movement(nb::module_& m) {
  m.def(
      "transpose",
      [](ValueArgument x, IntegersArgument axes, const std::string& name) {
        return transpose(to_value(x, "x"), to_integers(axes, "axes"), name);
      },
      "x"_a, "axes"_a = nb::none(), nb::kw_only(), "name"_a = "",
      "Axes in another order, by default the reverse.");
  m.def(
      "flip",
      [](ValueArgument x, IntegersArgument axes, const std::string& name) {
        return flip(to_value(x, "x"), to_integers(axes, "axes"), name);
      },
      "x"_a, "axes"_a, nb::kw_only(), "name"_a = "", "x read backwards along axes.");
  m.def(
      "concat",
      [](ValuesArgument values, int64_t axis, const std::string& name) {
        return concat(to_values(values, "values"), axis, name);
      },
      "values"_a, "axis"_a = 0, nb::kw_only(), "name"_a = "",
      "Arrays one after the other along an axis.");
  m.def(
      "stack",
      [](ValuesArgument values, int64_t axis) { return stack(to_values(values, "values"), axis); },
      "values"_a, "axis"_a = 0, "Arrays of one shape joined along a new axis.");
  m.def(
      "tile",
      [](ValueArgument x, ShapeArgument repeats) {
        return tile(to_value(x, "x"), to_shape(repeats, "repeats"));
      },
      "x"_a, "repeats"_a, "x repeated as a whole along every axis, as numpy.tile.");
  m.def(
      "repeat",
      [](ValueArgument x, DimArgument count, int64_t axis) {
        return repeat(to_value(x, "x"), to_dim(count, "count"), axis);
      },
      "x"_a, "count"_a, "axis"_a, "Every element count times in a row, as numpy.repeat.");
  m.def(
      "depth_to_space",
      [](ValueArgument x, int64_t block, const std::string& mode) {
        return depth_to_space(to_value(x, "x"), block, parse_enum<DepthOrder>("mode", mode));
      },
      "x"_a, "block"_a, "mode"_a = "DCR", "Blocks of channels become blocks of pixels.");
  m.def(
      "space_to_depth",
      [](ValueArgument x, int64_t block, const std::string& mode) {
        return space_to_depth(to_value(x, "x"), block, parse_enum<DepthOrder>("mode", mode));
      },
      "x"_a, "block"_a, "mode"_a = "DCR", "Blocks of pixels become blocks of channels.");
}

void bind_parts(nb::module_& m) {
  m.def(
      "slice",
      [](ValueArgument x, ShapeArgument starts, ShapeArgument stops, IntegersArgument axes,
         IntegersArgument steps, const std::string& name) {
        const Integers step_list = to_integers(steps, "steps");
        return slice(to_value(x, "x"), to_bounds(starts, "starts", step_list, true),
                     to_bounds(stops, "stops", step_list, false), to_integers(axes, "axes"),
                     step_list, name);
      },
      "x"_a, "starts"_a, "stops"_a, "axes"_a = nb::none(), "steps"_a = nb::none(), nb::kw_only(),
      "name"_a = "", "x[start:stop:step] along axes, by default the first ones, as in NumPy.");
  m.def(
      "slice_input_grad",
      [](ValueArgument grad_output, ShapeArgument starts, ShapeArgument stops,
         IntegersArgument steps, ShapeArgument input_size, const std::string& name) {
        return slice_input_grad(to_value(grad_output, "grad_output"),
                                {to_shape(starts, "starts"), to_shape(stops, "stops"),
                                 to_integers(steps, "steps"), to_shape(input_size, "input_size")},
                                name);
      },
      "grad_output"_a, "starts"_a, "stops"_a, "steps"_a, "input_size"_a, nb::kw_only(),
      "name"_a = "", "Gradient of slice: grad_output put into zeros of shape input_size.");
  m.def(
      "split",
      [](ValueArgument x, ShapeArgument sections, int64_t axis) -> ValuesResult {
        const bool parts = nb::isinstance<nb::int_>(sections);
        const std::vector<Value> values =
            parts ? split(to_value(x, "x"), to_integers(sections, "sections")[0], axis)
                  : split(to_value(x, "x"), to_shape(sections, "sections"), axis);
        return nb::borrow<ValuesResult>(nb::tuple(nb::cast(values)));
      },
      "x"_a, "sections"_a, "axis"_a = 0,
      "Parts of stated sizes along an axis, or a number of equal parts.");
  m.def(
      "pad",
      [](ValueArgument x, ShapeArgument before, ShapeArgument after, const std::string& mode,
         double value, const std::string& name) {
        return pad(to_value(x, "x"), to_shape(before, "before"), to_shape(after, "after"),
                   parse_enum<PadMode>("mode", mode), value, name);
      },
      "x"_a, "before"_a, "after"_a, "mode"_a = "constant", "value"_a = 0.0, nb::kw_only(),
      "name"_a = "", "Elements added before and after every axis; negative numbers crop.");
  m.def(
      "pad_input_grad",
      [](ValueArgument grad_output, ShapeArgument before, ShapeArgument after,
         ShapeArgument input_size, const std::string& mode, const std::string& name) {
        return pad_input_grad(to_value(grad_output, "grad_output"),
                              {parse_enum<PadMode>("mode", mode), to_shape(before, "before"),
                               to_shape(after, "after"), to_shape(input_size, "input_size")},
                              name);
      },
      "grad_output"_a, "before"_a, "after"_a, "input_size"_a, "mode"_a = "constant", nb::kw_only(),
      "name"_a = "", "Gradient of pad, of shape input_size.");
}

}  // namespace

void bind_shape(nb::module_& m) {
  bind_views(m);
  bind_movement(m);
  bind_parts(m);
}

}  // namespace convoy::python
