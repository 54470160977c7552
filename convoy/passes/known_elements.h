// What is known of an array's elements while a graph is being built: shape arithmetic.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "convoy/passes/passes.h"

namespace convoy {

/// True when `size` is at least 0 whatever its symbols, as far as its terms tell: none subtracts.
bool never_negative(const Dim& size);

/// Works out the elements of small arrays that depend on constants and on shapes alone, such as
/// the target of a reshape that a file computes from the sizes of its input. Elements are sizes,
/// symbolic ones included, and fractions of sizes on their way to a rounding; other real numbers
/// are known where everything they come from is.
class KnownElements {
 public:
  /// Arrays of more than `max_elements` are not looked into, and none any more when as many as
  /// `max_total` have been worked out: graphs may come from anywhere.
  explicit KnownElements(Evaluator evaluate, int64_t max_elements = 4096,
                         int64_t max_total = int64_t{1} << 22)
      : evaluate_(std::move(evaluate)),
        max_elements_(max_elements),
        elements_left_(max_total) {}

  /// The array, when every element is a number.
  std::optional<Tensor> tensor(const Value& value);
  /// The elements in row-major order, when they are integers or symbolic sizes.
  std::optional<std::vector<Dim>> sizes(const Value& value);

 private:
  /// Nothing, an array, or sizes of which at least one is symbolic, each divided by `divisor`.
  struct Known {
    std::optional<Tensor> tensor = {};
    std::optional<std::vector<Dim>> sizes = {};
    int64_t divisor = 1;
    explicit operator bool() const { return tensor || sizes; }
  };

  bool is_small(const Type& type) const;
  const Known& find(const Value& value);
  std::vector<Known> known_outputs(const Node& node);
  std::vector<Known> computed(const Node& node);
  std::optional<Known> scaled(const Node& node);
  std::optional<std::vector<Dim>> rounded(const Node& node);
  std::optional<std::vector<Dim>> moved(const Node& node, size_t first_data, size_t data_count);
  std::optional<std::vector<Dim>> arithmetic(const Node& node);
  std::vector<Dim> broadcast(const Value& value, const Extents& extents);

  Evaluator evaluate_;
  int64_t max_elements_;
  int64_t elements_left_;
  // Values keep their nodes alive, so that no address is used twice.
  std::unordered_map<NodePtr, std::vector<Known>> known_;
};

}  // namespace convoy
