#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

template <class O>
O interpolation(const std::string& mode, const std::string& coordinate_mode,
                const std::string& nearest_mode, nb::handle scales, double cubic_coeff_a,
                bool antialias, bool exclude_outside) {
  O op;
  op.mode = parse_enum<ResizeMode>("mode", mode);
  op.coordinate_mode = parse_enum<CoordinateMode>("coordinate_mode", coordinate_mode);
  op.nearest_mode = parse_enum<NearestMode>("nearest_mode", nearest_mode);
  op.scales = to_numbers(scales, "scales");
  op.cubic_coeff_a = cubic_coeff_a;
  op.antialias = antialias;
  op.exclude_outside = exclude_outside;
  return op;
}

}  // namespace

void bind_resize(nb::module_& m) {
  m.def(
      "resize",
      [](ValueArgument x, ShapeArgument size, NumbersArgument scales, const std::string& mode,
         const std::string& coordinate_mode, const std::string& nearest_mode, double cubic_coeff_a,
         bool antialias, bool exclude_outside, const std::string& name) {
        auto op = interpolation<Resize>(mode, coordinate_mode, nearest_mode, scales, cubic_coeff_a,
                                        antialias, exclude_outside);
        if (!size.is_none()) op.size = to_shape(size, "size");
        return resize(to_value(x, "x"), std::move(op), name);
      },
      "x"_a, "size"_a = nb::none(), nb::kw_only(), "scales"_a = nb::none(), "mode"_a = "nearest",
      "coordinate_mode"_a = "half_pixel", "nearest_mode"_a = "round_prefer_floor",
      "cubic_coeff_a"_a = -0.75, "antialias"_a = false, "exclude_outside"_a = false, "name"_a = "",
      "x[N,C,S…] resampled to a spatial size, or by scales.");
  m.def(
      "resize_input_grad",
      [](ValueArgument grad_output, ShapeArgument input_size, NumbersArgument scales,
         const std::string& mode, const std::string& coordinate_mode,
         const std::string& nearest_mode, double cubic_coeff_a, bool antialias,
         bool exclude_outside, const std::string& name) {
        auto op = interpolation<ResizeInputGrad>(mode, coordinate_mode, nearest_mode, scales,
                                                 cubic_coeff_a, antialias, exclude_outside);
        op.input_size = to_shape(input_size, "input_size");
        return resize_input_grad(to_value(grad_output, "grad_output"), std::move(op), name);
      },
      "grad_output"_a, "input_size"_a, nb::kw_only(), "scales"_a = nb::none(), "mode"_a = "nearest",
      "coordinate_mode"_a = "half_pixel", "nearest_mode"_a = "round_prefer_floor",
      "cubic_coeff_a"_a = -0.75, "antialias"_a = false, "exclude_outside"_a = false, "name"_a = "",
      "Gradient of resize, of spatial size input_size.");
}

}  // namespace convoy::python
