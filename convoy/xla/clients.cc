#include "convoy/base/error.h"
#include "convoy/xla/xla.h"

namespace convoy::xla {

std::shared_ptr<Client> client_for(const std::filesystem::path&) {
  throw NotSupportedError("no client yet");
}

}  // namespace convoy::xla
