#include <algorithm>
#include <type_traits>
#include <unordered_map>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/graph/literals.h"
#include "convoy/graph/text.h"

namespace convoy {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

/// Cuts the text into the pieces that the grammar of text.h speaks of. Nothing nests without
/// bound: brackets are counted, and sizes are left to Dim::parse.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[noreturn]] void fail(const std::string& what) const { throw ValueError(where() + what); }
  /// "line 3, column 5: ", of the piece read last.
  std::string where() const {
    const std::string_view before = text_.substr(0, begin_);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const size_t last = before.rfind('\n');
    const size_t column = last == std::string_view::npos ? begin_ : begin_ - last - 1;
    return fmt::format("line {}, column {}: ", lines + 1, column + 1);
  }

  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  bool accept(std::string_view token) {
    skip_space();
    if (text_.substr(at_, token.size()) != token) return false;
    if (is_word(token[0]) && at_ + token.size() < text_.size() &&
        is_word(text_[at_ + token.size()]))
      return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail(fmt::format("expected '{}'{}", token, found()));
  }
  bool next_is(char c) {
    skip_space();
    return at_ < text_.size() && text_[at_] == c;
  }
  std::string_view word(std::string_view what) {
    skip_space();
    const size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ == start) fail(fmt::format("expected {}{}", what, found()));
    return text_.substr(start, at_ - start);
  }
  /// %name, without the sign.
  std::string_view reference() {
    expect("%");
    return word("the name of a value");
  }
  std::string string() { return unescaped(raw_string()); }
  std::string_view raw_string() {
    if (!next_is('"')) fail("expected a string in double quotes" + found());
    const size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n')
      at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size() || text_[at_] != '"') fail("a string has no end on this line");
    return text_.substr(start, at_++ - start);
  }
  /// Up to the first of `ends` outside brackets and backquotes, without blanks around it.
  std::string_view until(std::string_view ends) {
    skip_space();
    const size_t start = at_;
    size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '`') {
        at_ = std::min(text_.find('`', at_ + 1), text_.size());
        if (at_ == text_.size()) break;
        continue;
      }
      if (depth == 0 && ends.find(c) != std::string_view::npos) break;
      if (c == '[' || c == '(' || c == '{') ++depth;
      if ((c == ']' || c == ')' || c == '}') && depth-- == 0) break;
    }
    if (at_ >= text_.size()) fail("brackets or backquotes are not closed");
    size_t end = at_;
    while (end > start && is_space(text_[end - 1])) --end;
    return text_.substr(start, end - start);
  }
  /// dtype[sizes].
  Type type() {
    skip_space();
    const size_t start = at_;
    word("a type such as float32[N,3,H,W]");
    expect("[");
    until("]");
    expect("]");
    return parse_type(text_.substr(start, at_ - start));
  }

  /// What stands where something else was expected, for messages.
  std::string found() const {
    if (at_ >= text_.size()) return ", found the end of the text";
    size_t end = at_;
    while (end < text_.size() && end - at_ < 20 && !is_space(text_[end])) ++end;
    return ", found " + quoted(text_.substr(at_, std::max<size_t>(end - at_, 1)));
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '#')) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        ++at_;
      }
    }
    begin_ = at_;
  }
  std::string_view text_;
  size_t at_ = 0;
  size_t begin_ = 0;  // of the piece read last, for messages
};

class Parser {
 public:
  explicit Parser(std::string_view text) : scan_(text) {}

  Graph whole() {
    scan_.expect("graph");
    if (scan_.next_is('"')) graph_.name = located([&] { return scan_.string(); });
    scan_.expect("{");
    while (!scan_.accept("}")) statement();
    if (!scan_.at_end()) scan_.fail("unexpected text after the graph");
    verify(graph_);
    return std::move(graph_);
  }

 private:
  /// Adds the place to what other parts of the library throw.
  template <class F>
  std::invoke_result_t<F> located(F&& f) {
    try {
      return f();
    } catch (const Error& error) {
      if (std::string_view(error.what()).starts_with("line ")) throw;
      rethrow_with_prefix(scan_.where());
    }
  }

  void statement() {
    if (scan_.accept("metadata")) {
      std::string key = located([&] { return scan_.string(); });
      scan_.expect("=");
      graph_.metadata[std::move(key)] = located([&] { return scan_.string(); });
    } else if (scan_.accept("return")) {
      if (!graph_.outputs.empty()) scan_.fail("a graph returns once");
      do {
        Value value = operand();
        scan_.expect("as");
        graph_.outputs.push_back({located([&] { return scan_.string(); }), std::move(value)});
      } while (scan_.accept(","));
    } else {
      definition();
    }
  }

