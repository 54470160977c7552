#include "convoy/xla/worker.h"

#include <atomic>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "convoy/base/checked.h"
#include "convoy/base/error.h"
#include "convoy/xla/shared_memory.h"
#include "convoy/xla/worker_process.h"

// The messages: the worker greets with {platform, fingerprint, devices}, or {error} and ends. Then
// it answers requests, {do, …}, in order, by {} or {error}:
//   keep       id, type [dtype, extents]; with the array as memory
//   compile    id, arguments and results (types); with the text as memory
//   load       the same; with what serialize gave
//   serialize  id; answered with memory
//   run        id, arguments ({kept: id} or {at: offset}), results (offsets) in the memory that all
//              calls share, which comes along when it is new
//   forget     ids of arrays and programs; not answered
namespace convoy::xla {

namespace {

using json = nlohmann::json;

constexpr int64_t alignment = 64;  // XLA's own: aligned arguments need no copy

json to_json(const Type& type) { return {to_string(type.dtype), to_extents(type.shape)}; }

json to_json(const std::vector<Type>& types) {
  json list = json::array();
  for (const Type& type : types) list.push_back(to_json(type));
  return list;
}

int64_t bytes_of(const Type& type) {
  return checked_multiply(element_count(to_extents(type.shape)), size_of(type.dtype));
}

json parsed(const std::string& text) {
  json content = json::parse(text, nullptr, false);
  if (!content.is_object() || (content.contains("error") && !content.at("error").is_string()))
    throw Error("the XLA worker gave an answer that is none");
  return content;
}

/// Places in the memory that calls share, one after another.
class Places {
 public:
  int64_t next(int64_t bytes) {
    const int64_t at = end_;
    end_ = checked_multiply(ceil_divide(checked_add(end_, bytes), alignment), alignment);
    return at;
  }
  int64_t end() const { return end_; }

 private:
  int64_t end_ = 0;
};

class Worker;

/// Something that the worker holds under a number, as long as this lives.
class Held {
 public:
  explicit Held(std::shared_ptr<Worker> worker);
  ~Held();
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  const int64_t id;
  uint64_t process = 0;  // the count of the one that holds it; guarded by the worker's turn
  const std::shared_ptr<Worker> worker;
};

class WorkerBuffer : public Buffer {
 public:
  WorkerBuffer(std::shared_ptr<Worker> worker, Tensor array)
      : held(std::move(worker)),
        value(std::move(array)) {}

  mutable Held held;
  const Tensor value;  // for the next worker, should this one die
};

class WorkerProgram : public Program {
 public:
  WorkerProgram(std::shared_ptr<Worker> worker, Source text, std::string saved)
      : held(std::move(worker)),
        source(std::move(text)),
        compiled(std::move(saved)) {}

  std::vector<Tensor> run(std::vector<Argument> arguments,
                          const Cancellation& cancellation) const override;
  std::string serialized() const override;

  mutable Held held;
  const Source source;
  const std::string compiled;  // what it was loaded from; empty where it was compiled
};

class Worker : public Client, public std::enable_shared_from_this<Worker> {
 public:
  Worker() { take_turn({}); }

  std::string platform() const override { return greeting_.at("platform"); }
  std::string fingerprint() const override { return greeting_.at("fingerprint"); }
  std::vector<Device> devices() const override {
    std::vector<Device> devices;
    for (const json& device : greeting_.at("devices"))
      devices.push_back({device.at(0), device.at(1), device.at(2)});
    return devices;
  }

  std::shared_ptr<const Program> compile(const Source& source) override {
    return made<WorkerProgram>(source, std::string());
  }
  std::shared_ptr<const Program> load(const Source& source, std::string_view compiled) override {
    return made<WorkerProgram>(source, std::string(compiled));
  }
  std::shared_ptr<const Buffer> keep(const Tensor& tensor) override {
    return made<WorkerBuffer>(tensor);
  }

