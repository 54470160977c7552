#include "convoy/graph/text.h"

namespace convoy {

std::string to_string(const Op& op) {
  return std::visit(
      [](const auto& o) {
        std::string attributes;
        std::apply(
            [&](const auto&... field) {
              ((attributes += (attributes.empty() ? "" : ", ") + std::string(field.name) + "=" +
                              attribute_text(o.*field.member)),
               ...);
            },
            o.fields);
        std::string text(operator_name(o));
        return attributes.empty() ? text : text + "{" + attributes + "}";
      },
      op);
}

}  // namespace convoy
