#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "convoy/base/error.h"
#include "layouts.h"
#include "module.h"
#include "parameter.h"
#include "xla.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

unsigned long main_thread = 0;  // set when the module is imported

/// Lets Ctrl-C stop a call: the thread that called looks for signals now and then. Only Python's
/// main thread may handle them.
class Interruption {
 public:
  Interruption()
      : on_main_(PyThread_get_thread_ident() == main_thread),
        caller_(std::this_thread::get_id()),
        next_(Clock::now() + interval) {}

  bool requested() {
    if (stopped_.load(std::memory_order_relaxed)) return true;
    if (!on_main_ || std::this_thread::get_id() != caller_) return false;
    const auto now = Clock::now();
    if (now < next_) return false;
    next_ = now + interval;
    const nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) stopped_.store(true, std::memory_order_relaxed);
    return stopped_.load(std::memory_order_relaxed);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds interval{20};
  bool on_main_;
  std::thread::id caller_;
  Clock::time_point next_;  // of the calling thread alone
  std::atomic<bool> stopped_{false};
};

/// How outputs were asked for: as one value, or as a list in which None may stand.
struct Results {
  bool single = false;
  std::vector<bool> present;  // false where None stands
};

/// A compiled graph as Python calls it.
struct CompiledFunction {
  Function function;
  Results results;
  std::vector<std::string> names;  // of the inputs

  size_t position(const std::string& name) const {
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
      throw ValueError(
          fmt::format("the function has no input '{}'; it has {}", name, fmt::join(names, ", ")));
    if (std::ranges::find(found + 1, names.end(), name) != names.end())
      throw ValueError(fmt::format("two inputs are called '{}': pass them by position", name));
    return static_cast<size_t>(found - names.begin());
  }
};

/// Runs `call(cancellation)` without the interpreter's lock, so that Ctrl-C stops it.
template <class Call>
auto interruptible(const Call& call) {
  Interruption interruption;
  const Cancellation cancellation([&interruption] { return interruption.requested(); });
  try {
    const nb::gil_scoped_release release;
    return call(cancellation);
  } catch (const CancelledError&) {
    if (PyErr_Occurred()) throw nb::python_error();  // KeyboardInterrupt, or what a handler raised
    throw;
  }
}

// Arrays by position, then by name.
std::vector<Tensor> gather_inputs(const CompiledFunction& f, const nb::tuple& arrays,
                                  const nb::dict& named) {
  const size_t positional = arrays.size();
  std::vector<Tensor> inputs;
  inputs.reserve(f.names.size());
  if (named.size() == 0) {
    if (positional != f.names.size())
      throw ValueError(fmt::format("the function takes {} arrays ({}), got {}", f.names.size(),
                                   fmt::join(f.names, ", "), positional));
    for (size_t i = 0; i < positional; ++i)
      inputs.push_back(to_tensor(arrays[i], "input '" + f.names[i] + "'"));
    return inputs;
  }
  std::vector<nb::object> given(f.names.size());
  for (size_t i = 0; i < positional; ++i) {
    if (i >= given.size())
      throw ValueError(fmt::format("the function takes {} arrays ({}), got {}", f.names.size(),
                                   fmt::join(f.names, ", "), positional));
    given[i] = nb::borrow(arrays[i]);
  }
  for (const auto [key, array] : named) {
    const std::string name = nb::cast<std::string>(key);
    nb::object& slot = given[f.position(name)];
    if (slot.is_valid()) throw ValueError(fmt::format("input '{}' was given twice", name));
    slot = nb::borrow(array);
  }
  for (size_t i = 0; i < given.size(); ++i) {
    if (!given[i].is_valid()) throw ValueError(fmt::format("input '{}' is missing", f.names[i]));
    inputs.push_back(to_tensor(given[i], "input '" + f.names[i] + "'"));
  }
  return inputs;
}

bool overlap(const Tensor& a, const Tensor& b) {
  const auto* a_begin = static_cast<const std::byte*>(a.raw());
  const auto* b_begin = static_cast<const std::byte*>(b.raw());
  return a_begin < b_begin + b.bytes() && b_begin < a_begin + a.bytes();
}

// The arrays of `out` in order, without its Nones.
std::vector<Tensor> output_buffers(const CompiledFunction& f, nb::handle out) {
  std::vector<nb::object> arrays;
  if (f.results.single || is_array(out))
    arrays.push_back(nb::borrow(out));
  else
    for (const nb::handle item : out) arrays.push_back(nb::borrow(item));
  if (arrays.size() != f.results.present.size())
    throw ValueError(
        fmt::format("out must hold {} arrays, got {}", f.results.present.size(), arrays.size()));
  std::vector<Tensor> buffers;
  for (size_t i = 0; i < arrays.size(); ++i)
    if (f.results.present[i]) buffers.push_back(to_buffer(arrays[i], "out"));
  return buffers;
}

