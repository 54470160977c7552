// How StableHLO spells types, numbers and lists.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "convoy/stablehlo/code.h"

namespace convoy::stablehlo {

/// The type of one operand; those of several, and their names, with commas between.
std::string type_of(const Operand& x);
std::string types_of(const Operands& operands);
std::string names_of(const Operands& operands);
/// "[1, 2]".
std::string list(const Extents& values);
/// "array<i64: 1, 2>".
std::string i64_array(const Extents& values);
/// "[[0, 1], [2, 3]]".
std::string pairs(const std::vector<std::pair<int64_t, int64_t>>& values);
/// A name, which may hold anything, fit for a comment.
std::string on_one_line(std::string name);
/// Elements in nested brackets, or as the hexadecimal digits of their bytes when there are many.
std::string elements_of(const Tensor& value);

}  // namespace convoy::stablehlo
