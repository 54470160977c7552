#include "convoy/cpu/plan_file.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>
#include <variant>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/base/version.h"
#include "convoy/cpu/code_fingerprint.h"
#include "convoy/cpu/digest.h"
#include "convoy/cpu/processor.h"
#include "convoy/graph/text.h"
#include "convoy/io/replacing_file.h"
#include "convoy/ops/ops.h"

namespace convoy::cpu {

namespace {

// A file is: a heading, padded to a page, then the arrays as they lie in memory. The heading says
// what they are of and has a checksum of them. The name is a hash of what they are of, which stands
// inside, too, so that a file by a wrong name is not believed.
constexpr std::string_view magic = "convoy prepared arrays 1\n";
constexpr size_t page = 4096;

std::string_view bytes_of(const Tensor& tensor) {
  return {static_cast<const char*>(tensor.raw()), static_cast<size_t>(tensor.bytes())};
}

std::string digest_of(std::string_view bytes, int threads) { return digest({&bytes, 1}, threads); }

bool is_custom(const NodePtr& node) {
  return node->op() && std::holds_alternative<Custom>(*node->op());
}

bool has_custom(const std::vector<Step>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) {
    return is_custom(step.node) || std::any_of(step.also.begin(), step.also.end(), is_custom);
  });
}

/// Indices of the parameters that the preparation reads.
std::vector<size_t> parameters_read(const Plan& plan) {
  std::set<size_t> read;
  for (const Step& step : plan.preparation)
    for (const Array& array : step.reads) {
      const Buffer& buffer = plan.buffers[array.buffer];
      if (buffer.place == Buffer::Place::input) read.insert(buffer.index - plan.inputs);
    }
  return {read.begin(), read.end()};
}

}  // namespace

PlanFolder::PlanFolder(std::filesystem::path folder, const Graph& graph, const Plan& plan,
                       Precision precision)
    : folder_(std::move(folder)),
      plan_(plan) {
  if (plan.prepared_bytes == 0 || has_custom(plan.preparation)) folder_.clear();
  if (folder_.empty()) return;
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (failed)
    throw ValueError(fmt::format("cannot make the folder '{}' for plans: {}", folder_.string(),
                                 failed.message()));
  for (const NodePtr& node : graph.nodes)
    if (const Tensor* constant = node->constant()) constants_.push_back(*constant);
  read_ = parameters_read(plan);
  // Without the data of constants, which is hashed where it lies.
  const std::string text = to_string(graph, {.max_elements = 0});
  about_ = fmt::format(
      "version {} {}\nprocessor {}\ninstruction set {}\nprecision {}\nthreads {}\nbytes {}\n"
      "graph {}\n",
      version, code_fingerprint, processor_name(), to_string(plan.tier), to_string(precision),
      plan.threads, plan.prepared_bytes, digest_of(text, 1));
}

std::string PlanFolder::identity_of(std::span<const Tensor> parameters) const {
  std::vector<std::string_view> values;
  for (const Tensor& constant : constants_) values.push_back(bytes_of(constant));
  for (const size_t i : read_) values.push_back(bytes_of(parameters[i]));
  const std::string hash = digest(values, plan_.threads);
  for (const std::string_view bytes : values) io::release_pages(bytes);  // read once, for this
  return fmt::format("{}values {}\n", about_, hash);
}

std::filesystem::path PlanFolder::path_of(const std::string& identity) const {
  return folder_ / fmt::format("{}.cpu", digest_of(identity, 1).substr(0, 16));
}

std::string PlanFolder::heading(const std::string& identity, const std::byte* arrays) const {
  const std::string_view bytes{reinterpret_cast<const char*>(arrays),
                               static_cast<size_t>(plan_.prepared_bytes)};
  std::string text =
      fmt::format("{}{}checksum {}\n", magic, identity, digest_of(bytes, plan_.threads));
  text.resize(page);
  return text;
}

PlanFolder::Arrays PlanFolder::load(const std::string& identity) const {
  const std::filesystem::path path = path_of(identity);
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return {};
  try {
    auto file = io::MappedFile::open(path);
    const std::string_view bytes = file->bytes();
    if (bytes.size() != page + static_cast<size_t>(plan_.prepared_bytes)) return {};
    const auto* arrays = reinterpret_cast<const std::byte*>(bytes.data() + page);
    if (bytes.substr(0, page) != heading(identity, arrays)) return {};
    return {std::move(file), arrays};
  } catch (const ValueError&) {
    return {};  // gone meanwhile, or not to be read
  }
}

void PlanFolder::save(const std::string& identity, const std::byte* arrays) const {
  try {
    io::ReplacingFile file(path_of(identity));
    file.write(heading(identity, arrays));
    file.write({reinterpret_cast<const char*>(arrays), static_cast<size_t>(plan_.prepared_bytes)});
    file.commit();
  } catch (const ValueError&) {
    // Later processes prepare again.
  }
}

}  // namespace convoy::cpu