void run_into(const CompiledFunction& f, const std::vector<Tensor>& inputs,
              std::vector<Tensor>& outputs, const RunOptions& options) {
  bool alias = false;
  for (size_t i = 0; i < outputs.size(); ++i) {
    for (const Tensor& input : inputs) alias = alias || overlap(outputs[i], input);
    for (size_t j = 0; j < i; ++j)
      if (overlap(outputs[i], outputs[j])) throw ValueError("arrays of out overlap each other");
  }
  std::vector<Tensor> targets = outputs;
  if (alias)  // what is still to be read must not be overwritten
    for (Tensor& target : targets) target = Tensor(target.dtype(), target.extents());
  Context context = f.function.new_context();
  f.function.run_into(context, inputs, targets, options);
  if (!alias) return;
  for (size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].bytes() > 0)
      std::memcpy(outputs[i].raw(), targets[i].raw(), static_cast<size_t>(outputs[i].bytes()));
}

std::vector<Tensor> run(const CompiledFunction& f, const std::vector<Tensor>& inputs,
                        nb::handle out) {
  if (out.is_none())
    return interruptible([&](const Cancellation& cancellation) {
      return f.function(inputs, {.cancellation = &cancellation});
    });
  std::vector<Tensor> outputs = output_buffers(f, out);
  interruptible([&](const Cancellation& cancellation) {
    run_into(f, inputs, outputs, {.cancellation = &cancellation});
  });
  return outputs;
}

Profile profile(const CompiledFunction& f, const nb::tuple& arrays, int runs,
                const nb::dict& named) {
  const std::vector<Tensor> inputs = gather_inputs(f, arrays, named);
  return interruptible([&](const Cancellation& cancellation) {
    return f.function.profile(inputs, {.runs = runs, .cancellation = &cancellation});
  });
}

/// Sizes for the inputs: those given, or those that the graph states.
PlanDescription plan(const CompiledFunction& f, const nb::args& shapes) {
  std::vector<Extents> inputs;
  if (shapes.size() == 0)
    for (const Value& input : f.function.graph().inputs) {
      if (!is_static(input.shape()))
        throw ValueError(
            fmt::format("input '{}' is {}: a plan needs sizes, one shape for each of {}",
                        input.node()->name, to_string(input.type()), fmt::join(f.names, ", ")));
      inputs.push_back(to_extents(input.shape()));
    }
  for (const nb::handle shape : shapes) {
    const Shape sizes =
        to_shape(is_array(shape) ? nb::object(shape.attr("shape")) : nb::borrow(shape), "shapes");
    if (!is_static(sizes)) throw ValueError("a plan needs sizes, not symbols");
    inputs.push_back(to_extents(sizes));
  }
  const nb::gil_scoped_release release;
  return f.function.plan(inputs);
}

nb::object call(const CompiledFunction& f, const nb::tuple& arrays, nb::handle out,
                const nb::dict& named) {
  const std::vector<Tensor> outputs = run(f, gather_inputs(f, arrays, named), out);
  if (!out.is_none()) return nb::borrow(out);
  if (f.results.single) return to_numpy(outputs[0]);
  nb::list results;
  size_t next = 0;
  for (const bool present : f.results.present)
    results.append(present ? to_numpy(outputs[next++]) : nb::object(nb::none()));
  return nb::tuple(results);
}

std::vector<std::pair<ParameterPtr, Value>> to_updates(nb::handle object) {
  std::vector<std::pair<ParameterPtr, Value>> updates;
  if (object.is_none()) return updates;
  if (!PyDict_Check(object.ptr()))
    throw TypeError(fmt::format("updates must be a dict {{parameter: value}}, got '{}'",
                                python_type_name(object)));
  for (const auto [key, value] : nb::borrow<nb::dict>(object)) {
    if (!nb::isinstance<ParameterValue>(key))
      throw TypeError(
          fmt::format("updates must be of parameters, got '{}'", python_type_name(key)));
    const auto& parameter = nb::cast<const ParameterValue&>(key);
    updates.emplace_back(parameter.state, to_operand(value, parameter));
  }
  return updates;
}

}  // namespace

std::optional<stablehlo::Layout> to_layout(nb::handle name) {
  if (name.is_none()) return std::nullopt;
  return parse_enum<stablehlo::Layout>("layout", python_text(name));
}

