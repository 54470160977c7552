// Arrays for the inputs of a model: from files, from pictures, or drawn at random.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "convoy/compile/function.h"
#include "convoy/io/image_to_input.h"
#include "model_file.h"

namespace convoy::cli {

/// What `run` and `compare` are given to feed a model with.
class InputOptions {
 public:
  void add_to(CLI::App& verb);
  /// Draw inputs that no file is given for, where the command line does not say from what seed.
  void draw_by_default() { seed_ = 0; }

  /// A model with the inputs that decide its shapes put in as constants, and arrays for the rest.
  struct Ready {
    Graph graph;
    NamedTensors arrays;  // for the inputs of the graph
    NamedTensors all;     // and for those that became constants
  };
  /// UsageError for names that the model does not have, and for inputs given no array or two.
  Ready load(const std::filesystem::path& model) const;

 private:
  /// The arrays of an .npz file, which is read once.
  const NamedTensors& archive(const std::filesystem::path& file) const;
  /// The file for an input of that name; `only` when the model has no other input.
  std::optional<std::filesystem::path> file_of(const std::string& name, bool only) const;
  Tensor read(const std::filesystem::path& file, const std::string& name, const Type& type) const;
  void check_names(const std::vector<std::string>& names) const;

  std::vector<std::string> texts_;  // NAME=FILE, or FILE
  mutable std::map<std::filesystem::path, NamedTensors> archives_;
  std::optional<uint64_t> seed_;
  DimensionOptions dims_;
  std::vector<int64_t> size_;
  std::string fit_ = "letterbox";
  io::ImageToInput picture_;
};

/// An array of a type whose sizes are known: normal numbers for floats, small integers, coins for
/// bools. Reproducible from seed and name.
Tensor random_array(const Type& type, uint64_t seed, const std::string& name);

}  // namespace convoy::cli