  void definition() {
    if (!scan_.next_is('%'))
      scan_.fail("expected '%value = …', 'metadata', 'return' or '}'" + scan_.found());
    std::vector<std::string> targets;
    do {
      targets.emplace_back(scan_.reference());
      if (values_.contains(targets.back()))
        scan_.fail(fmt::format("%{} is defined twice", targets.back()));
    } while (scan_.accept(","));
    scan_.expect("=");
    const std::vector<Value> results = located([&] { return node(); });
    if (results.size() != targets.size())
      scan_.fail(fmt::format("{} gives {} values, {} are named", results[0].node()->kind(),
                             results.size(), targets.size()));
    for (size_t i = 0; i < targets.size(); ++i)
      if (!values_.emplace(targets[i], results[i]).second)
        scan_.fail(fmt::format("%{} is defined twice", targets[i]));
    graph_.nodes.push_back(results[0].node());
  }

  std::vector<Value> node() {
    const std::string_view kind = scan_.word("an operator, input, parameter or constant");
    if (kind == "input") return {graph_.inputs.emplace_back(read_input())};
    if (kind == "parameter") return {read_parameter()};
    if (kind == "constant") return {read_constant()};
    if (kind == "custom" && scan_.next_is(':'))
      throw NotSupportedError(
          "an operator of the user's own is known only to the program that "
          "made it; its text cannot be read back");
    const OperatorInfo* info = find_operator(kind);
    if (!info) scan_.fail(fmt::format("unknown operator '{}'; `convoy ops` lists them all", kind));
    return application(info->prototype);
  }

  Value read_input() {
    std::string name = scan_.string();
    scan_.expect(":");
    return input(std::move(name), scan_.type());
  }

  Value read_parameter() {
    std::string name = scan_.string();
    const bool trainable = !scan_.accept("frozen");
    scan_.expect(":");
    const Type type = scan_.type();
    scan_.expect("=");
    if (!scan_.next_is('%')) return parameter(std::move(name), data(type), trainable);
    const Value other = operand();
    const auto* shared = std::get_if<Parameter>(&other.node()->what);
    if (!shared) scan_.fail("a parameter can share its state with another parameter only");
    if (shared->state->name() != name || shared->state->trainable() != trainable ||
        shared->state->type() != type)
      scan_.fail("parameters that share their state have one name and one type");
    return parameter(shared->state);
  }

  Value read_constant() {
    std::string name = scan_.next_is('"') ? scan_.string() : std::string();
    scan_.expect(":");
    const Type type = scan_.type();
    scan_.expect("=");
    return constant(data(type), std::move(name));
  }

  Tensor data(const Type& type) {
    const Extents extents = to_extents(type.shape);
    if (scan_.accept("base64")) return tensor_from_base64(type.dtype, extents, scan_.raw_string());
    scan_.expect("{");
    const std::string list = "[" + std::string(scan_.until("}")) + "]";
    scan_.expect("}");
    if (list.find("…") != std::string::npos)
      scan_.fail(
          "the data was cut short when this text was printed; print it with all of its data "
          "to read it back");
    return tensor_from_items(type.dtype, extents, split_list(list));
  }

  std::vector<Value> application(Op op) {
    std::vector<Value> inputs;
    scan_.expect("(");
    while (!scan_.next_is(')')) {
      inputs.push_back(operand());
      if (!scan_.accept(",")) break;
    }
    scan_.expect(")");
    if (scan_.accept("{")) {
      std::vector<std::string_view> seen;
      do {
        const std::string_view name = scan_.word("the name of an attribute");
        if (std::find(seen.begin(), seen.end(), name) != seen.end())
          scan_.fail(fmt::format("attribute '{}' is given twice", name));
        scan_.expect("=");
        set_attribute(op, name, scan_.until(",}"));
        seen.push_back(name);
      } while (scan_.accept(","));
      scan_.expect("}");
    }
    const std::string name = scan_.next_is('"') ? scan_.string() : std::string();
    scan_.expect(":");
    std::vector<Type> stated;
    do {
      stated.push_back(scan_.type());
    } while (scan_.accept(","));
    std::vector<Value> results = apply_all(std::move(op), std::move(inputs), name);
    const std::vector<Type>& inferred = results[0].node()->outputs;
    for (size_t i = 0; i < inferred.size() && i < stated.size(); ++i)
      if (stated[i] != inferred[i])
        scan_.fail(fmt::format("the type is stated as {}, but {} gives {}", to_string(stated[i]),
                               results[0].node()->kind(), to_string(inferred[i])));
    if (stated.size() != inferred.size())
      scan_.fail(fmt::format("{} types are stated, but {} gives {}", stated.size(),
                             results[0].node()->kind(), inferred.size()));
    return results;
  }

  Value operand() {
    const std::string name(scan_.reference());
    const auto found = values_.find(name);
    if (found == values_.end()) scan_.fail(fmt::format("%{} is used before it is defined", name));
    return found->second;
  }

  Scanner scan_;
  Graph graph_;
  std::unordered_map<std::string, Value> values_;
};

}  // namespace

Graph parse_graph(std::string_view text) { return Parser(text).whole(); }

}  // namespace convoy
