// Bytes become small convolutional networks of any geometry, and their gradients where those are
// smooth. The backend cpu makes of them what reference makes, by any number of threads, in both
// precisions and on any instruction set, and the same bit for bit when it is called again.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/graph/gradients.h"
#include "convoy/graph/text.h"
#include "convoy/ops/conv_transpose.h"
#include "convoy/ops/ops.h"
#include "tests/fuzz/choices.h"

namespace {

using namespace convoy;

constexpr int64_t most_elements = 20'000;   // of a value
constexpr int64_t most_products = 400'000;  // of a convolution: reference has to do them, too

int64_t product(std::span<const int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>());
}

/// Numbers of about 1, both signs, zeros among them.
Tensor numbers(DType dtype, const Extents& extents, unsigned seed, double scale = 1,
               double offset = 0) {
  Tensor tensor(dtype, extents);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const unsigned mixed = (static_cast<unsigned>(i) * 2654435761u + seed * 40503u) >> 16;
    const double number = (static_cast<int>(mixed % 17) - 8) / 8.0 * scale + offset;
    if (dtype == DType::float32)
      tensor.data<float>()[static_cast<size_t>(i)] = static_cast<float>(number);
    else
      tensor.data<double>()[static_cast<size_t>(i)] = number;
  }
  return tensor;
}

/// A network as it grows.
struct Network {
  Choices& choices;
  DType dtype;
  size_t rank;  // spatial axes
  std::vector<Value> values = {}, parameters = {};
  bool smooth = true;  // no kinks, so that rounding changes no gradient much

  size_t between(size_t low, size_t high) { return low + choices.below(high - low + 1); }
  bool sometimes() { return choices.byte() % 4 == 3; }

  Value any() {
    return values[values.size() - 1 - choices.below(std::min<size_t>(values.size(), 4))];
  }
  Extents sizes(const Value& x) { return to_extents(x.shape()); }

  int64_t channels() {
    constexpr int64_t some[] = {1, 2, 3, 4, 5, 7, 8, 13, 15, 16, 17, 24, 31, 32, 33, 48};
    return some[choices.below(std::size(some))];
  }
  Value weight(const Extents& extents, double offset = 0) {
    const int64_t fan_in = product(std::span(extents).subspan(std::min<size_t>(1, extents.size())));
    const Tensor data = numbers(dtype, extents, choices.byte(),
                                1 / std::sqrt(std::max<double>(1, double(fan_in))), offset);
    if (sometimes()) return constant(data);
    return parameters.emplace_back(parameter("p" + std::to_string(parameters.size()), data));
  }

  Integers each(size_t low, size_t high) {
    Integers all(rank);
    for (int64_t& one : all) one = static_cast<int64_t>(between(low, high));
    return all;
  }
  Integers kernel() {
    if (sometimes()) return each(1, 7);
    return Integers(rank, static_cast<int64_t>(between(1, 3)));
  }
  Padding padding(const Integers& kernel) {
    if (sometimes()) return choices.byte() % 2 ? Padding::same_upper : Padding::same_lower;
    std::vector<Padding::Sides> sides;
    for (const int64_t k : kernel)
      sides.emplace_back(choices.below(static_cast<size_t>(k) + 1),
                         choices.below(static_cast<size_t>(k) + 1));
    return sometimes() ? Padding(std::move(sides)) : Padding(kernel[0] / 2);
  }
  int64_t divisor(int64_t of) {
    Integers all{1};
    for (int64_t d = 2; d <= of; ++d)
      if (of % d == 0) all.push_back(d);
    return all[choices.below(all.size())];
  }

  void push(const Value& value) {
    if (product(sizes(value)) <= most_elements) values.push_back(value);
  }

