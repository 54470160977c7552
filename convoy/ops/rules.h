// What type rules and kernels use to refuse: numbered violations and the checks many rules share.
#pragma once

#include <string>

#include "convoy/base/type.h"
#include "convoy/ops/attributes.h"

namespace convoy {

/// A broken constraint of an operator, thrown by type rules and kernels. Whoever applies the
/// operator turns it into the library's Error with the operator, the node and the types.
struct Violation {
  enum class Kind { shape, type, value, index, unsupported };
  Kind kind;
  int constraint;  // the N of "(CN)" in the operator's header
  std::string message;
};

[[noreturn]] inline void shape_violation(int constraint, std::string message) {
  throw Violation{Violation::Kind::shape, constraint, std::move(message)};
}
[[noreturn]] inline void type_violation(int constraint, std::string message) {
  throw Violation{Violation::Kind::type, constraint, std::move(message)};
}
[[noreturn]] inline void value_violation(int constraint, std::string message) {
  throw Violation{Violation::Kind::value, constraint, std::move(message)};
}
[[noreturn]] inline void index_violation(int constraint, std::string message) {
  throw Violation{Violation::Kind::index, constraint, std::move(message)};
}

/// All inputs have one dtype. The message names the cast to write.
void require_same_dtype(int constraint, Types in);
/// The dtype is a floating one.
void require_floating(int constraint, std::string_view what, DType dtype);
/// `axis` counted from the front, for -rank <= axis < rank.
int64_t normalized_axis(int constraint, int64_t axis, int64_t rank);
/// `axis` as builders store it: counted from the front where it is in range, for the type rule to
/// refuse where it is not.
int64_t axis_from_front(int64_t axis, int64_t rank);
/// `axis` where a type rule needs it counted from the front already.
size_t stored_axis(int constraint, int64_t axis, int64_t rank);
/// Axes counted from the front, sorted, none twice.
Integers normalized_axes(int constraint, const Integers& axes, int64_t rank);
/// `list` expanded to `rank` entries: empty gives `otherwise` everywhere, one entry is repeated.
/// A violation unless it then has `rank` entries.
Integers expanded(int constraint, std::string_view what, const Integers& list, size_t rank,
                  const Integers& otherwise);
/// Every entry is at least `least`.
void require_at_least(int constraint, std::string_view what, const Integers& list, int64_t least);
/// `list` has exactly `rank` entries.
void require_length(int constraint, std::string_view what, size_t length, size_t rank);
/// The two sizes are equal as far as is known.
void require_equal(int constraint, const Dim& a, const Dim& b, const std::string& message);
/// Where two sizes are equal but one is better known, that one.
const Dim& better_known(const Dim& a, const Dim& b);
/// NumPy's broadcast of two shapes. A symbolic size beside a known one above 1 is taken to be it.
Shape broadcast(int constraint, const Shape& a, const Shape& b);

}  // namespace convoy
