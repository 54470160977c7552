#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/base/tensor_identity.h"
#include "convoy/cpu/cpu.h"
#include "convoy/cpu/lowerings.h"
#include "convoy/cpu/memory.h"
#include "convoy/cpu/peak.h"
#include "convoy/cpu/plan/describe.h"
#include "convoy/cpu/plan/lowering.h"
#include "convoy/cpu/plan/plan.h"
#include "convoy/cpu/plan_file.h"
#include "convoy/cpu/portions.h"
#include "convoy/cpu/sharing.h"
#include "convoy/cpu/threads.h"
#include "convoy/io/mapped_file.h"
#include "convoy/passes/passes.h"
#include "convoy/passes/plainer.h"

namespace convoy::cpu {

namespace {

/// Arrays made of parameters and constants alone, and of which parameters. Shared by the states
/// of an executable; immutable while anybody holds it.
struct Prepared {
  Memory memory;            // or else
  PlanFolder::Arrays kept;  // by an earlier process
  std::vector<TensorIdentity> parameters;

  /// Steps of preparation alone write there, and only to memory.
  std::byte* data() const { return kept.data ? const_cast<std::byte*>(kept.data) : memory.data(); }
};

struct CpuState : Executable::State {
  Memory arena;
  std::vector<Memory> scratch;  // of each thread
  std::vector<Worker> workers;
  Sharing sharing;  // of a step, among these
  std::vector<std::byte*> bases;
  std::shared_ptr<Prepared> prepared;
};

/// Of a thread: five milliseconds, some tenths of a second where kernels suit a convolution least.
constexpr int64_t flops_between_checks = int64_t{1} << 30;

/// The steps of a list, run by all threads of a call together. With `timeline`, which has room for
/// every thread and step, it notes when.
class Run {
 public:
  Run(std::span<const Step> steps, CpuState& state, const Cancellation& cancellation,
      Timeline* timeline = nullptr)
      : steps_(steps),
        state_(state),
        cancellation_(cancellation),
        timeline_(timeline),
        failed_at_(steps.size()) {
    state.sharing.reset();
    ThreadPool::process().run(
        static_cast<int>(state.workers.size()),
        [](void* run, int index, int count) { static_cast<Run*>(run)->work(index, count); }, this);
    if (failure_) std::rethrow_exception(failure_);
  }

  /// Since it began; with a timeline.
  int64_t nanoseconds() const {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  void work(int index, int count) {
    const Bases bases(state_.bases.data());
    for (size_t s = 0; s < steps_.size(); ++s) {
      run_share(s, bases, index, count);
      barrier_.wait(count);
      // All leave after the same step, or some would wait for ever.
      if (failed_at_.load(std::memory_order_relaxed) <= s) return;
    }
  }

  void run_share(size_t s, const Bases& bases, int index, int count) {
    const Step& step = steps_[s];
    try {
      if (index == 0) cancellation_.check();
      const int64_t begin = timeline_ ? nanoseconds() : 0;
      bool has_run = false;
      state_.sharing.each(s, step.task->items(), step.task->grain(), index, count,
                          [&](Range range) {
                            has_run = true;
                            run_range(step, bases, range, index);
                          });
      if (timeline_ && has_run)
        timeline_->threads[static_cast<size_t>(index)][s] = {begin, nanoseconds()};
    } catch (const Violation& violation) {
      fail(s, as_error(violation, *step.node));
    } catch (...) {
      fail(s, std::current_exception());
    }
  }

  /// In parts, for calls to be stopped within long steps, too.
  void run_range(const Step& step, const Bases& bases, Range range, int index) {
    const int64_t size = range.end - range.begin;
    const int64_t flops = step.flops / step.task->items() * size;
    const int64_t parts = std::max<int64_t>(flops / flops_between_checks, 1);
    for (int64_t part = 0; part < parts; ++part) {
      if (part > 0 && index == 0) cancellation_.check();
      if (has_failed_.load(std::memory_order_relaxed)) return;
      const Range piece = share(size, part, parts);
      if (piece.begin >= piece.end) continue;
      step.task->run(bases, {range.begin + piece.begin, range.begin + piece.end},
                     state_.workers[static_cast<size_t>(index)]);
    }
  }

  static std::exception_ptr as_error(const Violation& violation, const Node& node) {
    try {
      std::vector<Type> types;
      for (const Value& input : node.inputs) types.push_back(input.type());
      throw_violation(violation, *node.op(), node.name, types);
    } catch (...) {
      return std::current_exception();
    }
  }

  void fail(size_t step, std::exception_ptr failure) {
    if (has_failed_.exchange(true)) return;
    failure_ = std::move(failure);
    failed_at_.store(step);
  }

  const std::span<const Step> steps_;
  CpuState& state_;
  const Cancellation& cancellation_;
  Timeline* timeline_;
  const std::chrono::steady_clock::time_point start_ =
      timeline_ ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point();
  Barrier barrier_;
  std::atomic<bool> has_failed_{false};
  std::atomic<size_t> failed_at_;  // the step after which all threads leave
  std::exception_ptr failure_;
};

class CpuExecutable : public Executable {
 public:
  CpuExecutable(const Graph& graph, Plan plan, const Options& options)
      : plan_(std::move(plan)),
        precision_(options.precision),
        portions_(portions_of(plan_)),
        folder_(options.cache, graph, plan_, precision_) {
    ThreadPool::process().reserve(plan_.threads);
  }

