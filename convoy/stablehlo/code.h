// StableHLO operations as lines of text. Nothing here knows Convoy's operators; names and meaning
// are those of the StableHLO specification.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "convoy/base/tensor.h"
#include "convoy/base/type.h"
#include "convoy/ops/attributes.h"

namespace convoy::stablehlo {

/// A value of the program: its name and the type of the array it stands for.
struct Operand {
  std::string name;
  DType dtype = DType::float32;
  Extents shape;

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  int64_t dim(int64_t axis) const { return shape[static_cast<size_t>(axis)]; }
};
using Operands = std::vector<Operand>;

/// "tensor<1x3x32x32xf32>".
std::string tensor_type(DType dtype, const Extents& shape);
/// `value` as an element of `dtype` is written: "1.5", "0x7FC00000", "true".
std::string literal(double value, DType dtype);

/// How a window slides over the axes of an operand; every list has one entry per axis of it.
struct SlidingWindow {
  Extents size, stride, dilation;
  std::vector<std::pair<int64_t, int64_t>> padding;  // begin, end; negative crops
};

/// Which axis of each array of a convolution is what, and how the window slides over the spatial
/// ones. `lhs`, `rhs` and `result` name axes in order: "b", "f", "o", "i", or the number of a
/// spatial axis.
struct Convolution {
  std::string lhs, rhs, result;
  Extents stride, lhs_dilation, rhs_dilation;
  std::vector<std::pair<int64_t, int64_t>> padding;
  int64_t feature_group_count = 1, batch_group_count = 1;
};

/// Attributes of gather, and of scatter under its own names for them.
struct GatherAxes {
  Extents offset_dims, collapsed_slice_dims, operand_batching_dims, indices_batching_dims,
      start_index_map;
  int64_t index_vector_dim;
};

/// A block of operations under construction; blocks nest.
class Code {
 public:
  /// Combines the elements a reduction, a window or a scatter brings together.
  using Combine = std::function<Operand(Code&, const Operand&, const Operand&)>;

  explicit Code(size_t indent = 0) : indent_(indent, ' ') {}
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  const std::string& text() const { return text_; }
  void comment(std::string_view text);

  /// A constant of one value in every element.
  Operand splat(double value, DType dtype, const Extents& shape = {});
  Operand splat(double value, const Operand& like) { return splat(value, like.dtype, like.shape); }
  Operand constant(const Tensor& value);
  /// A vector of int64.
  Operand integers(const Integers& values);
  /// 0, 1, … along `axis`.
  Operand iota(DType dtype, const Extents& shape, int64_t axis);

  /// Elementwise, without change of type: "negate", "exponential", "is_finite" gives bool.
  Operand unary(std::string_view op, const Operand& x);
  /// Elementwise, of two operands of one type: "add", "maximum", "shift_left", ….
  Operand binary(std::string_view op, const Operand& x, const Operand& y);
  Operand add(const Operand& x, const Operand& y) { return binary("add", x, y); }
  Operand sub(const Operand& x, const Operand& y) { return binary("subtract", x, y); }
  Operand mul(const Operand& x, const Operand& y) { return binary("multiply", x, y); }
  Operand div(const Operand& x, const Operand& y) { return binary("divide", x, y); }
  /// The same with a number in place of y.
  Operand add(const Operand& x, double y) { return add(x, splat(y, x)); }
  Operand sub(const Operand& x, double y) { return sub(x, splat(y, x)); }
  Operand mul(const Operand& x, double y) { return mul(x, splat(y, x)); }
  Operand div(const Operand& x, double y) { return div(x, splat(y, x)); }
  /// "EQ", "NE", "LT", "LE", "GT", "GE"; of floats with NaN unequal to all, of integers by sign.
  Operand compare(std::string_view direction, const Operand& x, const Operand& y);
  Operand compare(std::string_view direction, const Operand& x, double y) {
    return compare(direction, x, splat(y, x));
  }
  /// `condition` is of the shape of the others, or a scalar.
  Operand select(const Operand& condition, const Operand& yes, const Operand& no);
  Operand convert(const Operand& x, DType dtype);
  Operand bitcast(const Operand& x, DType dtype);

