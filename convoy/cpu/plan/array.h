// Where the values of a graph lie while a plan runs.
#pragma once

#include <cstdint>
#include <vector>

#include "convoy/base/type.h"
#include "convoy/cpu/kernels/blocked.h"

namespace convoy::cpu {

/// A piece of memory that a plan reads or writes.
struct Buffer {
  enum class Place {
    arena,     // of a call; shares bytes with others that do not live at the same time
    prepared,  // made of parameters and constants alone; kept from call to call
    input,     // an array of the call: an input or a parameter, by index
    output,    // a result of the call, by index
    constant,  // of the graph, by index
  };
  Place place = Place::arena;
  int64_t bytes = 0;
  size_t index = 0;
};

/// plain: row-major, as users have arrays. blocked: see kernels/blocked.h; float32, rank 3 and up.
/// blocked_bf16: such values rounded to bfloat16 while the plan runs.
enum class Form { plain, blocked, blocked_bf16 };
constexpr bool in_blocks(Form form) { return form != Form::plain; }

/// A value, or a part of one: its extents and where it lies. A blocked one may be some of the
/// channel blocks of a larger array, whose images then lie further apart.
struct Array {
  size_t buffer = 0;
  int64_t offset = 0;  // bytes
  DType dtype = DType::float32;
  Extents extents = {};
  Form form = Form::plain;
  int64_t batch_stride = 0;  // elements between images; of blocked arrays

  int64_t elements() const;  // padding of blocks included
  int64_t bytes() const { return elements() * size_of(dtype); }
  /// The spatial extents, at most three of them: leading ones are 1.
  Axes axes() const;
  int64_t channels() const { return extents[1]; }
  /// In the terms of kernels; of a plain array too.
  Strides strides() const;
};

/// Spatial extents as three axes; of rank at most 5.
Axes to_axes(const Extents& spatial, int64_t missing = 1);

/// The arrays of one call by buffer.
class Bases {
 public:
  explicit Bases(std::byte* const* bases) : bases_(bases) {}
  std::byte* bytes(const Array& array) const { return bases_[array.buffer] + array.offset; }
  float* floats(const Array& array) const { return reinterpret_cast<float*>(bytes(array)); }

 private:
  std::byte* const* bases_;
};

}  // namespace convoy::cpu
