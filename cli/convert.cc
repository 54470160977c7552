#include <memory>
#include <set>

#include <fmt/format.h>

#include "backend.h"
#include "convoy/base/error.h"
#include "convoy/compile/optimize.h"
#include "convoy/graph/dot.h"
#include "convoy/graph/text.h"
#include "convoy/io/replacing_file.h"
#include "convoy/onnx/onnx.h"
#include "convoy/passes/passes.h"
#include "model_file.h"
#include "stablehlo_file.h"
#include "usage.h"
#include "verbs.h"

namespace convoy::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  convoy convert model.onnx newer.onnx --opset 21   the same network in another opset
  convoy convert model.onnx small.onnx --optimize   constants folded, repetitions merged
  convoy convert model.onnx fixed.onnx --dim N=1    symbolic dimensions fixed
  convoy convert model.onnx model.convoy            Convoy's text, to read and to edit
  convoy convert model.convoy model.onnx            and back
  convoy convert model.onnx model.stablehlo.mlir    for XLA, IREE and others; weights beside it

The suffix of OUT says what is written: .onnx, .convoy, .mlir (StableHLO), .dot, .svg. Weights go
with model.stablehlo.mlir into model.stablehlo.safetensors, where their names are in the order of
the arguments of its function main, after the inputs.)";

struct Arguments {
  std::filesystem::path in, out;
  DimensionOptions dims;
  int64_t opset = 0;
  bool optimize = false, external_data = false;
  std::string layout;
};

// Before anything is read: a long import should not end in a complaint about the command line.
void check(const Arguments& arguments) {
  const std::string suffix = arguments.out.extension().string();
  const std::set<std::string> known{".onnx", ".convoy", ".mlir", ".dot", ".svg"};
  if (!known.contains(suffix))
    throw UsageError(
        fmt::format("'{}': what can be written is .onnx, .convoy, .mlir, .dot and .svg",
                    arguments.out.string()));
  if (suffix != ".onnx" && (arguments.opset != 0 || arguments.external_data))
    throw UsageError("--opset and --external-data are for .onnx files");
  if (suffix != ".mlir" && !arguments.layout.empty())
    throw UsageError("--layout is for .mlir files");
}

void convert(const Arguments& arguments) {
  check(arguments);
  Graph graph = load_model(arguments.in);
  const Bindings bindings = arguments.dims.bindings(graph);
  if (!bindings.empty()) {
    if (bindings.size() != symbols_of(graph).size())
      throw UsageError("--dim must be given for every symbolic dimension, or for none");
    graph = specialize(graph, bindings);
  }
  if (arguments.optimize) graph = convoy::optimize(graph);
  const std::string suffix = arguments.out.extension().string();
  if (suffix == ".onnx")
    onnx::save(graph, arguments.out, {arguments.opset, arguments.external_data});
  else if (suffix == ".convoy")
    io::write_file(arguments.out, to_string(graph));
  else if (suffix == ".mlir")
    save_stablehlo(
        graph, arguments.out,
        {.layout = to_layout(arguments.layout).value_or(stablehlo::Layout::channels_first)});
  else if (suffix == ".dot")
    io::write_file(arguments.out, to_dot(graph));
  else
    io::write_file(arguments.out, to_svg(graph));
}

}  // namespace

void add_convert(CLI::App& app, const Session&) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("convert", "From one file format, or opset, to another");
  verb->footer(examples);
  verb->add_option("in", arguments->in, model_help)->required();
  verb->add_option("out", arguments->out, "the file to write")->required();
  arguments->dims.add_to(*verb);
  add_opset_option(*verb, arguments->opset);
  verb->add_flag("--optimize", arguments->optimize,
                 "fold constants, simplify, and merge what is computed twice");
  verb->add_flag("--external-data", arguments->external_data,
                 "weights in a file of their own, OUT.data; always so beyond 2 GiB");
  add_layout_option(*verb, arguments->layout,
                    "where channels stand inside an .mlir file; default first");
  verb->callback([arguments] { convert(*arguments); });
}

}  // namespace convoy::cli
