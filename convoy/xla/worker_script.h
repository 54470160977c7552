// The program of the worker process.
#pragma once

#include <string_view>

namespace convoy::xla {

/// python/convoy/_jaxlib.py followed by worker.py, which the build puts here.
extern const std::string_view worker_script;

}  // namespace convoy::xla
