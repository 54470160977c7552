// The one list of ONNX operators that are read.
#include <algorithm>
#include <array>

#include "convoy/onnx/onnx.h"
#include "convoy/onnx/readers.h"

namespace convoy::onnx {

namespace {

// In order of their names; of other domains than ONNX's own at the end.
constexpr std::array operators{
    ReadableOperator{"Conv", 3, read_conv},
};

}  // namespace

const ReadableOperator* find_readable(std::string_view domain, std::string_view name) {
  const auto found = std::find_if(
      operators.begin(), operators.end(),
      [&](const ReadableOperator& op) { return op.name == name && op.domain == domain; });
  return found == operators.end() ? nullptr : &*found;
}

std::vector<std::string> supported_operators() {
  std::vector<std::string> names{"If"};
  for (const ReadableOperator& op : operators)
    names.push_back((op.domain.empty() ? "" : std::string(op.domain) + ".") + std::string(op.name));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace convoy::onnx