namespace {

using OptionalPath = std::optional<std::filesystem::path>;

/// Options for a backend that is not the one compiled for would have no effect.
void check_used(bool said, const char* options, std::string_view owner,
                const std::string& backend) {
  if (said && backend != owner)
    throw ValueError(fmt::format("{} are for the backend {}, not {}", options, owner, backend));
}

CpuOptions to_cpu_options(const std::string& backend, std::optional<int> threads,
                          nb::handle precision, nb::handle instruction_set) {
  check_used(threads || !precision.is_none() || !instruction_set.is_none(),
             "threads, precision and instruction_set", "cpu", backend);
  CpuOptions options;
  if (threads && *threads < 1)
    throw ValueError(fmt::format("threads must be at least 1, got {}", *threads));
  if (threads) options.threads = *threads;
  if (!precision.is_none())
    options.precision = parse_enum<cpu::Precision>("precision", python_text(precision));
  if (!instruction_set.is_none())
    options.tier = parse_enum<cpu::Tier>("instruction_set", python_text(instruction_set));
  return options;
}

XlaOptions to_xla_options(const std::string& backend, nb::handle layout,
                          const OptionalPath& plugin) {
  check_used(!layout.is_none() || plugin, "layout and plugin", "xla", backend);
  XlaOptions options;
  options.layout = to_layout(layout);
  if (plugin) options.plugin = *plugin;
  return options;
}

void set_cache(CompileOptions& options, const OptionalPath& cache) {
  if (!cache) return;
  if (options.backend != "cpu" && options.backend != "xla")
    throw ValueError(fmt::format("cache is for the backends cpu and xla, not {}", options.backend));
  options.cpu.cache = options.xla.cache = *cache;
}

// Notes which outputs were asked for, and gives the values among them.
std::vector<Value> take_outputs(nb::handle outputs, Results& results) {
  results.single = nb::isinstance<Value>(outputs);
  results.present.clear();
  if (results.single) {
    results.present.push_back(true);
    return {nb::cast<Value>(outputs)};
  }
  if (!PyList_Check(outputs.ptr()) && !PyTuple_Check(outputs.ptr()))
    throw TypeError(fmt::format("outputs must be a value, or a list or tuple of values, got '{}'",
                                python_type_name(outputs)));
  std::vector<Value> values;
  for (const nb::handle item : outputs) {
    results.present.push_back(!item.is_none());
    if (!item.is_none()) values.push_back(to_value(item, "outputs"));
  }
  return values;
}

CompiledFunction compile_function(nb::handle inputs, nb::handle outputs, CompileOptions options) {
  if (options.memory_limit < 0)
    throw ValueError(
        fmt::format("memory_limit must not be negative, got {}", options.memory_limit));
  Results results;
  Graph graph;
  if (nb::isinstance<Graph>(inputs)) {
    if (!outputs.is_none())
      throw ValueError("a graph has outputs of its own: compile(graph) takes no others");
    graph = nb::cast<const Graph&>(inputs);
    results.single = graph.outputs.size() == 1;
    results.present.assign(graph.outputs.size(), true);
  } else {
    graph = Graph(to_values(inputs, "inputs"), take_outputs(outputs, results));
  }
  const bool is_elsewhere = !options.xla.plugin.empty() || std::getenv(xla::plugin_variable);
  if (options.backend == "xla" && !is_elsewhere) options.xla.client = jax_client();
  std::vector<std::string> names;
  for (const Value& input : graph.inputs) names.push_back(input.node()->name);
  return {compile(std::move(graph), std::move(options)), std::move(results), std::move(names)};
}

}  // namespace

