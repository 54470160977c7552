// Arrays by name: what networks are fed, and what their weights are kept as.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "convoy/base/tensor.h"

namespace convoy {

using NamedTensors = std::map<std::string, Tensor, std::less<>>;

}  // namespace convoy
