#include "convoy/composites/depth_to_space.h"

#include <fmt/format.h>

#include "convoy/onnx/readers.h"

namespace convoy::onnx {

namespace {

DepthOrder read_order(Reading& in) {
  if (in.input(0).rank() != 4)
    in.refuse(fmt::format("the input must have rank 4, it is {}", to_string(in.input(0).type())));
  return parse_enum<DepthOrder>("mode", in.string("mode", "DCR"));
}

}  // namespace

std::vector<Value> read_depth_to_space(Reading& in) {
  return {depth_to_space(in.input(0), in.required_integer("blocksize"), read_order(in))};
}

std::vector<Value> read_space_to_depth(Reading& in) {
  return {space_to_depth(in.input(0), in.required_integer("blocksize"), read_order(in))};
}

}  // namespace convoy::onnx
