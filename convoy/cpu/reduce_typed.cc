#include "convoy/cpu/reduce_typed.h"

#include <algorithm>
#include <utility>

#include "convoy/base/checked.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/reduce_typed.h"

namespace convoy::cpu {

namespace {

/// Neighbouring axes that go, as one axis between those before and those behind them.
struct Run {
  int64_t outer = 1, in = 1, inner = 1;
};

/// From the last one on; the axes that went before are not there any more. At least one.
std::vector<Run> runs_of(const Reduce& op, const Extents& x) {
  std::vector<Run> runs;
  const auto goes = [&](size_t a) {
    return std::ranges::binary_search(op.axes, static_cast<int64_t>(a));
  };
  int64_t behind = 1;
  for (size_t a = x.size(); a-- > 0;) {
    if (!goes(a)) {
      behind *= x[a];
      continue;
    }
    const bool goes_on = a + 1 < x.size() && goes(a + 1);
    if (!goes_on) runs.push_back({.inner = behind});
    runs.back().in *= x[a];
    runs.back().outer = element_count(std::span(x).first(a));
  }
  if (runs.empty()) runs.push_back({.outer = element_count(x)});
  return runs;
}

Accumulate accumulate_of(ReduceKind kind) {
  switch (kind) {
    case ReduceKind::max:
      return Accumulate::max;
    case ReduceKind::min:
      return Accumulate::min;
    case ReduceKind::prod:
      return Accumulate::product;
    default:
      return Accumulate::sum;
  }
}

/// Where results are few, the elements of each are cut into parts, as the sizes alone decide.
int64_t parts_of(const Run& run) {
  constexpr int64_t fewest_elements = 4096, most_parts = 64;
  if (run.outer * run.inner >= most_parts) return 1;
  return std::clamp<int64_t>(run.in / fewest_elements, 1, most_parts);
}

}  // namespace

void emit_typed_reduction(const Reduce& op, Lowering& l) {
  Array x = l.plain();
  std::vector<Run> passes;
  double count = 1;
  for (const Run& run : runs_of(op, x.extents)) {
    count *= static_cast<double>(run.in);
    passes.push_back(run);
  }
  TypedReduce plan{.dtype = x.dtype, .how = accumulate_of(op.kind)};
  if (op.kind == ReduceKind::l1) plan.of = TypedReduce::Of::magnitude;
  if (op.kind == ReduceKind::l2) plan.of = TypedReduce::Of::square;
  const auto emit = [&](int64_t outer, int64_t in, int64_t inner, int64_t parts, bool is_last) {
    plan.outer = outer;
    plan.in = in;
    plan.inner = inner;
    plan.parts = parts;
    if (is_last) {
      plan.root = op.kind == ReduceKind::l2;
      if (op.kind == ReduceKind::mean) plan.divisor = count;
    }
    const Array y = is_last ? l.result(Form::plain) : l.temporary(x.dtype, {outer, parts, inner});
    l.emit(kernel_task(typed_reduce_kernel(l.tier(), x.dtype), plan, x, y), {x}, {y},
           parts > 1 ? "reduce parts" : "reduce");
    plan.of = TypedReduce::Of::itself;  // what is behind the first pass is made of it already
    x = y;
  };
  for (size_t i = 0; i < passes.size(); ++i) {
    const auto [outer, in, inner] = passes[i];
    const int64_t parts = parts_of(passes[i]);
    if (parts > 1) emit(outer, in, inner, parts, false);
    emit(outer, parts > 1 ? parts : in, inner, 1, i + 1 == passes.size());
  }
}

}  // namespace convoy::cpu
