// Bytes become applications of random operators with random attributes, their gradients, a choice
// of sizes, and a run on the reference backend. Whatever happens is a value or the library's error;
// the text of what was built parses back, and the passes change no result.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>

#include "convoy/base/convert.h"
#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/graph/gradients.h"
#include "convoy/graph/text.h"
#include "convoy/passes/passes.h"
#include "tests/fuzz/choices.h"

namespace {

using namespace convoy;

/// Sizes, numbers and attributes, many of them odd ones.
class OddChoices : public Choices {
 public:
  using Choices::Choices;

  int64_t integer() {
    constexpr int64_t odd_ones[] = {std::numeric_limits<int64_t>::min(),
                                    std::numeric_limits<int64_t>::max(),
                                    int64_t{1} << 32,
                                    -1,
                                    1000,
                                    int64_t{1} << 62};
    const uint8_t b = byte();
    return b < 6 ? odd_ones[b] : b % 8 == 7 ? -int64_t{b % 5} : int64_t{b % 6};
  }
  Dim size() {
    const uint8_t b = byte();
    if (b < 200) return b % 7;
    if (b < 240) return b % 2 ? Dim::symbol("N") : Dim::symbol("M");
    return b < 250 ? Dim::symbol("N") + integer() : Dim(integer());
  }
  double number() {
    constexpr double some[] = {0, -0.0, 1, 0.5, -1, 2, 1e-5, 1e300, INFINITY, -INFINITY, NAN, 3};
    return some[below(std::size(some))];
  }
  DType dtype() {
    const uint8_t b = byte();
    return b < 128 ? DType::float32 : static_cast<DType>(b % 13);
  }
  size_t count(size_t most) { return below(most + 1); }

  // Attributes of every type; what has no overload does not compile.
  void fill(bool& value) { value = byte() % 2; }
  void fill(int64_t& value) { value = integer(); }
  void fill(double& value) { value = number(); }
  void fill(DType& value) { value = dtype(); }
  void fill(Dim& value) { value = size(); }
  void fill(Padding& value) {
    const size_t kind = below(8);
    if (kind < 5) {
      value = Padding(EnumNames<Padding::Kind>::values[kind + 1].first);
    } else {
      std::vector<Padding::Sides> sides(count(3));
      for (auto& [begin, end] : sides) {
        begin = integer();
        end = integer();
      }
      value = Padding(std::move(sides));
    }
  }
  template <NamedEnum E>
  void fill(E& value) {
    constexpr auto& values = EnumNames<E>::values;
    value = values[below(values.size())].first;
  }
  template <class T>
  void fill(std::optional<T>& value) {
    value.reset();
    if (byte() % 2) fill(value.emplace());
  }
  template <class T>
  void fill(std::vector<T>& value) {
    value.resize(count(4));
    for (size_t i = 0; i < value.size(); ++i) {
      T element{};
      fill(element);
      value[i] = std::move(element);
    }
  }
  template <class T, size_t n>
  void fill(std::array<T, n>& value) {
    for (T& element : value) fill(element);
  }
};

Op random_operator(OddChoices& choices) {
  const auto& all = operators();
  // More operators than a byte counts.
  const size_t index = (choices.byte() * 256u + choices.byte()) % all.size();
  Op op = all[index].prototype;
  // Attributes that are left alone keep useful defaults.
  std::visit(
      [&](auto& o) {
        std::apply(
            [&](const auto&... field) {
              ((choices.byte() < 180 ? choices.fill(o.*field.member) : void()), ...);
            },
            o.fields);
      },
      op);
  return op;
}

Type random_type(OddChoices& choices) {
  Type type{choices.dtype(), {}};
  type.shape.resize(choices.count(5));
  for (Dim& dim : type.shape) dim = choices.size();
  return type;
}

Tensor random_tensor(OddChoices& choices, DType dtype, const Extents& extents) {
  if (element_count(to_shape(extents)).value() > 4096) throw LimitError("too large to try");
  Tensor tensor(dtype, extents);
  visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    for (T& element : tensor.data<T>())
      element = convert<T>(choices.byte() < 230 ? static_cast<double>(choices.byte() % 5)
                                                : choices.number());
  });
  return tensor;
}

