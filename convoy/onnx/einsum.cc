// Sums of products over named axes, made of transposes, sums and one matrix product for each two
// operands.
#include <algorithm>

#include <fmt/format.h>

#include "convoy/onnx/readers.h"
#include "convoy/onnx/types.h"
#include "convoy/ops/iota.h"
#include "convoy/ops/matmul.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/transpose.h"
#include "convoy/ops/where.h"

namespace convoy::onnx {

namespace {

/// An array and the letter of each of its axes. Axes of an ellipsis are called 0, 1, …
struct Operand {
  Value value;
  std::string letters;
};

bool has(std::string_view letters, char letter) {
  return letters.find(letter) != std::string_view::npos;
}

/// The letters of `from` that `keep` says yes to.
template <class F>
std::string chosen(std::string_view from, const F& keep) {
  std::string letters;
  for (const char letter : from)
    if (keep(letter)) letters += letter;
  return letters;
}

Operand in_order(const Operand& x, const std::string& letters) {
  Integers axes;
  for (const char letter : letters) axes.push_back(static_cast<int64_t>(x.letters.find(letter)));
  return {transpose(x.value, axes), letters};
}

/// Sums over every letter that is not in `kept`.
Operand summed(const Operand& x, std::string_view kept) {
  Integers axes;
  for (size_t a = 0; a < x.letters.size(); ++a)
    if (!has(kept, x.letters[a])) axes.push_back(static_cast<int64_t>(a));
  if (axes.empty()) return x;
  return {reduce_sum(x.value, axes), chosen(x.letters, [&](char l) { return has(kept, l); })};
}

/// A letter that stands for two axes means their diagonal.
Operand diagonal(Operand x) {
  for (size_t b = 1; b < x.letters.size(); ++b) {
    const size_t a = x.letters.find(x.letters[b]);
    if (a >= b) continue;
    Shape shape(x.letters.size(), 1);
    shape[a] = x.value.shape()[a];
    shape[b] = x.value.shape()[b];
    const Value on = reshape(eye(shape[a], shape[b], 0, DType::boolean), shape);
    x.value = reduce_sum(where(on, x.value, scalar(0, x.value.dtype())), {static_cast<int64_t>(b)});
    x.letters.erase(b, 1);
    --b;
  }
  return x;
}

Shape sizes_of(const Operand& x, std::string_view letters) {
  Shape sizes;
  for (const char letter : letters) sizes.push_back(x.value.shape()[x.letters.find(letter)]);
  return sizes;
}

/// The product of two, summed over what both have and nobody needs any more.
Operand product(const Operand& left, const Operand& right, std::string_view needed) {
  const Operand a = summed(left, std::string(needed) + right.letters);
  const Operand b = summed(right, std::string(needed) + left.letters);
  const auto in_both = [&](char l) { return has(a.letters, l) && has(b.letters, l); };
  const std::string batch = chosen(a.letters, [&](char l) { return in_both(l) && has(needed, l); });
  const std::string inner =
      chosen(a.letters, [&](char l) { return in_both(l) && !has(needed, l); });
  const std::string rows = chosen(a.letters, [&](char l) { return !in_both(l); });
  const std::string columns = chosen(b.letters, [&](char l) { return !in_both(l); });
  const auto matrices = [&](const Operand& x, const std::string& first, const std::string& second) {
    Shape shape = sizes_of(x, batch);
    shape.push_back(element_count(sizes_of(x, first)));
    shape.push_back(element_count(sizes_of(x, second)));
    return reshape(in_order(x, batch + first + second).value, shape);
  };
  const Value z = matmul(matrices(a, rows, inner), matrices(b, inner, columns));
  Shape shape(z.shape().begin(), z.shape().end() - 2);
  const Shape more_rows = sizes_of(a, rows), more_columns = sizes_of(b, columns);
  shape.insert(shape.end(), more_rows.begin(), more_rows.end());
  shape.insert(shape.end(), more_columns.begin(), more_columns.end());
  return {reshape(z, shape), batch + rows + columns};
}

/// The letters of one term, where an ellipsis is `rest` axes.
std::string letters_of(Reading& in, std::string_view term, std::string_view ellipsis) {
  std::string letters;
  for (size_t i = 0; i < term.size(); ++i) {
    const bool is_letter = (term[i] >= 'a' && term[i] <= 'z') || (term[i] >= 'A' && term[i] <= 'Z');
    if (term.substr(i, 3) == "...") {
      letters += ellipsis;
      i += 2;
    } else if (is_letter) {
      letters += term[i];
    } else {
      in.refuse(fmt::format("its equation has a term {}", in_quotes(term)));
    }
  }
  return letters;
}

}  // namespace

std::vector<Value> read_einsum(Reading& in) {
  std::string equation = in.string("equation", "");
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  const size_t arrow = equation.find("->");
  std::string_view terms = std::string_view(equation).substr(0, arrow);
  std::vector<Operand> operands;
  std::string all, ellipsis;
  for (const Value& value : in.all_inputs()) {
    const size_t comma = std::min(terms.find(','), terms.size());
    const std::string_view term = terms.substr(0, comma);
    const bool is_last = comma == terms.size();
    if (is_last != (operands.size() + 1 == in.input_count()))
      in.refuse(
          fmt::format("its equation {} is not of {} terms", in_quotes(equation), in.input_count()));
    terms.remove_prefix(is_last ? comma : comma + 1);
    if (has(term, '.') && ellipsis.empty()) {
      const int64_t rest = value.rank() - (static_cast<int64_t>(term.size()) - 3);
      for (int64_t a = 0; a < std::min<int64_t>(rest, 10); ++a)
        ellipsis += static_cast<char>('0' + a);
    }
    operands.push_back({value, letters_of(in, term, ellipsis)});
    if (operands.back().letters.size() != value.shape().size())
      in.refuse(fmt::format("the term {} of its equation does not name the axes of {}",
                            in_quotes(term), to_string(value.type())));
    all += operands.back().letters;
    operands.back() = diagonal(operands.back());
  }
  std::string result = ellipsis;
  if (arrow != std::string::npos) {
    result = letters_of(in, std::string_view(equation).substr(arrow + 2), ellipsis);
  } else {
    std::string once =
        chosen(all, [&](char l) { return std::count(all.begin(), all.end(), l) == 1; });
    once.erase(std::remove_if(once.begin(), once.end(), [&](char l) { return has(ellipsis, l); }),
               once.end());
    std::sort(once.begin(), once.end());
    result += once;
  }
  for (size_t i = 0; i < result.size(); ++i)
    if (!has(all, result[i]) || result.find(result[i], i + 1) != std::string::npos)
      in.refuse(fmt::format("the result of its equation {} is not one of its terms",
                            in_quotes(equation)));
  Operand total = operands[0];
  for (size_t i = 1; i < operands.size(); ++i) {
    std::string needed = result;
    for (size_t k = i + 1; k < operands.size(); ++k) needed += operands[k].letters;
    total = product(total, operands[i], needed);
  }
  return {in_order(summed(total, result), result).value};
}

}  // namespace convoy::onnx
