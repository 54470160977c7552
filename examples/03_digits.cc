// Lesson 3 in C++: a network learns to read the digits that examples/03_digits.py drew.
//
//   example_03_digits [FOLDER [EPOCHS]]
//
// FOLDER (build/demo) holds digits_train.npz and digits_test.npz; digits_cpp.onnx is written there.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "convoy/convoy.h"
#include "convoy/io/npz.h"
#include "convoy/models/models.h"

using namespace convoy;

namespace {

constexpr size_t batch = 32;

struct Digits {
  Tensor images;  // uint8[N,1,32,32]
  Tensor labels;  // int64[N]
};

Digits load(const std::filesystem::path& path) {
  const NamedTensors arrays = io::load_npz(path);
  return {arrays.at("images"), arrays.at("labels")};
}

/// Rows of an array, copied into one of their own.
template <class T>
Tensor rows(const Tensor& array, std::span<const size_t> chosen) {
  Extents extents = array.extents();
  extents[0] = static_cast<int64_t>(chosen.size());
  Tensor result(array.dtype(), extents);
  const size_t size = static_cast<size_t>(array.size() / array.extent(0));
  for (size_t i = 0; i < chosen.size(); ++i)
    std::copy_n(array.data<T>().begin() + static_cast<ptrdiff_t>(chosen[i] * size), size,
                result.data<T>().begin() + static_cast<ptrdiff_t>(i * size));
  return result;
}

/// What the network says of pictures in 0…1 whose light and contrast were made alike first.
Value scores(const models::Model& lenet, const Value& images) {
  return (*lenet.network)(instance_norm(images, {}, {}));
}

/// New values of the parameters, and of the two running means that Adam keeps for each.
std::vector<std::pair<ParameterPtr, Value>> adam(const Value& loss,
                                                 const std::vector<Value>& parameters,
                                                 const Value& rate) {
  std::vector<std::pair<ParameterPtr, Value>> updates;
  const std::vector<Value> slopes = gradients(loss, parameters);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterPtr& state = state_of(parameters[i]);
    const Tensor zeros = Tensor::zeros(DType::float32, state->value()->extents());
    const Value mean = parameter(state->name() + ".mean", zeros, /*trainable=*/false);
    const Value square = parameter(state->name() + ".square", zeros, /*trainable=*/false);
    const Value new_mean = 0.9 * mean + 0.1 * slopes[i];
    const Value new_square = 0.99 * square + 0.01 * slopes[i] * slopes[i];
    updates.emplace_back(state_of(mean), new_mean);
    updates.emplace_back(state_of(square), new_square);
    updates.emplace_back(state, parameters[i] - rate * new_mean / (sqrt(new_square) + 1e-6));
  }
  return updates;
}

void train(const models::Model& lenet, const Digits& digits, int64_t epochs) {
  const Value images = input("images", {DType::uint8, {Dim::symbol("N"), 1, 32, 32}});
  const Value labels = input("labels", {DType::int64, {Dim::symbol("N")}});
  const Value rate = input("rate", {DType::float32, {}});
  const Value loss = cross_entropy(scores(lenet, cast(images, DType::float32) / 255.0), labels);
  const auto updates = adam(loss, lenet.network->trainable_parameters(), rate);
  const Function step =
      compile({images, labels, rate}, {loss}, {.backend = "cpu", .updates = updates});

  std::vector<size_t> order(static_cast<size_t>(digits.labels.size()));
  std::iota(order.begin(), order.end(), size_t{0});
  std::mt19937 random(0);
  const size_t steps = static_cast<size_t>(epochs) * (order.size() / batch);
  for (size_t done = 0; done < steps;) {
    std::shuffle(order.begin(), order.end(), random);
    for (size_t first = 0; first + batch <= order.size(); first += batch) {
      const auto chosen = std::span<const size_t>(order).subspan(first, batch);
      const double part = static_cast<double>(done) / static_cast<double>(steps);
      const Tensor now =
          Tensor::full(DType::float32, {}, 0.001 * (1 + std::cos(std::numbers::pi * part)));
      const double error =
          step({rows<uint8_t>(digits.images, chosen), rows<int64_t>(digits.labels, chosen), now})[0]
              .at(0);
      if (++done % 50 == 0 || done == steps)
        std::cout << "step " << done << " of " << steps << ": loss " << error << std::endl;
    }
  }
}

double accuracy(const Tensor& probabilities, const Tensor& labels) {
  int64_t right = 0;
  for (int64_t i = 0; i < labels.size(); ++i) {
    const auto row = probabilities.data<float>().subspan(static_cast<size_t>(10 * i), 10);
    right += std::max_element(row.begin(), row.end()) - row.begin() ==
             labels.data<int64_t>()[static_cast<size_t>(i)];
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

int run(const std::filesystem::path& folder, int64_t epochs) {
  if (!std::filesystem::exists(folder / "digits_train.npz")) {
    std::cerr << "no digits_train.npz in " << folder << ": run examples/03_digits.py first\n";
    return 77;  // what CTest takes for a test that was left out
  }
  const Digits digits = load(folder / "digits_train.npz"), test = load(folder / "digits_test.npz");
  const models::Model lenet = models::build("lenet", {.seed = 1});
  train(lenet, digits, epochs);

  const Value image = input("image", {DType::float32, {Dim::symbol("N"), 1, 32, 32}});
  const Graph graph({image}, {{"probabilities", softmax(scores(lenet, image), 1)}}, "digits");
  onnx::save(graph, folder / "digits_cpp.onnx");

  // The file, as any other program would take it.
  const Function read = compile(onnx::load(folder / "digits_cpp.onnx"), {.backend = "cpu"});
  const Value pixels = input("pixels", test.images.type());
  const Function scaled = compile({pixels}, {cast(pixels, DType::float32) / 255.0});
  const Tensor probabilities = read({scaled({test.images})[0]})[0];
  std::cout << std::fixed << std::setprecision(1) << 100 * accuracy(probabilities, test.labels)
            << " % of the digits in fonts never seen are read right\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  return run(argc > 1 ? argv[1] : "build/demo", argc > 2 ? std::stoll(argv[2]) : 2);
} catch (const std::exception& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
