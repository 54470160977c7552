// The one thing that matters in EXIF data here: how the camera was held.
#pragma once

#include <string_view>

namespace convoy::io {

/// The orientation that a block of EXIF data (from "II" or "MM" on) states: 1 upright, 2 mirrored,
/// 3 turned by 180°, 4 both, 5 mirrored and turned by 270° clockwise, 6 by 90° clockwise, 7
/// mirrored and turned by 90°, 8 by 270° — what has to be done to see it upright. 1 where nothing
/// sensible is stated. (CIPA DC-008, "Exchangeable image file format", and TIFF 6.0.)
int exif_orientation(std::string_view exif);

}  // namespace convoy::io
