// The classes of COCO, the data set that detectors are usually trained on.
#pragma once

#include <span>
#include <string_view>

namespace convoy::models {

/// The 80 names in the order of detectors' outputs. (Lin et al., "Microsoft COCO: common objects
/// in context", 2014.)
std::span<const std::string_view> coco_names();

}  // namespace convoy::models
