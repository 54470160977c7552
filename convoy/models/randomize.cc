#include "convoy/models/randomize.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "convoy/base/checked.h"
#include "convoy/compile/function.h"
#include "convoy/nn/initializers.h"

namespace convoy::models {

namespace {

constexpr double logit_of_099 = 4.6;

class Randomizer {
 public:
  explicit Randomizer(uint64_t seed) : generator_(seed) {}

  /// A uniform value where `value` is a parameter and not drawn yet.
  void draw(const Value& value, double low, double high) {
    const Parameter* parameter = value ? std::get_if<Parameter>(&value.node()->what) : nullptr;
    if (!parameter || !drawn_.insert(parameter->state.get()).second) return;
    const Type& type = parameter->state->type();
    parameter->state->set_value(
        nn::uniform(low, high)(type.dtype, to_extents(type.shape), generator_));
  }

 private:
  nn::Generator generator_;
  std::unordered_set<const ParameterState*> drawn_;
};

template <class O>
const O* op_of(const Node& node) {
  return node.op() ? std::get_if<O>(node.op()) : nullptr;
}

// The bias that a node adds, or none.
Value bias_of(const Node& node) {
  if (op_of<Conv>(node) && node.inputs.size() == 3) return node.inputs[2];
  const Binary* binary = op_of<Binary>(node);
  if (binary && binary->kind == BinaryKind::add && node.inputs[1].rank() == 1)
    return node.inputs[1];
  return {};
}

// Biases of the nodes that `value` comes from by moving elements only.
void draw_biases_of_logits(const Value& value, Randomizer& randomizer) {
  const Node& node = *value.node();
  if (const Value bias = bias_of(node)) randomizer.draw(bias, -logit_of_099, logit_of_099);
  if (op_of<Reshape>(node) || op_of<Concat>(node) || op_of<Slice>(node) || op_of<Transpose>(node))
    for (const Value& input : node.inputs) draw_biases_of_logits(input, randomizer);
}

void draw_all(const Graph& graph, Randomizer& randomizer) {
  for (const NodePtr& node : graph.nodes) {
    const Activation* activation = op_of<Activation>(*node);
    if (activation && activation->kind == ActivationKind::sigmoid)
      draw_biases_of_logits(node->inputs[0], randomizer);
  }
  for (const NodePtr& node : graph.nodes) {
    randomizer.draw(bias_of(*node), -0.5, 0.5);
    if (op_of<BatchNorm>(*node)) {
      randomizer.draw(node->inputs[1], 0.5, 1.5);
      randomizer.draw(node->inputs[2], -0.5, 0.5);
    }
  }
}

// Pictures [N,C,H,W], every other one of noise, the rest of random patches of several sizes: noise
// looks the same everywhere once it was averaged a few times, and statistics of it alone would fit
// nothing else.
Tensor random_pictures(const Extents& extents, nn::Generator& generator) {
  constexpr int64_t sizes[] = {1, 4, 16, 64};
  Tensor pictures = nn::uniform(0, 1)(DType::float32, extents, generator);
  const int64_t height = extents[2], width = extents[3], plane = height * width;
  for (int64_t n = 1; n < extents[0]; n += 2) {
    float* const picture = pictures.data<float>().data() + n * extents[1] * plane;
    std::fill_n(picture, extents[1] * plane, 0.0f);
    for (const int64_t size : sizes) {
      const int64_t rows = ceil_divide(height, size), columns = ceil_divide(width, size);
      const Tensor patches = nn::uniform(0, 1.0 / std::size(sizes))(
          DType::float32, {extents[1], rows, columns}, generator);
      const float* from = patches.data<float>().data();
      float* to = picture;
      for (int64_t c = 0; c < extents[1]; ++c, from += rows * columns)
        for (int64_t y = 0; y < height; ++y)
          for (int64_t x = 0; x < width; ++x) *to++ += from[y / size * columns + x / size];
    }
  }
  return pictures;
}

// Statistics by which a normalisation neither lets values of other pictures grow from layer to
// layer nor divides by a variance that is next to nothing by chance: half the mean m, and at least
// the layer's mean square. (With the batch's own, deviations grow a hundredfold in sixty layers.)
std::pair<Value, Value> calm(const Value& mean, const Value& variance) {
  const Value square = variance + mean * mean;
  return {mean * 0.5, max(variance + mean * mean * 0.25, reduce_mean(square))};
}

// Runs `graph` on pictures with statistics of each normalisation's own input, and keeps those.
void adopt_statistics(const Graph& graph, nn::Generator generator) {
  std::vector<std::pair<ParameterPtr, Value>> updates;
  const Graph observed = rewritten(graph, [&](const Node& node, const std::vector<Value>& inputs) {
    const BatchNorm* norm = op_of<BatchNorm>(node);
    if (!norm) return std::vector<Value>{};
    const std::vector<Value> batch =
        batch_norm_training(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], {.momentum = 1});
    const auto [mean, variance] = calm(batch[1], batch[2]);
    updates.emplace_back(state_of(inputs[3]), mean);
    updates.emplace_back(state_of(inputs[4]), variance);
    return std::vector<Value>{batch_norm(inputs[0], inputs[1], inputs[2], mean, variance, *norm)};
  });
  if (updates.empty()) return;
  const Tensor pictures = random_pictures(to_extents(observed.inputs[0].shape()), generator);
  compile(observed, {.updates = std::move(updates)})({pictures});
}

// At most `most`, and that where the size is a symbol.
int64_t side_of(const Dim& size, int64_t most) {
  return size.is_static() ? std::min(size.value(), most) : most;
}

}  // namespace

void randomize_statistics(const Model& model, uint64_t seed, int64_t side) {
  Randomizer randomizer(seed);
  nn::Mode inference;
  const Value given = model.graph.inputs[0];
  draw_all(Graph({given}, {model.network->forward(given, inference)}), randomizer);
  bool normalizes = false;
  for (const nn::NamedParameter& parameter : model.network->named_parameters())
    normalizes = normalizes || parameter.name.ends_with("running_mean");
  if (!normalizes) return;
  // Small pictures have few places in their deepest maps: it takes more of them.
  const int64_t height = side_of(given.dim(2), side), width = side_of(given.dim(3), side);
  const int64_t count = std::clamp<int64_t>((int64_t{1} << 17) / (height * width), 2, 8);
  const Value some = input("images", {given.dtype(), {count, given.dim(1), height, width}});
  adopt_statistics(Graph({some}, {model.network->forward(some, inference)}),
                   nn::Generator(seed + 1));
}

}  // namespace convoy::models
