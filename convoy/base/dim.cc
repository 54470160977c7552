#include "convoy/base/dim.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"

namespace convoy {

// An indivisible part of a product. `text` is canonical and decides equality and order.
struct Dim::Factor : DimFactor {
  std::string text;
};

struct Dim::Term {
  int64_t coefficient;
  std::vector<std::shared_ptr<const Factor>> factors;  // sorted by text

  std::string key() const {
    std::string text;
    for (const auto& factor : factors) text += (text.empty() ? "" : "*") + factor->text;
    return text;
  }
};

namespace {

// Products of sums grow quickly; a size of a real network has a handful of terms. The bound on
// the text also bounds how deep divisions and maxima nest.
constexpr size_t max_terms = 256;
constexpr size_t max_text = 4000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.';
}

bool is_identifier(std::string_view name) {
  return !name.empty() && !is_digit(name[0]) && std::all_of(name.begin(), name.end(), is_word);
}

constexpr int64_t lowest = std::numeric_limits<int64_t>::min();

std::string quoted(const std::string& name) {
  return is_identifier(name) && name != "max" ? name : "`" + name + "`";
}

// A sum needs parentheses inside a division or a product.
std::string in_parentheses(const Dim& dim) {
  const std::string text = dim.to_string();
  const bool is_atom = text.find_first_of(" */-") == std::string::npos;
  return is_atom ? text : "(" + text + ")";
}

}  // namespace

const Dim::Terms& Dim::terms() const {
  static const Terms none;
  return terms_ ? *terms_ : none;
}

Dim Dim::from_terms(Terms terms, int64_t constant) {
  std::map<std::string, Term> merged;
  for (Term& term : terms) {
    const std::string key = term.key();
    const auto [it, inserted] = merged.try_emplace(key, term);
    if (!inserted) it->second.coefficient = checked_add(it->second.coefficient, term.coefficient);
  }
  Terms kept;
  size_t length = 0;
  for (auto& [key, term] : merged) {
    if (term.coefficient == 0) continue;
    length += key.size();
    kept.push_back(std::move(term));
  }
  if (kept.size() > max_terms || length > max_text)
    throw LimitError("a symbolic size has become too long to work with");
  Dim result(constant);
  if (!kept.empty()) result.terms_ = std::make_shared<const Terms>(std::move(kept));
  return result;
}

Dim Dim::from_factor(Factor factor) {
  Terms terms;
  terms.push_back({1, {std::make_shared<const Factor>(std::move(factor))}});
  return from_terms(std::move(terms), 0);
}

Dim Dim::symbol(std::string name) {
  if (name.empty() || name.find('`') != std::string::npos)
    throw ValueError("the name of a symbolic dimension must be non-empty and without backquotes");
  std::string text = quoted(name);
  return from_factor({{Factor::Kind::symbol, std::move(name), {}}, std::move(text)});
}

int64_t Dim::value() const {
  if (!is_static())
    throw ShapeError("the size '" + to_string() + "' is symbolic where a known size is needed");
  return constant_;
}

bool Dim::is_symbol() const {
  return terms_ && constant_ == 0 && terms_->size() == 1 && (*terms_)[0].coefficient == 1 &&
         (*terms_)[0].factors.size() == 1 && (*terms_)[0].factors[0]->kind == Factor::Kind::symbol;
}

std::string Dim::symbol_name() const {
  if (!is_symbol()) throw ValueError("the size '" + to_string() + "' is not a lone symbol");
  return (*terms_)[0].factors[0]->name;
}

std::vector<DimProduct> Dim::products() const {
  std::vector<DimProduct> products;
  for (const Term& term : terms()) {
    DimProduct product{term.coefficient, {}};
    for (const auto& factor : term.factors) product.factors.push_back(*factor);
    products.push_back(std::move(product));
  }
  return products;
}

std::string Dim::to_string() const {
  if (!terms_) return std::to_string(constant_);
  std::string text;
  for (const Term& term : *terms_) {
    // The lowest integer has no positive twin: it keeps its sign.
    const bool negative = term.coefficient < 0 && term.coefficient != lowest;
    if (text.empty()) {
      text += negative ? "-" : "";
    } else {
      text += negative ? " - " : " + ";
    }
    std::string magnitude = std::to_string(term.coefficient);
    if (negative) magnitude.erase(0, 1);
    if (magnitude != "1") text += magnitude + "*";
    text += term.key();
  }
  if (constant_ != 0) {
    const bool negative = constant_ < 0 && constant_ != lowest;
    std::string magnitude = std::to_string(constant_);
    if (negative) magnitude.erase(0, 1);
    text += (negative ? " - " : " + ") + magnitude;
  }
  return text;
}

Dim Dim::substitute(const Bindings& bindings) const {
  if (!terms_) return *this;
  Dim sum(constant_);
  for (const Term& term : *terms_) {
    Dim product(term.coefficient);
    for (const auto& factor : term.factors) {
      if (factor->kind == Factor::Kind::symbol) {
        const auto bound = bindings.find(factor->name);
        product = product * (bound == bindings.end() ? from_factor(*factor) : Dim(bound->second));
      } else {
        const Dim a = factor->args[0].substitute(bindings);
        const Dim b = factor->args[1].substitute(bindings);
        product = product * (factor->kind == Factor::Kind::max ? max(a, b) : floor_div(a, b));
      }
    }
    sum = sum + product;
  }
  return sum;
}

