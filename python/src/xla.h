// The jaxlib in this process, for the backend "xla".
#pragma once

#include <memory>

#include "convoy/xla/client.h"

namespace convoy::python {

/// The client of jaxlib's first device. NotSupportedError with what to install where it is missing.
std::shared_ptr<xla::Client> jax_client();

}  // namespace convoy::python
