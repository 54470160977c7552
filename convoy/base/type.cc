#include "convoy/base/type.h"

#include "convoy/base/error.h"

namespace convoy {

std::string to_string(const Type& type) {
  return std::string(to_string(type.dtype)) + to_string(type.shape);
}

Type parse_type(std::string_view text) {
  const size_t open = text.find('[');
  if (open == std::string_view::npos || text.back() != ']')
    throw ValueError("cannot read the type '" + std::string(text) +
                     "'; expected a form such as float32[N,3,224,224]");
  Type type{parse_dtype(text.substr(0, open)), {}};
  std::string_view list = text.substr(open + 1, text.size() - open - 2);
  if (list.empty()) return type;
  // Commas inside parentheses belong to max(a, b), those in backquotes to a symbol's name.
  size_t start = 0;
  int depth = 0;
  bool in_name = false;
  for (size_t i = 0; i <= list.size(); ++i) {
    if (i == list.size() || (list[i] == ',' && depth == 0 && !in_name)) {
      type.shape.push_back(Dim::parse(list.substr(start, i - start)));
      start = i + 1;
      continue;
    }
    if (list[i] == '`') in_name = !in_name;
    if (!in_name) depth += list[i] == '(' ? 1 : list[i] == ')' ? -1 : 0;
  }
  return type;
}

}  // namespace convoy
