// Layouts of the backend "xla", by name.
#pragma once

#include <optional>

#include <nanobind/nanobind.h>

#include "convoy/stablehlo/stablehlo.h"

namespace convoy::python {

/// 'channels_first', 'channels_last', or None.
std::optional<stablehlo::Layout> to_layout(nanobind::handle name);

}  // namespace convoy::python
