#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backend.h"
#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/io/npy.h"
#include "inputs.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  convoy run model.onnx --random 0                       does it run, and how long
  convoy run digits.onnx --input digit.png               a picture, brought to the input's size
  convoy run model.onnx --input images=photo.jpg --mean 0.485 0.456 0.406 --std 0.229 0.224 0.225
  convoy run model.onnx --input x=x.npy --input y=y.npy --output-dir results
  convoy run model.onnx --random 0 --backend cpu --threads 2
  convoy run model.onnx --random 0 --backend xla         by XLA, see convoy devices

Pictures are turned upright by their EXIF orientation, brought to the input's size by --fit,
multiplied by --scale, less --mean, divided by --std, and laid out as [1,C,H,W], red first. An
input of one channel gets their brightness. Every output is described by its shape, dtype, least,
mean and largest element; --output-dir writes it as NAME.npy.)";

struct Arguments {
  std::filesystem::path model, output_folder;
  InputOptions inputs;
  std::string backend;
  BackendArguments settings;
};

/// The file for an output: its name, with what a path would take amiss replaced.
std::string file_name(const std::string& output) {
  std::string name = output;
  for (char& c : name)
    if (c == '/' || c == '\\' || c == ':' || static_cast<unsigned char>(c) < 0x20) c = '_';
  return (name.empty() || name.front() == '.' ? "_" + name : name) + ".npy";
}

/// Names of classes from metadata in the form {0: 'person', 1: 'bicycle'}; none where there are
/// no such.
std::vector<std::string> class_names(const Graph& graph) {
  std::vector<std::string> names;
  const auto found = graph.metadata.find("names");
  if (found == graph.metadata.end()) return names;
  const std::string& text = found->second;
  for (size_t at = 0; (at = text.find(": ", at)) != std::string::npos;) {
    const char quote = at + 2 < text.size() ? text[at + 2] : '\0';
    const size_t end = quote == '\'' || quote == '"' ? text.find(quote, at + 3) : std::string::npos;
    if (end == std::string::npos) return {};
    names.push_back(text.substr(at + 3, end - at - 3));
    at = end;
  }
  return names;
}

/// Of scores [1,C], the three largest classes; NaN comes last, for an order to sort by.
void print_largest(const Tensor& scores, const std::vector<std::string>& names) {
  std::vector<int64_t> order(static_cast<size_t>(scores.size()));
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  const size_t shown = std::min<size_t>(3, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [&](int64_t a, int64_t b) {
                      const double x = scores.at(a), y = scores.at(b);
                      return std::isnan(y) ? !std::isnan(x) : x > y;
                    });
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    const auto k = static_cast<size_t>(order[i]);
    const std::string name = k < names.size() ? names[k] : fmt::format("class {}", k);
    text += fmt::format("{}{} ({:.4g})", i == 0 ? "" : ", ", name, scores.at(order[i]));
  }
  fmt::print("  largest: {}\n", text);
}

void print_summary(const std::string& name, const Tensor& tensor) {
  double least = std::numeric_limits<double>::infinity(), most = -least, sum = 0;
  int64_t not_numbers = 0;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double x = tensor.at(i);
    if (std::isnan(x)) {
      ++not_numbers;
      continue;
    }
    least = std::min(least, x);
    most = std::max(most, x);
    sum += x;
  }
  const int64_t numbers = tensor.size() - not_numbers;
  fmt::print("{}  {}", name, to_string(tensor.type()));
  if (numbers > 0)
    fmt::print("  min {:.6g}  mean {:.6g}  max {:.6g}", least, sum / static_cast<double>(numbers),
               most);
  if (not_numbers > 0) fmt::print("  {} NaN", not_numbers);
  fmt::print("\n");
}

void run(const Arguments& arguments, const Session& session) {
  using Clock = std::chrono::steady_clock;
  const auto milliseconds = [](Clock::duration d) {
    return std::chrono::duration<double, std::milli>(d).count();
  };
  const CompileOptions options = arguments.settings.options(arguments.backend, {arguments.backend});
  const auto start = Clock::now();
  const InputOptions::Ready ready = arguments.inputs.load(arguments.model);
  const auto loaded = Clock::now();
  const Function function = compile(ready.graph, options);
  const std::vector<Tensor> results = function.call(ready.arrays, {&session.cancellation});
  const auto done = Clock::now();
  const std::vector<std::string> names = class_names(ready.graph);
  for (size_t i = 0; i < results.size(); ++i) {
    print_summary(ready.graph.outputs[i].name, results[i]);
    if (results[i].rank() == 2 && results[i].extent(0) == 1 && results[i].extent(1) > 1)
      print_largest(results[i], names);
  }
  fmt::print("{}: read in {:.1f} ms, compiled and run in {:.1f} ms\n", arguments.backend,
             milliseconds(loaded - start), milliseconds(done - loaded));
  if (arguments.output_folder.empty()) return;
  std::filesystem::create_directories(arguments.output_folder);
  for (size_t i = 0; i < results.size(); ++i)
    io::save_npy(arguments.output_folder / file_name(ready.graph.outputs[i].name), results[i]);
}

}  // namespace

void add_run(CLI::App& app, const Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("run", "Run a model on files, pictures or random arrays");
  verb->footer(examples);
  verb->add_option("model", arguments->model, model_help)->required();
  arguments->inputs.add_to(*verb);
  verb->add_option("--output-dir", arguments->output_folder,
                   "write every output there, as NAME.npy")
      ->type_name("DIR");
  add_backend_option(*verb, arguments->backend);
  arguments->settings.add_to(*verb);
  verb->callback([arguments, &session] { run(*arguments, session); });
}

}  // namespace convoy::cli