  void add_conv(const Value& x, bool transposed) {
    const Extents in = sizes(x);
    const Integers k = kernel();
    const bool plain = !sometimes();
    const int64_t groups = plain ? 1 : divisor(in[1]);
    int64_t out = channels();
    out = transposed ? out : std::max<int64_t>(1, out / groups) * groups;
    Extents w{transposed ? in[1] : out, transposed ? out : in[1] / groups};
    w.insert(w.end(), k.begin(), k.end());
    if (product(w) * product(std::span(in).subspan(2)) > most_products) return;
    const Integers stride = plain ? Integers(rank, 1) : each(1, 3);
    const Integers dilation = sometimes() ? each(1, 3) : Integers(rank, 1);
    const bool turned = sometimes(), biased = sometimes();
    const Value weights = weight(w);
    if (transposed) {
      const ConvTranspose how{.stride = stride,
                              .padding = padding(k),
                              .dilation = dilation,
                              .groups = groups,
                              .flip = turned};
      return push(conv_transpose(x, weights, how));
    }
    const Conv how{stride, padding(k), dilation, groups, turned};
    push(biased ? conv(x, weights, weight({out}), how) : conv(x, weights, how));
  }

  void add_pool(const Value& x) {
    const Integers k = kernel(), stride = each(1, 3);
    const Integers dilation = sometimes() ? each(1, 2) : Integers(rank, 1);
    std::vector<Padding::Sides> sides;
    for (const int64_t one : k) sides.emplace_back(choices.below(size_t(one)), one / 2);
    const bool ceil_mode = sometimes();
    if (choices.byte() % 2) {
      push(avg_pool(x, {.kernel = k,
                        .stride = stride,
                        .padding = Padding(sides),
                        .dilation = dilation,
                        .ceil_mode = ceil_mode,
                        .count_include_pad = sometimes()}));
    } else {
      smooth = false;
      push(max_pool(x, {k, stride, Padding(sides), dilation, ceil_mode}));
    }
  }

  void add_function(const Value& x) {
    constexpr auto& kinds = EnumNames<ActivationKind>::values;
    const ActivationKind kind = kinds[choices.below(kinds.size())].first;
    smooth = smooth && (kind == ActivationKind::silu || kind == ActivationKind::sigmoid ||
                        kind == ActivationKind::gelu || kind == ActivationKind::softplus);
    push(activation(kind, x));
  }

  void add_normalization(const Value& x) {
    const Extents c{sizes(x)[1]};
    const Value gamma = weight(c, 1), beta = weight(c);
    if (sometimes())
      return push(layer_norm(x, weight({sizes(x).back()}, 1), weight({sizes(x).back()})));
    push(batch_norm(x, gamma, beta, weight(c), weight(c, 2)));
  }

  void add_movement(const Value& x) {
    Extents in = sizes(x);
    const size_t axis = choices.below(in.size());
    Shape before(in.size(), 0), after(in.size(), 0), starts(in.size(), 0);
    Shape stops = x.shape();
    Integers order(in.size());
    std::iota(order.begin(), order.end(), 0);
    switch (choices.below(6)) {
      case 0: {
        const size_t first = choices.below(static_cast<size_t>(in[axis]));
        starts[axis] = static_cast<int64_t>(first);
        Integers steps(in.size(), 1);
        if (sometimes()) steps[axis] = static_cast<int64_t>(between(1, 3));
        return push(slice(x, starts, stops, {}, steps));
      }
      case 1:
        before[axis] = static_cast<int64_t>(choices.below(4));
        after[axis] = static_cast<int64_t>(choices.below(4)) - 1;
        return push(pad(x, before, after, sometimes() ? PadMode::edge : PadMode::constant, 0.5));
      case 2:
        return push(flip(x, {static_cast<int64_t>(axis)}));
      case 3:
        std::swap(order[axis], order[choices.below(in.size())]);
        return push(transpose(x, order));
      case 4: {
        const Value y = any();
        return push(concat(choices.byte() % 2 ? std::vector{x, y} : std::vector{y, x, y},
                           static_cast<int64_t>(sometimes() ? axis : 1)));
      }
      default: {
        Shape size;
        for (size_t i = 2; i < in.size(); ++i)
          size.push_back(int64_t(between(1, 2)) * in[i] + int64_t(choices.below(2)));
        return push(resize(
            x, {.size = size, .mode = sometimes() ? ResizeMode::linear : ResizeMode::nearest}));
      }
    }
  }

