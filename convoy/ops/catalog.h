// All operators by name, with their inputs and attributes as text: what the text form, the command
// line and documentation need without knowing any operator.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "convoy/ops/ops.h"

namespace convoy {

/// One attribute of an operator.
struct AttributeInfo {
  std::string_view name;
  /// "integers", "bool", "one of sum, max", … .
  std::string type;
  std::string default_text;
  std::string_view documentation;
};

/// One operator under the name it prints and parses with; members of a family come one by one.
struct OperatorInfo {
  std::string_view name;
  /// The struct's name: "unary" for `exp`, the operator's own where it is no family.
  std::string_view family;
  Op prototype;  // with default attributes
  std::vector<std::string_view> inputs;
  std::vector<AttributeInfo> attributes;
};

/// Every operator, sorted by name. People's own operators are not among them.
const std::vector<OperatorInfo>& operators();

/// The operator called `name`; null when there is none.
const OperatorInfo* find_operator(std::string_view name);

/// Names and texts of all attributes of `op`, in the order of its fields.
std::vector<std::pair<std::string_view, std::string>> attributes_of(const Op& op);

/// Sets an attribute from its text. ValueError when `op` has none of this name or the text is not
/// of its form.
void set_attribute(Op& op, std::string_view name, std::string_view text);

/// "conv{stride=[2, 2], padding=same_upper, groups=1}": name and attributes of an operator.
std::string to_string(const Op& op);

}  // namespace convoy
