// XLA by jaxlib in a worker process: the default on CPUs. A process that forks while one of its
// threads waits for the worker must not use the client in the child.
#pragma once

#include <memory>

#include "convoy/xla/client.h"

namespace convoy::xla {

/// A client whose worker is started by this call, and anew by the first call after it has died:
/// what programs and kept arrays it needs are sent again. NotSupportedError when there is no Python
/// or no jaxlib, with the command that installs it; Error when it does not start.
///
/// The worker ends with this process, also when that is killed. In a fork of this process the
/// client starts a worker of its own. Calls from several threads take turns.
std::shared_ptr<Client> start_worker();

}  // namespace convoy::xla
