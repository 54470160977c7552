#include <limits>

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arguments.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

void bind_indexing(nb::module_& m) {
  m.def(
      "gather",
      [](ValueArgument x, ValueArgument indices, int64_t axis, const std::string& name) {
        return gather(to_value(x, "x"), to_value(indices, "indices"), axis, name);
      },
      "x"_a, "indices"_a, "axis"_a = 0, nb::kw_only(), "name"_a = "",
      "Whole slices of x picked along an axis, as numpy.take.");
  m.def(
      "gather_elements",
      [](ValueArgument x, ValueArgument indices, int64_t axis, const std::string& name) {
        return gather_elements(to_value(x, "x"), to_value(indices, "indices"), axis, name);
      },
      "x"_a, "indices"_a, "axis"_a = 0, nb::kw_only(), "name"_a = "",
      "Single elements of x picked along an axis, as numpy.take_along_axis.");
  m.def(
      "gather_nd",
      [](ValueArgument x, ValueArgument indices, int64_t batch_dims, const std::string& name) {
        return gather_nd(to_value(x, "x"), to_value(indices, "indices"), batch_dims, name);
      },
      "x"_a, "indices"_a, "batch_dims"_a = 0, nb::kw_only(), "name"_a = "",
      "Slices of x picked by the tuples along the last axis of indices.");
  m.def(
      "scatter_elements",
      [](ValueArgument x, ValueArgument indices, ValueArgument updates, int64_t axis,
         const std::string& reduction, const std::string& name) {
        return scatter_elements(to_value(x, "x"), to_value(indices, "indices"),
                                to_value(updates, "updates"), axis,
                                parse_enum<ScatterReduction>("reduction", reduction), name);
      },
      "x"_a, "indices"_a, "updates"_a, "axis"_a = 0, "reduction"_a = "none", nb::kw_only(),
      "name"_a = "", "x with single elements replaced by updates, or combined with them.");
  m.def(
      "scatter_nd",
      [](ValueArgument x, ValueArgument indices, ValueArgument updates,
         const std::string& reduction, int64_t batch_dims, const std::string& name) {
        return scatter_nd(to_value(x, "x"), to_value(indices, "indices"),
                          to_value(updates, "updates"),
                          parse_enum<ScatterReduction>("reduction", reduction), batch_dims, name);
      },
      "x"_a, "indices"_a, "updates"_a, "reduction"_a = "none", "batch_dims"_a = 0, nb::kw_only(),
      "name"_a = "", "x with slices replaced by updates, or combined with them.");
  m.def(
      "non_max_suppression",
      [](ValueArgument boxes, ValueArgument scores, int64_t max_output_boxes_per_class,
         double iou_threshold, double score_threshold, bool center_point_box,
         const std::string& name) -> ValuesResult {
        const auto [selected, count] =
            non_max_suppression(to_value(boxes, "boxes"), to_value(scores, "scores"),
                                {.max_output_boxes_per_class = max_output_boxes_per_class,
                                 .iou_threshold = iou_threshold,
                                 .score_threshold = score_threshold,
                                 .center_point_box = center_point_box},
                                name);
        return nb::borrow<ValuesResult>(nb::make_tuple(selected, count));
      },
      "boxes"_a, "scores"_a, nb::kw_only(), "max_output_boxes_per_class"_a = 0,
      "iou_threshold"_a = 0.0, "score_threshold"_a = -std::numeric_limits<double>::infinity(),
      "center_point_box"_a = false, "name"_a = "",
      "(selected, count): rows (batch, class, box) of the boxes kept, padded with -1.");
}

}  // namespace convoy::python