  std::unique_ptr<State> new_state() const override {
    auto state = std::make_unique<CpuState>();
    state->arena = Memory(plan_.arena_bytes);
    state->workers.resize(static_cast<size_t>(plan_.threads));
    state->sharing = Sharing(static_cast<size_t>(plan_.threads));
    for (Worker& worker : state->workers)
      worker.scratch =
          reinterpret_cast<float*>(state->scratch.emplace_back(plan_.scratch_bytes).data());
    state->bases.resize(plan_.buffers.size());
    for (size_t b = 0; b < plan_.buffers.size(); ++b) {
      const Buffer& buffer = plan_.buffers[b];
      if (buffer.place == Buffer::Place::arena)
        state->bases[b] = state->arena.data() + plan_.offsets[b];
      if (buffer.place == Buffer::Place::constant)
        state->bases[b] = bytes_of(plan_.constants[buffer.index]);
    }
    return state;
  }

  void run(State& state, const Arguments& arguments, std::span<Tensor> outputs,
           const Cancellation& cancellation) const override {
    run(static_cast<CpuState&>(state), arguments, outputs, cancellation, nullptr);
  }

  void run_timed(State& state, const Arguments& arguments, std::span<Tensor> outputs,
                 const Cancellation& cancellation, Timeline& timeline) const override {
    timeline.threads.assign(static_cast<size_t>(plan_.threads),
                            std::vector<Timeline::Span>(plan_.steps.size()));
    auto& own = static_cast<CpuState&>(state);
    for (Worker& worker : own.workers) worker.ran = 0;
    run(own, arguments, outputs, cancellation, &timeline);
    timeline.instruction_sets = sets_that_ran(own.workers);
  }

  std::optional<PlanDescription> description() const override {
    return describe(plan_, precision_);
  }

  MachinePeak measure_peak() const override { return cpu::measure_peak(plan_.tier, plan_.threads); }

 private:
  void run(CpuState& state, const Arguments& arguments, std::span<Tensor> outputs,
           const Cancellation& cancellation, Timeline* timeline) const {
    const auto argument = [&](size_t index) -> const Tensor& {
      return index < plan_.inputs ? arguments.inputs[index]
                                  : arguments.parameters[index - plan_.inputs];
    };
    for (size_t b = 0; b < plan_.buffers.size(); ++b) {
      const Buffer& buffer = plan_.buffers[b];
      if (buffer.place == Buffer::Place::input) state.bases[b] = bytes_of(argument(buffer.index));
      if (buffer.place == Buffer::Place::output)
        state.bases[b] = static_cast<std::byte*>(outputs[buffer.index].raw());
    }
    prepare(state, arguments.parameters, cancellation);
    const Run run(plan_.steps, state, cancellation, timeline);
    if (timeline) timeline->total = run.nanoseconds();
  }

  static std::vector<std::string> sets_that_ran(const std::vector<Worker>& workers) {
    int64_t ran = 0;
    for (const Worker& worker : workers) ran |= worker.ran;
    std::vector<std::string> names;
    for (const Tier tier : tiers())
      if (ran & target_bit(tier)) names.emplace_back(to_string(tier));
    for (const Bf16Set set : bf16_sets())
      if (ran & target_bit(set)) names.emplace_back(to_string(set));
    return names;
  }

  static std::byte* bytes_of(const Tensor& tensor) {
    return static_cast<std::byte*>(const_cast<void*>(tensor.raw()));  // steps never write there
  }

  static bool is_of(const Prepared& prepared, std::span<const Tensor> parameters) {
    return std::equal(prepared.parameters.begin(), prepared.parameters.end(), parameters.begin(),
                      parameters.end(), std::mem_fn(&TensorIdentity::is_of));
  }

  static std::vector<TensorIdentity> identities(std::span<const Tensor> parameters) {
    std::vector<TensorIdentity> result;
    for (const Tensor& parameter : parameters) result.emplace_back(parameter);
    return result;
  }

