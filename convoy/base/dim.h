// Sizes of axes: integers, or polynomials over named symbols such as `N`, `H//2 + 1`.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

/// Values of symbols, by name.
using Bindings = std::map<std::string, int64_t, std::less<>>;

struct DimProduct;

/// The size of one axis, or any integer computed from sizes. Either a known integer or a symbolic
/// expression, kept as a polynomial in canonical form (terms sorted by their text) over symbols,
/// floor divisions and maxima, so that equal expressions such as `H + 1 - 1` and `H` compare
/// equal. Symbols stand for integers >= 0. Arithmetic that overflows throws LimitError.
class Dim {
 public:
  Dim() = default;
  Dim(int64_t value) : constant_(value) {}  // NOLINT: an integer is a size
  Dim(int value) : constant_(value) {}      // NOLINT

  /// The symbol `name`; ValueError when the name is empty or holds a backquote.
  static Dim symbol(std::string name);
  /// Reads what `to_string` prints; ValueError otherwise.
  static Dim parse(std::string_view text);

  bool is_static() const { return terms_ == nullptr; }
  /// The integer; LogicError in the form of ShapeError when the size is symbolic.
  int64_t value() const;
  /// True when this is a lone symbol, whose name is `to_string()` without quotes.
  bool is_symbol() const;
  std::string symbol_name() const;

  std::string to_string() const;
  /// Replaces the symbols that `bindings` names.
  Dim substitute(const Bindings& bindings) const;

  Dim operator+(const Dim& other) const;
  Dim operator-(const Dim& other) const;
  Dim operator*(const Dim& other) const;
  /// Provably the same size for every value of the symbols.
  bool operator==(const Dim& other) const;

  /// What an expression is made of, for those who write it in another form: it is the sum of its
  /// products and `constant_term`.
  std::vector<DimProduct> products() const;
  int64_t constant_term() const { return constant_; }

 private:
  friend Dim floor_div(const Dim& a, const Dim& b);
  friend Dim max(const Dim& a, const Dim& b);
  struct Factor;
  struct Term;
  using Terms = std::vector<Term>;

  static Dim from_terms(Terms terms, int64_t constant);
  static Dim from_factor(Factor factor);
  const Terms& terms() const;

  int64_t constant_ = 0;
  std::shared_ptr<const Terms> terms_;  // null for a known integer
};

/// An indivisible part of a product: a symbol, floor(args[0] / args[1]) or max(args[0], args[1]).
struct DimFactor {
  enum class Kind { symbol, floor_div, max };
  Kind kind;
  std::string name;       // of a symbol
  std::vector<Dim> args;  // of floor_div and max
};

/// coefficient × factors.
struct DimProduct {
  int64_t coefficient;
  std::vector<DimFactor> factors;
};

/// floor(a / b), b > 0. Divisible parts are taken out and nested divisions merged.
Dim floor_div(const Dim& a, const Dim& b);
/// ceil(a / b), b > 0.
Dim ceil_div(const Dim& a, const Dim& b);
Dim max(const Dim& a, const Dim& b);

/// True when the two can never be equal, whatever the symbols.
bool known_different(const Dim& a, const Dim& b);

/// Sizes of all axes, outermost first.
using Shape = std::vector<Dim>;
/// Sizes of all axes, every one known.
using Extents = std::vector<int64_t>;

bool is_static(const Shape& shape);
/// The product of all sizes, 1 for a scalar.
Dim element_count(const Shape& shape);
/// "[N,3,H//2]".
std::string to_string(const Shape& shape);
std::string to_string(const Extents& extents);
/// The integers of a static shape; ShapeError names the first symbolic axis otherwise.
Extents to_extents(const Shape& shape);
Shape to_shape(const Extents& extents);
Shape substitute(const Shape& shape, const Bindings& bindings);

}  // namespace convoy
