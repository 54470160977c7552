// Which processor this is.
#pragma once

#include <string>

namespace convoy::cpu {

/// What it calls itself, such as "AMD EPYC 9454 48-Core Processor"; its architecture where it does
/// not tell.
std::string processor_name();

}  // namespace convoy::cpu