  /// x's axis i becomes axis axes[i] of the result; sizes of 1 are repeated.
  Operand broadcast(const Operand& x, const Extents& shape, const Extents& axes);
  /// NumPy's broadcast: axes are aligned from the last.
  Operand broadcast(const Operand& x, const Extents& shape);
  /// What a reduction over `axes` left of an array of `shape`, repeated along them again.
  Operand spread(const Operand& reduced, const Extents& shape, const Extents& axes);
  /// x, whose computation compilers then keep apart from what is made of it.
  Operand barrier(const Operand& x);
  Operand reshape(const Operand& x, const Extents& shape);
  Operand transpose(const Operand& x, const Extents& order);
  Operand reverse(const Operand& x, const Extents& axes);
  Operand concatenate(const Operands& parts, int64_t axis);
  /// Elements start, start + stride, … before limit on each axis.
  Operand slice(const Operand& x, const Extents& start, const Extents& limit,
                const Extents& stride);
  /// Elements start … limit − 1 of one axis.
  Operand slice(const Operand& x, int64_t axis, int64_t start, int64_t limit);
  /// Negative sides crop; `interior` elements are put between neighbours.
  Operand pad(const Operand& x, const Operand& value, const Extents& low, const Extents& high,
              const Extents& interior);
  Operand dynamic_update_slice(const Operand& x, const Operand& update, const Operands& starts);

  /// Over `axes`, which the result lacks, starting from `initial`.
  Operand reduce(const Operand& x, const Extents& axes, double initial, std::string_view op);
  /// Several operands at once: `initial` scalars, and a body from (accumulated…, elements…).
  Operands reduce(const Operands& x, const Extents& axes, const Operands& initial,
                  const std::function<Operands(Code&, const Operands&)>& body);
  Operand reduce_window(const Operand& x, const SlidingWindow& window, double initial,
                        std::string_view op);
  Operands reduce_window(const Operands& x, const SlidingWindow& window, const Operands& initial,
                         const std::function<Operands(Code&, const Operands&)>& body);
  Operand convolution(const Operand& lhs, const Operand& rhs, const Convolution& how);
  /// Batch axes of both first in the result, then what is left of lhs, then of rhs.
  Operand dot_general(const Operand& lhs, const Operand& rhs, const Extents& lhs_batch,
                      const Extents& rhs_batch, const Extents& lhs_contract,
                      const Extents& rhs_contract);
  /// Indices beyond the array are brought to its border.
  Operand gather(const Operand& x, const Operand& indices, const GatherAxes& axes,
                 const Extents& slice_sizes);
  /// Indices beyond the array are left out. `body` is from (old, update).
  Operand scatter(const Operand& x, const Operand& indices, const Operand& updates,
                  const GatherAxes& axes, const Combine& body);
  /// Along `axis`; `less` is from (a0, b0, a1, b1, …) of the operands.
  Operands sort(const Operands& x, int64_t axis, bool stable,
                const std::function<Operand(Code&, const Operands&)>& less);
  /// While `condition` of the values holds, `body` of them replaces them.
  Operands loop(const Operands& initial,
                const std::function<Operand(Code&, const Operands&)>& condition,
                const std::function<Operands(Code&, const Operands&)>& body);

  /// A parameter of the function that is being written: a fresh name.
  Operand parameter(const Type& type);
  /// The end of a function or region.
  void give(std::string_view terminator, const Operands& results);

 private:
  std::string fresh();
  void line(const std::string& text);
  Operand result(const std::string& right, DType dtype, const Extents& shape);
  Operands results(const std::string& right, const Operands& types);
  /// reduce or reduce_window: `shape` is that of every result, `body` from (accumulated…,
  /// elements…), `initial` of one scalar for each operand.
  Operands folded(std::string_view op, const Operands& x, const Operands& initial,
                  const std::string& attributes, const Extents& shape,
                  const std::function<Operands(Code&, const Operands&)>& body);
  /// A region of parameters of these types; the text of it with braces.
  std::string region(const Operands& parameters,
                     const std::function<Operands(Code&, const Operands&)>& body);

  std::string indent_;
  std::string text_;
  size_t own_next_ = 0;
  size_t* next_ = &own_next_;  // nested blocks number their values on
};

}  // namespace convoy::stablehlo
