// What a plan's preparation leaves, in a folder, for later processes.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "convoy/base/tensor.h"
#include "convoy/cpu/cpu.h"
#include "convoy/cpu/plan/plan.h"
#include "convoy/graph/graph.h"
#include "convoy/io/mapped_file.h"

namespace convoy::cpu {

/// The files of one plan in `folder`: one for each set of values that the preparation reads.
class PlanFolder {
 public:
  /// `plan` as it was made of `graph`, and outlives this. Keeps nothing for an empty path, nor
  /// where the preparation is not known by what can be written down: operators of one's own in it.
  /// The folder is made where it does not exist; ValueError when that fails.
  PlanFolder(std::filesystem::path folder, const Graph& graph, const Plan& plan,
             Precision precision);

  bool keeps() const { return !folder_.empty(); }

  /// The name of these values of the parameters and of all else that the arrays depend on. Reads
  /// every value, so it is worth keeping.
  std::string identity_of(std::span<const Tensor> parameters) const;

  /// Prepared arrays as a mapped file.
  struct Arrays {
    std::shared_ptr<const io::MappedFile> file = {};
    const std::byte* data = nullptr;
  };
  /// Those that `save` left for this identity; null where there are none, or none that can be
  /// believed: every byte is checked.
  Arrays load(const std::string& identity) const;

  /// Leaves them in the folder, whatever other processes do there at the time. Nothing where the
  /// file cannot be written (a full disk).
  void save(const std::string& identity, const std::byte* arrays) const;

 private:
  std::filesystem::path path_of(const std::string& identity) const;
  std::string heading(const std::string& identity, const std::byte* arrays) const;

  std::filesystem::path folder_;
  const Plan& plan_;
  std::string about_;              // the code, the machine, the graph and how it is compiled
  std::vector<Tensor> constants_;  // of the graph
  std::vector<size_t> read_;       // parameters that the preparation reads, by index
};

}  // namespace convoy::cpu