Dim Dim::operator+(const Dim& other) const {
  const int64_t constant = checked_add(constant_, other.constant_);
  if (!terms_ && !other.terms_) return constant;
  Terms all = terms();
  all.insert(all.end(), other.terms().begin(), other.terms().end());
  return from_terms(std::move(all), constant);
}

Dim Dim::operator-(const Dim& other) const {
  if (!terms_ && !other.terms_) return checked_subtract(constant_, other.constant_);
  return *this + other * Dim(-1);
}

Dim Dim::operator*(const Dim& other) const {
  const int64_t constant = checked_multiply(constant_, other.constant_);
  if (!terms_ && !other.terms_) return constant;
  Terms products;
  const auto scaled = [&](const Terms& terms, int64_t scale) {
    for (Term term : terms) {
      term.coefficient = checked_multiply(term.coefficient, scale);
      products.push_back(std::move(term));
    }
  };
  if (constant_ != 0) scaled(other.terms(), constant_);
  if (other.constant_ != 0) scaled(terms(), other.constant_);
  for (const Term& a : terms()) {
    for (const Term& b : other.terms()) {
      Term product{checked_multiply(a.coefficient, b.coefficient), a.factors};
      product.factors.insert(product.factors.end(), b.factors.begin(), b.factors.end());
      std::sort(product.factors.begin(), product.factors.end(),
                [](const auto& x, const auto& y) { return x->text < y->text; });
      products.push_back(std::move(product));
    }
  }
  return from_terms(std::move(products), constant);
}

bool Dim::operator==(const Dim& other) const {
  if (constant_ != other.constant_ || terms().size() != other.terms().size()) return false;
  for (size_t i = 0; i < terms().size(); ++i) {
    const Term &a = terms()[i], &b = other.terms()[i];
    if (a.coefficient != b.coefficient || a.key() != b.key()) return false;
  }
  return true;
}

Dim floor_div(const Dim& a, const Dim& b) {
  if (b.is_static() && b.constant_ <= 0)
    throw ValueError("a size is divided by " + b.to_string() + ", which is not positive");
  if (b.is_static() && a.is_static()) return floor_divide(a.constant_, b.constant_);
  if (b == Dim(1)) return a;

  if (!b.is_static()) {
    // Exact division by a single term: cancel its factors from every term of a.
    if (a == Dim(0)) return 0;
    if (a == b) return 1;
    const Dim::Terms& divisor = b.terms();
    if (a.constant_ == 0 && b.constant_ == 0 && divisor.size() == 1 && divisor[0].coefficient > 0) {
      Dim::Terms quotient;
      int64_t constant = 0;
      bool exact = true;
      for (Dim::Term term : a.terms()) {
        exact = exact && term.coefficient % divisor[0].coefficient == 0;
        for (const auto& factor : divisor[0].factors) {
          const auto found = std::find_if(term.factors.begin(), term.factors.end(),
                                          [&](const auto& f) { return f->text == factor->text; });
          exact = exact && found != term.factors.end();
          if (exact) term.factors.erase(found);
        }
        if (!exact) break;
        term.coefficient /= divisor[0].coefficient;
        if (term.factors.empty()) {
          constant = checked_add(constant, term.coefficient);
        } else {
          quotient.push_back(std::move(term));
        }
      }
      if (exact) return Dim::from_terms(std::move(quotient), constant);
    }
  } else {
    // floor((k·q + r)/k) = q + floor(r/k): take every multiple of k out of each coefficient, so
    // that those left are in 1…k−1.
    const int64_t k = b.constant_;
    Dim::Terms outside, inside;
    int64_t common = k;
    for (const Dim::Term& term : a.terms()) {
      const int64_t times = floor_divide(term.coefficient, k), left = term.coefficient - times * k;
      if (times != 0) outside.push_back({times, term.factors});
      if (left != 0) inside.push_back({left, term.factors});
      common = std::gcd(common, left);
    }
    const int64_t quotient = floor_divide(a.constant_, k);
    const int64_t remainder = a.constant_ - quotient * k;
    Dim whole = Dim::from_terms(std::move(outside), quotient);
    if (inside.empty()) return whole;
    if (common > 1) {  // floor((g·y + r)/(g·m)) = floor((y + floor(r/g))/m)
      for (Dim::Term& term : inside) term.coefficient /= common;
      const Dim reduced = Dim::from_terms(std::move(inside), remainder / common);
      return whole + floor_div(reduced, Dim(k / common));
    }
    const Dim rest = Dim::from_terms(std::move(inside), remainder);
    // floor((floor(x/m) + c)/k) = floor((x + c·m)/(m·k)): merge nested divisions.
    const Dim::Terms& terms = rest.terms();
    if (terms.size() == 1 && terms[0].coefficient == 1 && terms[0].factors.size() == 1) {
      const Dim::Factor& factor = *terms[0].factors[0];
      if (factor.kind == Dim::Factor::Kind::floor_div && factor.args[1].is_static()) {
        const Dim& m = factor.args[1];
        return whole + floor_div(factor.args[0] + m * Dim(remainder), m * Dim(k));
      }
    }
    if (!(whole == Dim(0))) return whole + floor_div(rest, b);
  }
  std::string text = "(" + in_parentheses(a) + "//" + in_parentheses(b) + ")";
  return Dim::from_factor({{Dim::Factor::Kind::floor_div, {}, {a, b}}, std::move(text)});
}

