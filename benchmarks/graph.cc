// What a graph costs before it runs: building it, differentiating it, compiling it.

#include <benchmark/benchmark.h>

#include "convoy/convoy.h"

namespace {

using namespace convoy;

struct Chain {
  Value image;
  std::vector<Value> weights;
  Value loss;
};

// `depth` 3×3 convolutions, each followed by max(·, 0).
Chain chain(int64_t depth) {
  Chain result{
      input("image", {DType::float32, {Dim::symbol("N"), 4, Dim::symbol("H"), 32}}), {}, {}};
  Value value = result.image;
  const Value zero = scalar(0, DType::float32);
  for (int64_t i = 0; i < depth; ++i) {
    result.weights.push_back(parameter("w", Tensor::zeros(DType::float32, {4, 4, 3, 3})));
    value = max(conv(value, result.weights.back(), {.padding = Padding::half}), zero);
  }
  result.loss = reduce_sum(value);
  return result;
}

void build(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(chain(state.range(0)));
  state.SetComplexityN(state.range(0));
}

void differentiate(benchmark::State& state) {
  const Chain network = chain(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(gradients(network.loss, network.weights));
  state.SetComplexityN(state.range(0));
}

// Specialisation to known sizes, with all passes; a new Function each time, so nothing is kept.
void specialize(benchmark::State& state) {
  const Chain network = chain(state.range(0));
  const Graph graph({network.image}, gradients(network.loss, network.weights));
  for (auto _ : state) benchmark::DoNotOptimize(compile(graph).output_types({{1, 4, 32, 32}}));
  state.SetComplexityN(state.range(0));
}

BENCHMARK(build)->Range(8, 512)->Complexity();
BENCHMARK(differentiate)->Range(8, 512)->Complexity();
BENCHMARK(specialize)->Range(8, 512)->Complexity();

}  // namespace