  /// Sees to it that the state has what is made of these parameters.
  void prepare(CpuState& state, std::span<const Tensor> parameters,
               const Cancellation& cancellation) const {
    if (plan_.preparation.empty()) return;
    if (state.prepared && is_of(*state.prepared, parameters)) return;
    const std::lock_guard lock(mutex_);
    if (latest_ && is_of(*latest_, parameters)) {
      adopt(state, latest_);
      return;
    }
    // What parameters hold at the first call is kept, not all that a training makes of them.
    const bool is_kept = folder_.keeps() && !has_prepared_;
    const std::string identity = is_kept ? folder_.identity_of(parameters) : std::string();
    if (is_kept)
      if (const PlanFolder::Arrays found = folder_.load(identity); found.data) {
        latest_ = std::make_shared<Prepared>();
        latest_->kept = found;
        latest_->parameters = identities(parameters);
        has_prepared_ = true;
        return adopt(state, latest_);
      }
    // Nobody but this state and this executable may see it change.
    state.prepared.reset();
    if (!latest_ || latest_.use_count() > 1 || latest_->kept.data) {
      latest_ = std::make_shared<Prepared>();
      latest_->memory = Memory(plan_.prepared_bytes);
    }
    // A file holds what lies between the arrays, too: not what this memory held before.
    if (is_kept) std::memset(latest_->memory.data(), 0, static_cast<size_t>(plan_.prepared_bytes));
    // What others read there before they let go of it comes before what is written now.
    std::atomic_thread_fence(std::memory_order_acquire);
    const std::shared_ptr<Prepared> prepared = std::exchange(latest_, nullptr);
    adopt(state, prepared);
    try {
      for (const Portion& portion : portions_) {
        Run(std::span(plan_.preparation).subspan(portion.begin, portion.end - portion.begin), state,
            cancellation);
        release(portion, parameters);
      }
      // What came with others, as the system reads around what is asked for.
      for (const Portion& portion : portions_) release(portion, parameters);
    } catch (...) {
      state.prepared.reset();  // half made: of use to nobody
      throw;
    }
    prepared->parameters = identities(parameters);
    latest_ = prepared;
    has_prepared_ = true;
    if (is_kept) folder_.save(identity, prepared->data());
  }

  void release(const Portion& portion, std::span<const Tensor> parameters) const {
    for (const size_t b : portion.sources) {
      const Buffer& buffer = plan_.buffers[b];
      const Tensor& tensor = buffer.place == Buffer::Place::constant
                                 ? plan_.constants[buffer.index]
                                 : parameters[buffer.index - plan_.inputs];
      io::release_pages(
          {static_cast<const char*>(tensor.raw()), static_cast<size_t>(tensor.bytes())});
    }
  }

  void adopt(CpuState& state, const std::shared_ptr<Prepared>& prepared) const {
    state.prepared = prepared;
    for (size_t b = 0; b < plan_.buffers.size(); ++b)
      if (plan_.buffers[b].place == Buffer::Place::prepared)
        state.bases[b] = prepared->data() + plan_.offsets[b];
  }

  const Plan plan_;
  const Precision precision_;
  const std::vector<Portion> portions_;
  const PlanFolder folder_;
  mutable std::mutex mutex_;
  mutable bool has_prepared_ = false;
  mutable std::shared_ptr<Prepared> latest_;
};

void check_bf16(const Options& options) {
  if (!best_bf16_set())
    throw NotSupportedError(
        "precision \"bf16\" needs a processor with AVX512-BF16, and this machine or build has "
        "none: "
        "use \"default\" or \"highest\"");
  const Tier tier = options.tier.value_or(tiers().front());
  if (tier != Tier::avx512)
    throw NotSupportedError(fmt::format(
        "precision \"bf16\" needs the instruction set avx512, not {}: use \"default\" or "
        "\"highest\" with that",
        to_string(tier)));
}

}  // namespace

void check(const Options& options) {
  if (options.threads < 0 || options.threads > most_threads)
    throw ValueError(fmt::format("threads must be 1 to {}, or 0 for as many as there are; got {}",
                                 most_threads, options.threads));
  if (options.tier && std::find(tiers().begin(), tiers().end(), *options.tier) == tiers().end())
    throw NotSupportedError(fmt::format("this machine has no {}", to_string(*options.tier)));
  if (options.precision == Precision::bf16) check_bf16(options);
}

std::unique_ptr<Executable> compile(const Graph& graph, const Options& options) {
  const Graph folded = fold_affine(widen_halves(graph));
  const Graph expanded = expand_lines(expand_normalizations(folded));
  const Graph planned = join_axes(expanded, max_fused_rank);
  return std::make_unique<CpuExecutable>(
      graph, Planner(planned, graph.parameters(), options).finish(), options);
}

bool has_kernel(const Op& op) {
  return std::visit([]<class O>(const O&) { return !falls_back<O>; }, op);
}

}  // namespace convoy::cpu