Dim ceil_div(const Dim& a, const Dim& b) { return floor_div(a + b - Dim(1), b); }

Dim max(const Dim& a, const Dim& b) {
  const Dim difference = a - b;
  if (difference.is_static()) return difference.constant_ >= 0 ? a : b;
  const bool ordered = a.to_string() <= b.to_string();
  const Dim &first = ordered ? a : b, &second = ordered ? b : a;
  std::string text = "max(" + first.to_string() + ", " + second.to_string() + ")";
  return Dim::from_factor({{Dim::Factor::Kind::max, {}, {first, second}}, std::move(text)});
}

bool known_different(const Dim& a, const Dim& b) {
  const Dim difference = a - b;
  return difference.is_static() && difference.value() != 0;
}

namespace {

// Recursive descent over: sum := product (('+'|'-') product)*, product := unary (('*'|'//')
// unary)*.
class DimParser {
 public:
  explicit DimParser(std::string_view text) : text_(text) {}

  Dim whole() {
    const Dim result = sum();
    skip_space();
    if (at_ != text_.size()) fail("unexpected text");
    return result;
  }

 private:
  static constexpr int max_depth = 1000;  // deeper than any text that is printed

  [[noreturn]] void fail(const std::string& what) const {
    throw ValueError("cannot read the size '" + std::string(text_) + "': " + what + " at column " +
                     std::to_string(at_ + 1));
  }
  void skip_space() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool accept(std::string_view token) {
    skip_space();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  Dim sum() {
    Dim result = product();
    while (true) {
      if (accept("+")) {
        result = result + product();
      } else if (accept("-")) {
        result = result - product();
      } else {
        return result;
      }
    }
  }
  Dim product() {
    Dim result = unary();
    while (true) {
      if (accept("//")) {
        result = floor_div(result, unary());
      } else if (accept("*")) {
        result = result * unary();
      } else {
        return result;
      }
    }
  }
  Dim unary() {
    if (++depth_ > max_depth) fail("nesting is too deep");
    const Dim result = negated_or_atom();
    --depth_;
    return result;
  }
  Dim negated_or_atom() {
    if (accept("-")) {
      skip_space();
      const bool is_number = at_ < text_.size() && is_digit(text_[at_]);
      return is_number ? number(word(), -1) : Dim(0) - unary();
    }
    if (accept("(")) {
      const Dim inner = sum();
      if (!accept(")")) fail("expected ')'");
      return inner;
    }
    if (accept("`")) {
      const size_t end = text_.find('`', at_);
      if (end == std::string_view::npos) fail("expected a closing backquote");
      const std::string name(text_.substr(at_, end - at_));
      at_ = end + 1;
      return Dim::symbol(name);
    }
    const std::string name = word();
    if (is_digit(name[0])) return number(name, 1);
    if (name == "max" && accept("(")) {
      const Dim a = sum();
      if (!accept(",")) fail("expected ','");
      const Dim b = sum();
      if (!accept(")")) fail("expected ')'");
      return max(a, b);
    }
    return Dim::symbol(name);
  }
  std::string word() {
    skip_space();
    const size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ == start) fail("expected a number or a symbol");
    return std::string(text_.substr(start, at_ - start));
  }
  Dim number(const std::string& digits, int64_t sign) {
    int64_t value = 0;
    for (const char c : digits) {
      if (!is_digit(c)) fail("expected digits");
      value = checked_add(checked_multiply(value, 10), sign * (c - '0'));
    }
    return value;
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Dim Dim::parse(std::string_view text) { return DimParser(text).whole(); }

bool is_static(const Shape& shape) {
  return std::all_of(shape.begin(), shape.end(), [](const Dim& d) { return d.is_static(); });
}

Dim element_count(const Shape& shape) {
  Dim count = 1;
  for (const Dim& dim : shape) count = count * dim;
  return count;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? "," : "") + shape[i].to_string();
  return text + "]";
}

std::string to_string(const Extents& extents) { return to_string(to_shape(extents)); }

Extents to_extents(const Shape& shape) {
  Extents extents;
  extents.reserve(shape.size());
  for (const Dim& dim : shape) extents.push_back(dim.value());
  return extents;
}

Shape to_shape(const Extents& extents) { return Shape(extents.begin(), extents.end()); }

Shape substitute(const Shape& shape, const Bindings& bindings) {
  Shape result;
  result.reserve(shape.size());
  for (const Dim& dim : shape) result.push_back(dim.substitute(bindings));
  return result;
}

}  // namespace convoy
