// The parts of the extension module, one function per file.
#pragma once

#include <nanobind/nanobind.h>

namespace convoy::python {

void bind_activation(nanobind::module_& m);
void bind_arrays(nanobind::module_& m);
void bind_blocks(nanobind::module_& m);
void bind_conv(nanobind::module_& m);
void bind_elementwise(nanobind::module_& m);
void bind_errors(nanobind::module_& m);
void bind_function(nanobind::module_& m);
void bind_graph(nanobind::module_& m);
void bind_indexing(nanobind::module_& m);
void bind_linear(nanobind::module_& m);
void bind_norm(nanobind::module_& m);
void bind_onnx(nanobind::module_& m);
void bind_patches(nanobind::module_& m);
void bind_plan(nanobind::module_& m);
void bind_pool(nanobind::module_& m);
void bind_random(nanobind::module_& m);
void bind_reduce(nanobind::module_& m);
void bind_resize(nanobind::module_& m);
void bind_shape(nanobind::module_& m);
void bind_stablehlo(nanobind::module_& m);
void bind_value(nanobind::module_& m);
void bind_losses(nanobind::module_& m);
void bind_nn(nanobind::module_& m);
void bind_models(nanobind::module_& m);
void bind_io(nanobind::module_& m);

}  // namespace convoy::python
