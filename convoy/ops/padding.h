// Padding of convolutions and pooling, of every kind the field knows.
#pragma once

#include <initializer_list>

#include "convoy/ops/attributes.h"

namespace convoy {

/// How a sliding window treats the borders of its spatial axes. With
/// k_eff = dilation·(k−1)+1, begin and end per axis are
///
/// | valid      | 0, 0 |
/// | explicit   | as stated, one pair per axis, begin and end may differ |
/// | same_upper | out = ceil(in/stride); the odd one goes to the end (JAX SAME, ONNX SAME_UPPER) |
/// | same_lower | as above, the odd one goes to the begin |
/// | half       | floor(k_eff/2) on both sides at every stride (Theano's half) |
/// | full       | k_eff − 1 on both sides |
class Padding {
 public:
  enum class Kind { explicit_sides, valid, same_upper, same_lower, half, full };
  using Sides = std::pair<int64_t, int64_t>;  // begin, end

  /// No padding.
  Padding() = default;
  /// The same on both sides of every axis.
  Padding(int64_t all) : sides_{{all, all}} {}  // NOLINT: 1 reads as a padding of 1
  Padding(int all) : Padding(int64_t{all}) {}   // NOLINT
  /// One per axis, the same on both sides of it.
  Padding(std::initializer_list<int64_t> per_axis);
  explicit Padding(const Integers& per_axis);
  /// (begin, end) per axis.
  Padding(std::initializer_list<Sides> per_axis) : sides_(per_axis) {}
  explicit Padding(std::vector<Sides> per_axis) : sides_(std::move(per_axis)) {}
  explicit Padding(Kind kind) : kind_(kind) {}

  static const Padding valid, same_upper, same_lower, half, full;
  /// same_upper.
  static const Padding same;

  /// The padding of a name ("valid", "same", "same_upper", …); ValueError lists the known names.
  static Padding named(std::string_view name);

  Kind kind() const { return kind_; }
  bool is_explicit() const { return kind_ == Kind::explicit_sides; }
  /// Explicit sides as given: none (no padding), one pair for all axes, or one per axis.
  const std::vector<Sides>& sides() const { return sides_; }
  /// Explicit sides spelled out for `rank` axes; other kinds unchanged.
  Padding for_rank(size_t rank) const;
  bool operator==(const Padding&) const = default;

 private:
  Kind kind_ = Kind::explicit_sides;
  std::vector<Sides> sides_;
};

template <>
struct EnumNames<Padding::Kind> {
  static constexpr std::array values{
      std::pair{Padding::Kind::explicit_sides, std::string_view("explicit")},
      std::pair{Padding::Kind::valid, std::string_view("valid")},
      std::pair{Padding::Kind::same_upper, std::string_view("same_upper")},
      std::pair{Padding::Kind::same_lower, std::string_view("same_lower")},
      std::pair{Padding::Kind::half, std::string_view("half")},
      std::pair{Padding::Kind::full, std::string_view("full")},
  };
};

/// "same_upper", or "[(1, 2), (0, 1)]".
std::string attribute_text(const Padding& value);
void read_attribute(std::string_view text, Padding& value);

/// Begin and end of the padding on one axis; symbolic where `same` meets a symbolic input.
std::pair<Dim, Dim> resolve(const Padding& padding, size_t axis, const Dim& in, const Dim& kernel,
                            int64_t stride, int64_t dilation);

/// The reach of a dilated kernel: k_eff = dilation·(kernel−1)+1.
Dim effective_kernel(const Dim& kernel, int64_t dilation);

}  // namespace convoy
