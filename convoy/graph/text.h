// The readable text of graphs, printed and parsed back.
#pragma once

#include <string>

#include "convoy/graph/graph.h"

namespace convoy {

/// "conv{stride=[2, 2], padding=same_upper, groups=1}": name and attributes of an operator.
std::string to_string(const Op& op);

}  // namespace convoy