// Operators that fail leave everything as it is.
template <class F>
void attempt(F&& f) {
  try {
    f();
  } catch (const Error&) {
  }
}

std::vector<Value> build(OddChoices& choices, std::vector<Value>& inputs) {
  std::vector<Value> pool;
  for (size_t i = 0; i < 3; ++i)
    attempt([&] {
      inputs.push_back(input("x" + std::to_string(i), random_type(choices)));
      pool.push_back(inputs.back());
    });
  for (size_t i = 0; i < 2; ++i)
    attempt([&] {
      const Type type = random_type(choices);
      const Tensor data = random_tensor(choices, type.dtype, to_extents(type.shape));
      pool.push_back(i ? constant(data) : parameter("p", data));
    });
  for (int step = 0; step < 12 && choices.left() && !pool.empty(); ++step)
    attempt([&] {
      Op op = random_operator(choices);
      const auto names = std::visit([](const auto& o) { return input_names(o); }, op);
      std::vector<Value> arguments;
      for (size_t i = 0; i < names.size(); ++i)
        if (!names[i].ends_with('?') || choices.byte() % 2)
          arguments.push_back(
              pool[pool.size() - 1 - choices.below(std::min<size_t>(pool.size(), 6))]);
      if (choices.byte() > 240) arguments.push_back(pool.back());
      for (Value& value : apply_all(std::move(op), std::move(arguments), "node"))
        pool.push_back(std::move(value));
    });
  return pool;
}

void require(bool holds, const char* what, const Graph& graph) {
  if (holds) return;
  std::fprintf(stderr, "%s\n%s\n", what, to_string(graph).c_str());
  std::abort();
}

bool same(const Tensor& a, const Tensor& b) {
  if (a.type() != b.type()) return false;
  for (int64_t i = 0; i < a.size(); ++i) {
    const double x = a.at(i), y = b.at(i);
    if (!(std::isnan(x) && std::isnan(y)) && (x != y || std::signbit(x) != std::signbit(y)))
      return false;
  }
  return true;
}

void run(OddChoices& choices, const Graph& graph) {
  const Bindings sizes{{"N", choices.integer()}, {"M", choices.integer()}};
  std::vector<Tensor> arguments;
  for (const Value& input : graph.inputs) {
    const Shape shape = substitute(input.shape(), sizes);
    for (const Dim& dim : shape)
      if (!dim.is_static() || dim.value() < 0) throw ShapeError("no size to try");
    arguments.push_back(random_tensor(choices, input.dtype(), to_extents(shape)));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  const Cancellation cancellation([&] { return std::chrono::steady_clock::now() > deadline; });
  std::vector<std::vector<Tensor>> results;
  for (const bool optimize : {false, true})
    results.push_back(
        compile(graph, {.backend = "reference", .optimize = optimize, .memory_limit = 1 << 20})(
            arguments, {.cancellation = &cancellation}));
  for (size_t i = 0; i < results[0].size(); ++i)
    require(same(results[0][i], results[1][i]), "passes change a result", graph);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  OddChoices choices(data, size);
  std::vector<Value> inputs;
  std::vector<Value> pool = build(choices, inputs);
  if (pool.empty()) return 0;
  std::vector<Value> outputs{pool.back()};
  attempt([&] {
    std::vector<Value> sources;
    for (const Value& value : pool)
      if (!value.node()->op() && is_floating(value.dtype())) sources.push_back(value);
    for (Value& grad : gradients({outputs[0]}, sources, {outputs[0]}))
      outputs.push_back(std::move(grad));
  });
  const Graph graph(inputs, outputs);
  verify(graph);
  const std::string text = to_string(graph);
  require(to_string(parse_graph(text)) == text, "does not parse back", graph);
  attempt([&] { run(choices, graph); });
  return 0;
}
