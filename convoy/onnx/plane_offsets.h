// Where the elements that pooling chose are: ONNX counts over the whole array, Convoy over the
// channel's own plane.
#pragma once

#include "convoy/onnx/reading.h"
#include "convoy/onnx/writing.h"

namespace convoy::onnx {

/// Offsets into planes of x[N,C,S…], as offsets into all of x; column by column within the plane
/// when `column_major`.
Value to_tensor_offsets(const Value& offsets, const Value& x, bool column_major);
/// The reverse, for row-major offsets into an array with planes of `size`.
Value to_plane_offsets(const Value& offsets, const Shape& size);

/// Output k: the offsets into planes of `size` that the offsets `name` into the whole array are.
void write_plane_offsets(Writing& out, size_t k, const std::string& name, const Shape& size);

/// to_plane_offsets(to_tensor_offsets(i)) is i: the offsets i when `node` does that; none
/// otherwise.
Value plane_offsets_restored(const Node& node, const std::vector<Value>& inputs);

}  // namespace convoy::onnx