  void add_meeting(const Value& x) {
    switch (choices.below(5)) {
      case 0:
        return push(add(x, any()));
      case 1:
        return push(mul(x, any()));
      case 2:
        return push(reduce_mean(x, {static_cast<int64_t>(choices.below(x.shape().size()))}, true));
      case 3:
        return push(softmax(x, static_cast<int64_t>(choices.below(x.shape().size()))));
      default: {
        const int64_t out = channels();
        return push(matmul(x, weight({sizes(x).back(), out})));
      }
    }
  }

  void grow() {
    const Value x = any();
    switch (choices.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return add_conv(x, false);
      case 4:
        return add_conv(x, true);
      case 5:
        return add_pool(x);
      case 6:
      case 7:
        return add_function(x);
      case 8:
        return add_normalization(x);
      case 9:
      case 10:
        return add_meeting(x);
      default:
        return add_movement(x);
    }
  }
};

[[noreturn]] void fail(const char* what, const Graph& graph, size_t output, double error,
                       double bound) {
  std::fprintf(stderr, "%s: output %zu, error %g, allowed %g\n%s\n", what, output, error, bound,
               to_string(graph, {.max_elements = 4}).c_str());
  std::abort();
}

double largest_of(const std::vector<Tensor>& tensors) {
  double largest = 0;
  for (const Tensor& t : tensors)
    for (int64_t i = 0; i < t.size(); ++i) {
      const double size = std::abs(t.at(i));
      if (!(size <= 1e9)) return INFINITY;
      largest = std::max(largest, size);
    }
  return largest;
}

void compare(Choices& choices, const Network& net, const Value& x,
             const std::vector<Value>& outputs) {
  const Graph graph({x}, outputs);
  const Tensor data = numbers(x.dtype(), to_extents(x.shape()), choices.byte());
  const cpu::Tier tier = cpu::tiers()[choices.below(cpu::tiers().size())];
  const Function f = compile(
      graph,
      {.backend = "cpu",
       .cpu = {.threads = int(1 + choices.below(3)),
               .precision = choices.byte() % 2 ? cpu::Precision::standard : cpu::Precision::highest,
               .tier = tier}});
  const std::vector<Tensor> ours = f({data}), again = f({data});
  const std::vector<Tensor> truth = compile(graph, {.backend = "reference"})({data});
  // Errors are of the size of what they come from, not of what is left where it cancels.
  const double largest = std::max(
      largest_of(compile({x}, net.values, {.backend = "reference"})({data})), largest_of(truth));
  const double bound = std::max(1e-6, largest) * (x.dtype() == DType::float32 ? 3e-4 : 1e-9);
  for (size_t o = 0; o < ours.size(); ++o) {
    if (!ours[o].identical(again[o])) fail("the second call gives something else", graph, o, 0, 0);
    if (ours[o].type() != truth[o].type()) fail("another type", graph, o, 0, 0);
    for (int64_t i = 0; std::isfinite(largest) && i < ours[o].size(); ++i) {
      const double error = std::abs(ours[o].at(i) - truth[o].at(i));
      if (!(error <= bound)) fail("not what reference gives", graph, o, error, bound);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Choices choices(data, size);
  Network net{choices, choices.byte() % 8 == 7 ? DType::float64 : DType::float32,
              size_t{1} + choices.below(3)};
  Shape shape{static_cast<int64_t>(choices.below(3)), net.channels()};
  for (size_t i = 0; i < net.rank; ++i)
    shape.push_back(int64_t(net.between(1, net.rank == 3 ? 6 : 17)));
  const Value x = input("x", {net.dtype, shape});
  net.values.push_back(x);
  for (int step = 0; step < 10 && choices.left(); ++step) try {
      net.grow();
    } catch (const Error&) {  // what does not fit is left out
    }
  std::vector<Value> outputs{net.values.back()};
  if (net.sometimes()) outputs.push_back(net.any());
  if (net.smooth && net.sometimes()) {
    std::vector<Value> of = net.parameters;
    of.push_back(x);
    for (const Value& grad : gradients({outputs[0]}, of, {outputs[0]})) outputs.push_back(grad);
  }
  compare(choices, net, x, outputs);
  return 0;
}