void bind_function(nb::module_& m) {
  main_thread = nb::cast<unsigned long>(
      nb::module_::import_("threading").attr("main_thread")().attr("ident"));
  nb::class_<CompiledFunction>(m, "Function",
                               "A compiled graph. Call it with arrays, by position or by the "
                               "names of the inputs. It compiles itself for the shapes of each "
                               "call and keeps what it compiled; threads may share it.")
      .def(
          "__call__",
          [](const CompiledFunction& f, nb::args arrays, nb::object out, nb::kwargs named) {
            return call(f, arrays, out, named);
          },
          "arrays"_a, nb::kw_only(), "out"_a = nb::none(), "named"_a,
          nb::sig("def __call__(self, *arrays: numpy.typing.ArrayLike, out: typing.Any = None, "
                  "**named: numpy.typing.ArrayLike) -> typing.Any"),
          "Runs. Returns an array, or a tuple of arrays where a list of outputs was compiled; "
          "`out` are arrays to write the results to.")
      .def(
          "call",
          [](const CompiledFunction& f, const nb::dict& arrays) {
            return call(f, nb::tuple(), nb::none(), arrays);
          },
          "arrays"_a, nb::sig("def call(self, arrays: dict[str, typing.Any]) -> typing.Any"),
          "Runs on arrays by the names of the inputs, which may be any, `out` and `self` too.")
      .def("plan", &plan, "shapes"_a,
           nb::sig("def plan(self, *shapes: collections.abc.Sequence[int] | "
                   "numpy.typing.NDArray[typing.Any]) -> Plan"),
           "How it computes for inputs of these shapes, or arrays of them; none are needed where "
           "the "
           "graph states all sizes. NotSupportedError where the backend has no plan to show.")
      .def(
          "profile",
          [](const CompiledFunction& f, nb::args arrays, int runs, nb::kwargs named) {
            return profile(f, arrays, runs, named);
          },
          "arrays"_a, nb::kw_only(), "runs"_a = ProfileOptions{}.runs, "named"_a,
          nb::sig("def profile(self, *arrays: numpy.typing.ArrayLike, runs: int = 10, **named: "
                  "numpy.typing.ArrayLike) -> Profile"),
          "Calls it so many times, after once to warm up, and tells how long each step takes. "
          "Those are calls like others: updates of parameters are made.")
      .def_prop_ro(
          "graph", [](const CompiledFunction& f) { return f.function.graph(); },
          "The graph as it was given.")
      .def_prop_ro(
          "input_names", [](const CompiledFunction& f) { return f.names; },
          "Names of the inputs, in order.")
      .def_prop_ro(
          "specializations",
          [](const CompiledFunction& f) {
            const nb::gil_scoped_release release;
            return f.function.specializations();
          },
          "For how many shapes it has been compiled so far.")
      .def("__repr__", [](const CompiledFunction& f) {
        return fmt::format("<Function ({}) on {}>", fmt::join(f.names, ", "),
                           f.function.options().backend);
      });
  m.def(
      "compile",
      [](nb::object inputs, nb::object outputs, const std::string& backend, nb::object updates,
         bool optimize, int64_t memory_limit, std::optional<int> threads, nb::object precision,
         nb::object instruction_set, nb::object layout, const OptionalPath& plugin,
         const OptionalPath& cache) {
        CompileOptions options{.backend = backend,
                               .optimize = optimize,
                               .memory_limit = memory_limit,
                               .updates = to_updates(updates),
                               .cpu = to_cpu_options(backend, threads, precision, instruction_set),
                               .xla = to_xla_options(backend, layout, plugin)};
        set_cache(options, cache);
        return compile_function(inputs, outputs, std::move(options));
      },
      "inputs"_a, "outputs"_a = nb::none(), nb::kw_only(), "backend"_a = CompileOptions{}.backend,
      "updates"_a = nb::none(), "optimize"_a = true,
      "memory_limit"_a = CompileOptions{}.memory_limit, "threads"_a.none() = nb::none(),
      "precision"_a = nb::none(), "instruction_set"_a = nb::none(), "layout"_a = nb::none(),
      "plugin"_a.none() = nb::none(), "cache"_a.none() = nb::none(),
      nb::sig(
          "def compile(inputs: Graph | Value | collections.abc.Sequence[Value], outputs: Value "
          "| collections.abc.Sequence[Value | None] | None = None, *, backend: str = "
          "'cpu', updates: dict[Parameter, Value] | None = None, optimize: bool = True, "
          "memory_limit: int = 68719476736, threads: int | None = None, precision: "
          "typing.Literal['highest', 'default', 'bf16'] | None = None, instruction_set: "
          "typing.Literal['avx512', 'avx2', 'sse4', 'neon'] | None = None, layout: "
          "typing.Literal['channels_first', "
          "'channels_last'] | None = None, plugin: str | os.PathLike[str] | None = None, cache: "
          "str | os.PathLike[str] | None = None) -> Function"),
      "Compiles outputs as a function of inputs, or a Graph, for one of backends(): \"cpu\" is the "
      "fast one that every machine has, \"reference\" the plain one that it is held to. `updates` "
      "maps parameters to the values that replace theirs after each call; `memory_limit` bounds "
      "the bytes of each array, and of all alive at once. For the backend \"cpu\": `threads` of a "
      "call (None: as many as the process "
      "may "
      "use at once), `precision` of float32 convolutions (None: \"default\"), `instruction_set` "
      "(None: the best that this machine has). For the backend \"xla\": `layout` is where channels "
      "stand inside (None: last "
      "on CPUs, else first), `plugin` a library with GetPjrtApi in place of jaxlib. For both: "
      "`cache`, a folder of your own where what they prepared or compiled is kept for later "
      "processes.");
  m.def("backends", [] { return backends(); }, "Names of the backends of this build.");
}

}  // namespace convoy::python
