#include <memory>
#include <optional>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/io/tensors.h"
#include "convoy/models/models.h"
#include "convoy/models/weights.h"
#include "convoy/onnx/onnx.h"
#include "model_file.h"
#include "usage.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  convoy export --list                                the networks there are
  convoy export yolo11n yolo11n.onnx                  80 classes, 640x640, weights from seed 0
  convoy export resnet18 net.onnx --classes 10 --size 64
  convoy export lenet net.onnx --batch N              any batch: a symbolic dimension
  convoy export yolo11n net.onnx --weights yolo.safetensors

Weights are drawn from a seed, or read from a .safetensors or .npz file whose names are those of
the network's parameters: torchvision's, and for YOLO11 model.0.conv.weight and so on.)";

struct Arguments {
  std::string name;
  std::filesystem::path out, weights;
  std::optional<int64_t> classes, channels;
  std::vector<std::string> size;
  std::string batch = "1";
  uint64_t seed = 0;
  int64_t opset = 0;
  bool list = false;
};

void print_list() {
  for (const models::Architecture& one : models::architectures())
    fmt::print("{:<16} {:<9} {}, {} classes, {}x{}x{}\n", one.name, one.task, one.description,
               one.classes, one.channels, one.size, one.size);
}

// What a network refuses of its sizes, or that there is none of the name, is for the caller to
// mend.
models::Model built(const Arguments& arguments) try {
  models::Options options{.classes = arguments.classes,
                          .channels = arguments.channels,
                          .batch = Dim::parse(arguments.batch),
                          .seed = arguments.seed};
  if (!arguments.size.empty()) {
    options.height = Dim::parse(arguments.size.front());
    options.width = Dim::parse(arguments.size.back());
  }
  return models::build(arguments.name, options);
} catch (const ValueError& error) {
  throw UsageError(error.what());
}

void export_model(const Arguments& arguments) {
  if (arguments.list) return print_list();
  if (arguments.name.empty() || arguments.out.empty()) throw CLI::RequiredError("NAME and OUT");
  if (arguments.out.extension() != ".onnx")
    throw UsageError(fmt::format("'{}' must be an .onnx file", arguments.out.string()));
  const models::Model model = built(arguments);
  if (!arguments.weights.empty())
    models::load_weights(*model.network, io::load_tensors(arguments.weights));
  onnx::save(model.graph, arguments.out, {.opset = arguments.opset});
  fmt::print(
      "{}: {}, {} -> {}, {} parameters\n", arguments.out.string(),
      models::architecture(arguments.name).description, to_string(model.graph.inputs[0].type()),
      to_string(model.graph.outputs[0].value.type()), models::parameter_count(*model.network));
}

}  // namespace

void add_export(CLI::App& app, const Session&) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("export", "Write a built-in network as an ONNX file");
  verb->footer(examples);
  verb->add_option("name", arguments->name, "the network, see --list");
  verb->add_option("out", arguments->out, "the .onnx file to write");
  verb->add_flag("--list", arguments->list, "list the networks");
  verb->add_option("--classes", arguments->classes, "how many classes; default the network's own");
  verb->add_option("--channels", arguments->channels, "channels of the input");
  verb->add_option("--size", arguments->size,
                   "height and width, or one for both; names are symbolic")
      ->expected(1, 2);
  verb->add_option("--batch", arguments->batch, "images at once, or a name: any number")
      ->capture_default_str();
  verb->add_option("--seed", arguments->seed, "where weights are drawn from")
      ->capture_default_str();
  verb->add_option("--weights", arguments->weights, "a .safetensors or .npz file")
      ->type_name("FILE");
  add_opset_option(*verb, arguments->opset);
  verb->callback([arguments] { export_model(*arguments); });
}

}  // namespace convoy::cli
