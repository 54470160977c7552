// Looking at the text of programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convoy/stablehlo/stablehlo.h"

namespace convoy::stablehlo {

inline std::string text_of(std::vector<Value> inputs, std::vector<Value> outputs,
                           Layout layout = Layout::channels_first) {
  return lower(Graph(std::move(inputs), std::move(outputs)), {.layout = layout}).text;
}

/// How often `part` stands in `text`.
inline int times(std::string_view text, std::string_view part) {
  int count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

inline Value pictures(Shape shape, DType dtype = DType::float32) {
  return input("x", {dtype, std::move(shape)});
}

}  // namespace convoy::stablehlo
