// Ctrl-C.
#pragma once

#include "convoy/base/cancellation.h"

namespace convoy::cli {

/// Set off by the first Ctrl-C from the first call of this function on; a second one ends the
/// program at once, in case the first went unheard.
const Cancellation& cancelled_by_interrupt();

}  // namespace convoy::cli
