// Plans and profiles of functions.
#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "convoy/compile/profile.h"
#include "convoy/io/replacing_file.h"
#include "module.h"

namespace convoy::python {

using namespace nb::literals;

namespace {

void bind_plan_parts(nb::class_<PlanDescription>& plan) {
  nb::class_<PlanDescription::Node>(plan, "Node", "An operator of the graph.")
      .def_ro("op", &PlanDescription::Node::kind)
      .def_ro("name", &PlanDescription::Node::name)
      .def("__repr__", [](const PlanDescription::Node& node) {
        return title(PlanDescription::Step{.nodes = {node}});
      });
  nb::class_<PlanDescription::Array>(plan, "Array", "What a step reads or writes.")
      .def_prop_ro(
          "type", [](const PlanDescription::Array& array) { return to_string(array.type); },
          "\"float32[1,64,56,56]\"")
      .def_ro("layout", &PlanDescription::Array::layout,
              "\"plain\": row-major; \"blocked\": 16 channels side by side.")
      .def_ro("bytes", &PlanDescription::Array::bytes, "The padding of blocks included.")
      .def("__repr__", [](const PlanDescription::Array& array) {
        return array.layout + " " + to_string(array.type);
      });
  using Step = PlanDescription::Step;
  nb::class_<Step>(plan, "Step", "What runs in one go.")
      .def_ro("nodes", &Step::nodes, "What it computes, the one it is named after first.")
      .def_ro("algorithm", &Step::algorithm)
      .def_ro("reads", &Step::reads)
      .def_ro("writes", &Step::writes)
      .def_ro("flops", &Step::flops, "As publications count them, whatever the algorithm.")
      .def_prop_ro("bytes_read", &Step::bytes_read)
      .def_prop_ro("bytes_written", &Step::bytes_written)
      .def("__repr__", [](const Step& step) {
        return fmt::format("<{}, by {}>", title(step), step.algorithm);
      });
}

}  // namespace

void bind_plan(nb::module_& m) {
  nb::class_<PlanDescription> plan(
      m, "Plan", "How a function computes for one set of shapes; printed, a table.");
  bind_plan_parts(plan);
  plan.def_ro("instruction_set", &PlanDescription::instruction_set)
      .def_ro("precision", &PlanDescription::precision)
      .def_ro("threads", &PlanDescription::threads)
      .def_ro("steps", &PlanDescription::steps, "In the order in which they run at every call.")
      .def_ro("preparation", &PlanDescription::preparation,
              "Done when a call first sees values of parameters: weights packed and the like.")
      .def_ro("fallbacks", &PlanDescription::fallbacks,
              "Nodes without a kernel, run as on the backend reference.")
      .def_ro("arena_bytes", &PlanDescription::arena_bytes,
              "What a call holds for values between steps.")
      .def_ro("prepared_bytes", &PlanDescription::prepared_bytes,
              "What the preparation leaves, shared by calls.")
      .def_ro("scratch_bytes", &PlanDescription::scratch_bytes, "Of each thread.")
      .def_prop_ro("flops", &PlanDescription::flops, "Of a call.")
      .def("__str__", [](const PlanDescription& p) { return to_string(p); })
      .def("__repr__", [](const PlanDescription& p) {
        return fmt::format("<Plan of {} steps on {}, {} threads>", p.steps.size(),
                           p.instruction_set, p.threads);
      });

  nb::class_<Profile> profile(m, "Profile", "Where the time of a call goes; printed, tables.");
  nb::class_<KindProfile>(profile, "Kind", "Steps of one operator and algorithm together.")
      .def_ro("kind", &KindProfile::kind, "\"conv, winograd 4x4\"")
      .def_ro("steps", &KindProfile::steps, "How many.")
      .def_ro("seconds", &KindProfile::seconds)
      .def_ro("flops", &KindProfile::flops)
      .def_ro("bytes", &KindProfile::bytes, "Read and written.")
      .def("__repr__", [](const KindProfile& kind) {
        return fmt::format("<{}: {} steps, {:.4f} ms>", kind.kind, kind.steps, kind.seconds * 1e3);
      });
  profile.def_ro("plan", &Profile::plan)
      .def_prop_ro("seconds", &Profile::seconds, "Of a call, the median over the runs.")
      .def_prop_ro("step_seconds", &Profile::step_seconds,
                   "Of each step of the plan, medians over the runs.")
      .def_prop_ro(
          "runs", [](const Profile& p) { return p.runs.size(); }, "How many calls were measured.")
      .def_prop_ro("instruction_sets", &Profile::instruction_sets,
                   "Whose kernels ran, as they noted themselves: the plan's own, or none where all "
                   "is by reference.")
      .def_prop_ro("kinds", &by_kind, "By operator and algorithm, what takes longest first.")
      .def_prop_ro(
          "peak_flops", [](const Profile& p) { return p.peak.flops; },
          "Operations that this machine does in a second at most, measured with these threads and "
          "instructions.")
      .def_prop_ro(
          "peak_bytes", [](const Profile& p) { return p.peak.bytes; },
          "Bytes of memory that it reads and writes in a second at most.")
      .def("chrome_trace", &chrome_trace,
           "JSON for ui.perfetto.dev and chrome://tracing: the run whose time is the median, a "
           "track "
           "for each thread.")
      .def(
          "save_trace",
          [](const Profile& p, const std::filesystem::path& path) {
            io::write_file(path, chrome_trace(p));
          },
          "path"_a, nb::sig("def save_trace(self, path: str | os.PathLike[str]) -> None"),
          "Writes `chrome_trace` to a file.")
      .def("__str__", [](const Profile& p) { return to_string(p); })
      .def("__repr__", [](const Profile& p) {
        return fmt::format("<Profile: {:.4f} ms a call, {} steps>", p.seconds() * 1e3,
                           p.plan.steps.size());
      });
}

}  // namespace convoy::python