  std::vector<Tensor> run(const WorkerProgram& program, const std::vector<Argument>& arguments,
                          const Cancellation& cancellation);
  std::string serialize(const WorkerProgram& program);
  int64_t new_id() { return next_id_++; }
  void forget(int64_t id);

 private:
  using Turn = std::unique_lock<std::timed_mutex>;

  /// Waits until no other thread talks to the worker, and starts one where there is none.
  Turn take_turn(const Cancellation& cancellation);
  void start(const Cancellation& cancellation);
  /// A conversation, or a part of one: a worker that was left in the middle of it is ended, lest
  /// the next call take what it still says for an answer.
  template <class F>
  auto talk(F&& f) {
    try {
      return f();
    } catch (...) {
      process_.reset();
      throw;
    }
  }
  /// What comes with the answer. Error when the worker reports one, or dies.
  io::Descriptor ask(const json& request, const Cancellation& cancellation, int memory = -1);
  void send_forgotten();

  template <class Thing, class... Arguments>
  std::shared_ptr<Thing> made(Arguments&&... arguments);
  // So that the worker that is running has it.
  void provide(const WorkerProgram& program, const Cancellation& cancellation);
  void provide(const WorkerBuffer& buffer, const Cancellation& cancellation);

  std::timed_mutex turn_;
  std::optional<WorkerProcess> process_;
  uint64_t processes_ = 0;  // so many have been started
  SharedMemory shared_;     // arguments and results of calls
  json greeting_;           // of the first one: the next ones are alike

