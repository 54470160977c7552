#include "module.h"

#include "convoy/base/version.h"

NB_MODULE(_convoy, m) {
  using namespace convoy::python;
  // What others still hold when the interpreter ends (JAX keeps arrays) is no fault to report.
  nanobind::set_leak_warnings(false);
  m.attr("__version__") = nanobind::str(convoy::version.data(), convoy::version.size());
  bind_errors(m);
  bind_arrays(m);
  bind_value(m);
  bind_graph(m);
  bind_plan(m);
  bind_function(m);
  bind_activation(m);
  bind_blocks(m);
  bind_conv(m);
  bind_elementwise(m);
  bind_linear(m);
  bind_norm(m);
  bind_onnx(m);
  bind_pool(m);
  bind_random(m);
  bind_reduce(m);
  bind_shape(m);
  bind_indexing(m);
  bind_patches(m);
  bind_resize(m);
  bind_losses(m);
  bind_nn(m);
  bind_models(m);
  bind_io(m);
  bind_stablehlo(m);
}
