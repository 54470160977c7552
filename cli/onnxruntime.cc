#include "onnxruntime.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <spawn.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/wait.h>

#include "convoy/base/error.h"
#include "convoy/io/npy.h"

extern char** environ;  // NOLINT: POSIX's

namespace convoy::cli {

namespace {

// Exit code 3: a package is missing. Names of arrays are lines of index.txt, their numbers files.
constexpr const char* script = R"py(
import sys
try:
    import numpy, onnx, onnxruntime
except ImportError as error:
    sys.exit(print(error, file=sys.stderr) or 3)
path, folder, wants_nodes = sys.argv[1], sys.argv[2], sys.argv[3] == "1"
def names(file):
    with open(f"{folder}/{file}", encoding="utf-8") as lines:
        return lines.read().splitlines()
feeds = {name: numpy.load(f"{folder}/in{i}.npy") for i, name in enumerate(names("inputs.txt"))}
options = onnxruntime.SessionOptions()
options.log_severity_level = 4
wanted, source = None, path
if wants_nodes:
    model = onnx.load(path, load_external_data=False)
    tensors = {}
    for node in model.graph.node:
        if node.output and node.output[0]:
            tensors.setdefault(node.name or node.output[0], node.output[0])
    known = {output.name for output in model.graph.output}
    for tensor in tensors.values():
        if tensor not in known:
            model.graph.output.append(onnx.ValueInfoProto(name=tensor))
    # Weights in other files are found from beside the model alone.
    outside = any(t.data_location == onnx.TensorProto.EXTERNAL for t in model.graph.initializer)
    source = f"{path}.nodes.onnx" if outside else model.SerializeToString()
    if outside:
        onnx.save(model, source)
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
try:
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
finally:
    if wants_nodes and outside:
        import os
        os.remove(source)
outputs = dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds)))
results = outputs
if wants_nodes:
    results = {f"node:{name}": outputs[tensor] for name, tensor in tensors.items()}
kept = {n: a for n, a in results.items() if isinstance(a, numpy.ndarray) and "\n" not in n}
for i, array in enumerate(kept.values()):
    numpy.save(f"{folder}/out{i}.npy", numpy.ascontiguousarray(array).reshape(array.shape))
with open(f"{folder}/outputs.txt", "w", encoding="utf-8") as lines:
    lines.write("\n".join(kept))
)py";

/// A folder that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "convoy-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
      throw ValueError(fmt::format("cannot make a temporary folder: {}", std::strerror(errno)));
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The exit code of a program; 127 when it cannot be started. A call that is stopped kills it.
int exit_code_of(std::vector<std::string> command, const Cancellation& cancellation) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
    return 127;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (cancellation.requested()) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      cancellation.check();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace

NamedTensors run_by_onnxruntime(const std::filesystem::path& model, const NamedTensors& inputs,
                                bool nodes, const std::string& python,
                                const Cancellation& cancellation) {
  const TemporaryFolder folder;
  std::ofstream names(folder.path() / "inputs.txt", std::ios::binary);
  size_t count = 0;
  for (const auto& [name, tensor] : inputs) {
    names << name << '\n';
    io::save_npy(folder.path() / fmt::format("in{}.npy", count++), tensor);
  }
  names.close();
  const int code = exit_code_of(
      {python, "-c", script, model.string(), folder.path().string(), nodes ? "1" : "0"},
      cancellation);
  if (code == 127)
    throw NotSupportedError(fmt::format(
        "'{}' cannot be started; name a Python that has onnxruntime by --python", python));
  if (code == 3)
    throw NotSupportedError(
        fmt::format("'{0}' lacks a package; install what it needs by\n"
                    "{0} -m pip install onnx onnxruntime",
                    python));
  if (code != 0) throw ValueError("ONNX Runtime does not run the model; it says why above");
  NamedTensors results;
  std::ifstream lines(folder.path() / "outputs.txt", std::ios::binary);
  std::string name;
  for (size_t i = 0; std::getline(lines, name); ++i)
    results.emplace(name, io::load_npy(folder.path() / fmt::format("out{}.npy", i)));
  return results;
}

}  // namespace convoy::cli