  std::atomic<int64_t> next_id_{1};
  std::mutex forgotten_mutex_;
  std::vector<int64_t> forgotten_;
};

Held::Held(std::shared_ptr<Worker> owner) : id(owner->new_id()), worker(std::move(owner)) {}

Held::~Held() { worker->forget(id); }

std::vector<Tensor> WorkerProgram::run(std::vector<Argument> arguments,
                                       const Cancellation& cancellation) const {
  return held.worker->run(*this, arguments, cancellation);
}

std::string WorkerProgram::serialized() const {
  return compiled.empty() ? held.worker->serialize(*this) : compiled;
}

Worker::Turn Worker::take_turn(const Cancellation& cancellation) {
  Turn turn(turn_, std::defer_lock);
  while (!turn.try_lock_for(std::chrono::milliseconds(20))) cancellation.check();
  if (!process_ || !process_->alive()) start(cancellation);
  send_forgotten();
  return turn;
}

void Worker::start(const Cancellation& cancellation) {
  shared_ = {};
  process_.emplace();
  ++processes_;
  const json greeting = talk([&] { return parsed(process_->receive(cancellation).text); });
  if (greeting.contains("error")) {
    process_.reset();
    throw NotSupportedError(greeting.at("error").get<std::string>());
  }
  if (greeting_.is_null()) greeting_ = greeting;
}

io::Descriptor Worker::ask(const json& request, const Cancellation& cancellation, int memory) {
  Message answer;
  const json content = talk([&] {
    process_->send(request.dump(), memory);
    answer = process_->receive(cancellation);
    return parsed(answer.text);
  });
  if (!content.contains("error")) return std::move(answer.memory);
  const std::string error = content.at("error");
  if (request.at("do") == "compile") throw ValueError(error);
  throw Error(error);
}

void Worker::forget(int64_t id) {
  {
    const std::lock_guard lock(forgotten_mutex_);
    forgotten_.push_back(id);
  }
  // Where the worker is busy, whoever talks to it next tells it.
  const Turn turn(turn_, std::try_to_lock);
  if (!turn || !process_ || !process_->alive()) return;
  try {
    send_forgotten();
  } catch (...) {
    // It is ended, and has forgotten everything. Destructors call this.
  }
}

void Worker::send_forgotten() {
  std::vector<int64_t> ids;
  {
    const std::lock_guard lock(forgotten_mutex_);
    ids.swap(forgotten_);
  }
  const json request{{"do", "forget"}, {"ids", ids}};
  if (!ids.empty()) talk([&] { process_->send(request.dump()); });
}

template <class Thing, class... Arguments>
std::shared_ptr<Thing> Worker::made(Arguments&&... arguments) {
  auto thing = std::make_shared<Thing>(shared_from_this(), std::forward<Arguments>(arguments)...);
  const Turn turn = take_turn({});
  provide(*thing, {});
  return thing;
}

void Worker::provide(const WorkerProgram& program, const Cancellation& cancellation) {
  if (program.held.process == processes_) return;
  const bool compiled = !program.compiled.empty();
  const SharedMemory memory(std::string_view(compiled ? program.compiled : program.source.text));
  ask({{"do", compiled ? "load" : "compile"},
       {"id", program.held.id},
       {"arguments", to_json(program.source.arguments)},
       {"results", to_json(program.source.results)}},
      cancellation, memory.descriptor());
  program.held.process = processes_;
}

void Worker::provide(const WorkerBuffer& buffer, const Cancellation& cancellation) {
  if (buffer.held.process == processes_) return;
  const SharedMemory memory(std::string_view(static_cast<const char*>(buffer.value.raw()),
                                             static_cast<size_t>(buffer.value.bytes())));
  ask({{"do", "keep"}, {"id", buffer.held.id}, {"type", to_json(buffer.value.type())}},
      cancellation, memory.descriptor());
  buffer.held.process = processes_;
}

std::string Worker::serialize(const WorkerProgram& program) {
  const Turn turn = take_turn({});
  provide(program, {});
  return contents(ask({{"do", "serialize"}, {"id", program.held.id}}, {}));
}

std::vector<Tensor> Worker::run(const WorkerProgram& program,
                                const std::vector<Argument>& arguments,
                                const Cancellation& cancellation) {
  const Turn turn = take_turn(cancellation);
  provide(program, cancellation);
  Places places;
  json sources = json::array();
  std::vector<std::pair<const Tensor*, int64_t>> copies;
  for (const Argument& argument : arguments) {
    if (const auto* tensor = std::get_if<Tensor>(&argument)) {
      copies.emplace_back(tensor, places.next(tensor->bytes()));
      sources.push_back({{"at", copies.back().second}});
      continue;
    }
    const auto* buffer =
        dynamic_cast<const WorkerBuffer*>(std::get<std::shared_ptr<const Buffer>>(argument).get());
    if (!buffer) throw ValueError("an array kept by another client is no argument here");
    provide(*buffer, cancellation);
    sources.push_back({{"kept", buffer->held.id}});
  }
  std::vector<int64_t> targets;
  for (const Type& type : program.source.results) targets.push_back(places.next(bytes_of(type)));

  const auto needed = static_cast<size_t>(places.end());
  const bool grows = needed > shared_.size() || shared_.size() == 0;
  if (grows) shared_ = SharedMemory(needed);
  for (const auto& [tensor, at] : copies)
    if (tensor->bytes() > 0)
      std::memcpy(shared_.data() + at, tensor->raw(), static_cast<size_t>(tensor->bytes()));
  ask({{"do", "run"}, {"id", program.held.id}, {"arguments", sources}, {"results", targets}},
      cancellation, grows ? shared_.descriptor() : -1);

  std::vector<Tensor> results;
  for (size_t i = 0; i < program.source.results.size(); ++i) {
    const Type& type = program.source.results[i];
    Tensor& result = results.emplace_back(type.dtype, to_extents(type.shape));
    if (result.bytes() > 0)
      std::memcpy(result.raw(), shared_.data() + targets[i], static_cast<size_t>(result.bytes()));
  }
  return results;
}

}  // namespace

std::shared_ptr<Client> start_worker() { return std::make_shared<Worker>(); }

}  // namespace convoy::xla
