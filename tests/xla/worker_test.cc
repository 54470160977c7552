#include "convoy/xla/worker.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "tests/io/support.h"
#include "tests/xla/processes.h"
#include "tests/xla/programs.h"

namespace convoy::xla {
namespace {

using io::refusal;
using testing::AllOf;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr int64_t forever = int64_t{1} << 60;

Tensor vector(float first) { return Tensor::of<float>({4}, {first, 2, 3, 4}); }

std::vector<Tensor> run(const std::shared_ptr<const Program>& program,
                        std::vector<Argument> arguments, const Cancellation& cancellation = {}) {
  return program->run(std::move(arguments), cancellation);
}

bool adds(const std::shared_ptr<Client>& client) {
  const auto results = run(client->compile(sum_of_two()), {vector(1), vector(10)});
  return results.at(0).identical(Tensor::of<float>({4}, {11, 4, 6, 8}));
}

/// A worker for each test. Where CONVOY_PYTHON is not set, there may be no jaxlib, and the test is
/// left out.
class Worker : public testing::Test {
 protected:
  void SetUp() override {
    try {
      client = start_worker();
    } catch (const NotSupportedError& error) {
      if (std::getenv("CONVOY_PYTHON")) throw;
      GTEST_SKIP() << "CONVOY_PYTHON names no Python, and: " << error.what();
    }
  }

  pid_t only_worker() const {
    const std::vector<pid_t> workers = workers_of(::getpid());
    EXPECT_EQ(workers.size(), 1u);
    return workers.at(0);
  }

  /// Waits until the worker is in the middle of a computation.
  static void wait_until_busy(pid_t pid) {
    const long before = processor_time(pid);
    EXPECT_TRUE(eventually([&] { return processor_time(pid) > before + 10; }));
  }

  std::shared_ptr<Client> client;
};

TEST_F(Worker, RunsPrograms) { EXPECT_TRUE(adds(client)); }

TEST_F(Worker, SaysWhatItRunsOn) {
  EXPECT_EQ(client->platform(), "cpu");
  ASSERT_FALSE(client->devices().empty());
  EXPECT_EQ(client->devices()[0].id, 0);
  EXPECT_EQ(client->devices()[0].kind, "cpu");
  EXPECT_FALSE(client->fingerprint().empty());
}

TEST_F(Worker, TakesAndGivesEveryDType) {
  const std::vector<std::pair<DType, std::string>> dtypes = {
      {DType::boolean, "i1"},  {DType::int8, "i8"},       {DType::uint8, "ui8"},
      {DType::int16, "i16"},   {DType::uint16, "ui16"},   {DType::int32, "i32"},
      {DType::uint32, "ui32"}, {DType::int64, "i64"},     {DType::uint64, "ui64"},
      {DType::float16, "f16"}, {DType::bfloat16, "bf16"}, {DType::float32, "f32"},
      {DType::float64, "f64"}};
  for (const auto& [dtype, element] : dtypes) {
    const Tensor value = Tensor::of<double>({2, 3}, {0, 1, 0, 3, 1, 7}).cast(dtype);
    const auto program = client->compile(identity(value.type(), element));
    EXPECT_TRUE(run(program, {value}).at(0).identical(value)) << element;
    EXPECT_TRUE(run(program, {client->keep(value)}).at(0).identical(value)) << element;
  }
}

TEST_F(Worker, TakesArraysWithoutElementsAndScalars) {
  for (const Extents& extents : {Extents{0, 3}, Extents{}}) {
    const Tensor value = Tensor::full(DType::float32, extents, 5);
    const auto program = client->compile(identity(value.type(), "f32"));
    EXPECT_TRUE(run(program, {value}).at(0).identical(value));
    EXPECT_TRUE(run(program, {client->keep(value)}).at(0).identical(value));
  }
}

TEST_F(Worker, RefusesWhatIsNotStableHLO) {
  EXPECT_THROW(client->compile({"module @m { nonsense }", {}, {}}), ValueError);
  EXPECT_TRUE(adds(client));
}

TEST_F(Worker, RefusesToLoadWhatIsNoProgram) {
  EXPECT_THROW(client->load(sum_of_two(), "nonsense"), Error);
  EXPECT_TRUE(adds(client));
}

TEST_F(Worker, LoadsWhatAnotherSaved) {
  const std::string saved = client->compile(sum_of_two())->serialized();
  ASSERT_FALSE(saved.empty());
  const auto program = start_worker()->load(sum_of_two(), saved);
  EXPECT_EQ(run(program, {vector(1), vector(10)}).at(0).at(0), 11);
}

TEST_F(Worker, ResultsStayWhenTheNextCallComes) {
  const auto program = client->compile(sum_of_two());
  const Tensor first = run(program, {vector(1), vector(1)}).at(0);
  run(program, {vector(5), vector(5)});
  EXPECT_EQ(first.at(0), 2);
}

TEST_F(Worker, KeepsACopy) {
  const auto program = client->compile(sum_of_two());
  Tensor value = vector(1);
  const auto kept = client->keep(value);
  value.data<float>()[0] = 50;
  EXPECT_EQ(run(program, {kept, vector(1)}).at(0).at(0), 2);
}

TEST_F(Worker, ForgetsWhatIsNoLongerHeld) {
  // The worker maps the memory that an array came in, and takes it as its own.
  const auto arrays_held = [&] { return mappings(only_worker(), "memfd:convoy "); };
  const size_t before = arrays_held();
  std::shared_ptr<const Buffer> kept = client->keep(vector(1));
  EXPECT_EQ(arrays_held(), before + 1);
  for (int i = 0; i < 10; ++i) kept = client->keep(vector(1));
  EXPECT_TRUE(eventually([&] { return arrays_held() == before + 1; }));
  kept.reset();
  EXPECT_TRUE(eventually([&] { return arrays_held() == before; }));
}

TEST_F(Worker, ServesManyThreads) {
  const auto program = client->compile(sum_of_two());
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      const auto kept = client->keep(vector(static_cast<float>(t)));
      for (int i = 0; i < 25; ++i) {
        const auto results = run(program, {kept, vector(static_cast<float>(100 * i))});
        if (results.at(0).at(0) != t + 100 * i) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Worker, KilledInMidCallIsAnErrorAndTheNextCallStartsAnother) {
  const auto count = client->compile(counting());
  const auto sum = client->compile(sum_of_two());
  const auto kept = client->keep(vector(1));
  const pid_t pid = only_worker();
  auto message = std::async(std::launch::async, [&] {
    return refusal([&] { run(count, {Tensor::of<int64_t>({}, {forever})}); });
  });
  wait_until_busy(pid);
  ::kill(pid, SIGKILL);
  EXPECT_THAT(message.get(), HasSubstr("the XLA worker died (signal 9)"));
  EXPECT_EQ(run(sum, {kept, vector(10)}).at(0).at(0), 11);
  EXPECT_EQ(run(count, {Tensor::of<int64_t>({}, {1000})}).at(0).at(0), 1000);
  EXPECT_NE(only_worker(), pid);
}

TEST_F(Worker, KilledBetweenCallsGoesUnnoticed) {
  const auto sum = client->compile(sum_of_two());
  const auto kept = client->keep(vector(1));
  const pid_t pid = only_worker();
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(eventually([&] { return has_ended(pid); }));
  EXPECT_EQ(run(sum, {kept, vector(10)}).at(0).at(0), 11);
  EXPECT_NE(only_worker(), pid);
}

TEST_F(Worker, GivesUpACallThatIsCancelled) {
  const auto count = client->compile(counting());
  const pid_t pid = only_worker();
  Cancellation cancellation;
  std::atomic<bool> cancelled{false};
  auto call = std::async(std::launch::async, [&] {
    try {
      run(count, {Tensor::of<int64_t>({}, {forever})}, cancellation);
    } catch (const CancelledError&) {
      cancelled = true;
    }
  });
  wait_until_busy(pid);
  const auto asked = Clock::now();
  cancellation.cancel();
  call.get();
  EXPECT_TRUE(cancelled);
  EXPECT_LT(Clock::now() - asked, std::chrono::seconds(1));  // 0.1 s on a machine that is idle
  EXPECT_TRUE(workers_of(::getpid()).empty());
  EXPECT_TRUE(adds(client));
}

TEST_F(Worker, GivesUpACallThatWaitsForItsTurn) {
  const auto count = client->compile(counting());
  const auto sum = client->compile(sum_of_two());
  const pid_t pid = only_worker();
  Cancellation first, second;
  auto busy = std::async(std::launch::async, [&] {
    EXPECT_THROW(run(count, {Tensor::of<int64_t>({}, {forever})}, first), CancelledError);
  });
  wait_until_busy(pid);
  second.cancel();
  EXPECT_THROW(run(sum, {vector(1), vector(2)}, second), CancelledError);
  EXPECT_EQ(only_worker(), pid);  // whom the other call still needs
  first.cancel();
  busy.get();
}

TEST_F(Worker, IsNotSharedWithAFork) {
  const auto program = client->compile(sum_of_two());
  const auto kept = client->keep(vector(1));
  const pid_t pid = only_worker();
  EXPECT_EQ(exit_code_of(in_fork([&] {
              const auto results = run(program, {kept, vector(10)});
              const std::vector<pid_t> own = workers_of(::getpid());
              return results.at(0).at(0) == 11 && own.size() == 1 && own[0] != pid ? 0 : 1;
            })),
            0);
  EXPECT_EQ(run(program, {kept, vector(10)}).at(0).at(0), 11);
  EXPECT_EQ(only_worker(), pid);
}

TEST_F(Worker, DiesWithAProgramThatIsKilledInMidCall) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t program = in_fork([&] {
    const auto count = start_worker()->compile(counting());
    if (::write(pipe[1], "", 1) != 1) return 1;
    run(count, {Tensor::of<int64_t>({}, {forever})});
    return 0;
  });
  char compiled = 1;
  ASSERT_EQ(::read(pipe[0], &compiled, 1), 1);
  ASSERT_EQ(workers_of(program).size(), 1u);
  wait_until_busy(workers_of(program).at(0));
  ::kill(program, SIGKILL);
  exit_code_of(program);
  EXPECT_TRUE(eventually([&] { return workers_of(program).empty(); }));
}

TEST_F(Worker, DiesWithItsProgramThoughAForkOfThatLivesOn) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t program = in_fork([&] {
    const auto own = start_worker();
    const pid_t fork = in_fork([] { return static_cast<int>(::sleep(600)); });
    if (::write(pipe[1], &fork, sizeof(fork)) != sizeof(fork)) return 1;
    return static_cast<int>(::sleep(600));
  });
  pid_t fork = 0;
  ASSERT_EQ(::read(pipe[0], &fork, sizeof(fork)), static_cast<ssize_t>(sizeof(fork)));
  ASSERT_EQ(workers_of(program).size(), 1u);
  ::kill(program, SIGKILL);
  exit_code_of(program);
  EXPECT_TRUE(eventually([&] { return workers_of(program).empty(); }));
  ::kill(fork, SIGKILL);
}

/// The environment in which workers of a test are started.
class WorkerEnvironment : public Worker {
 protected:
  /// A package `jax` that the worker finds before the real one.
  void put_jax(const std::string& code) {
    const std::filesystem::path folder = io::scratch("packages");
    std::filesystem::create_directories(folder / "jax");
    io::write(folder / "jax" / "__init__.py", code);
    ::setenv("PYTHONPATH", folder.c_str(), 1);
  }

  void TearDown() override {
    restore("PYTHONPATH", path_);
    restore("CONVOY_PYTHON", python_);
  }

 private:
  static std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
  }
  static void restore(const char* name, const std::string& value) {
    if (value.empty())
      ::unsetenv(name);
    else
      ::setenv(name, value.c_str(), 1);
  }

  std::string path_ = variable("PYTHONPATH"), python_ = variable("CONVOY_PYTHON");
};

TEST_F(WorkerEnvironment, WithoutPythonSaysHowToNameOne) {
  ::setenv("CONVOY_PYTHON", "/nowhere/python3", 1);
  EXPECT_THAT(refusal([] { start_worker(); }),
              AllOf(HasSubstr("/nowhere/python3"), HasSubstr("CONVOY_PYTHON")));
  EXPECT_THROW(start_worker(), NotSupportedError);
}

TEST_F(WorkerEnvironment, WithoutJaxNamesTheCommandThatInstallsIt) {
  put_jax("raise ModuleNotFoundError(\"No module named 'jax'\")");
  EXPECT_THAT(refusal([] { start_worker(); }),
              AllOf(HasSubstr("which is not installed"), HasSubstr("-m pip install \"jax==")));
  EXPECT_THROW(start_worker(), NotSupportedError);
}

TEST_F(WorkerEnvironment, WithAJaxThatLacksWhatIsUsedNamesBothVersions) {
  put_jax("__version__ = '0.0.7'");
  EXPECT_THAT(refusal([] { start_worker(); }),
              AllOf(HasSubstr("is written for jax"), HasSubstr("0.0.7 is installed"),
                    HasSubstr("pip install")));
}

TEST_F(WorkerEnvironment, TakesAJaxOfAnotherVersionThatHasWhatIsUsed) {
  put_jax(
      "import os, sys\n"
      "sys.path.remove(os.path.dirname(os.path.dirname(__file__)))\n"
      "del sys.modules['jax']\n"
      "import jax\n"
      "jax.__version__ = '77.0'\n");
  client = start_worker();
  EXPECT_THAT(client->fingerprint(), HasSubstr("77.0"));
  EXPECT_TRUE(adds(client));
}

TEST_F(WorkerEnvironment, TellsTheLastWordsOfAWorkerThatFails) {
  put_jax("import os, sys\nprint('out of order', file=sys.stderr, flush=True)\nos._exit(7)");
  EXPECT_THAT(refusal([] { start_worker(); }),
              AllOf(HasSubstr("ended (exit code 7)"), HasSubstr("out of order")));
}

TEST_F(WorkerEnvironment, KeepsWhatTheWorkerPrintsToItself) {
  put_jax(
      "import os, sys\n"
      "print('noise'); print('noise', file=sys.stderr)\n"
      "sys.path.remove(os.path.dirname(os.path.dirname(__file__)))\n"
      "del sys.modules['jax']\n"
      "import jax\n");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const bool works = adds(start_worker());
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(works);
}

TEST_F(WorkerEnvironment, IsNotLedAstrayByFilesOfTheCurrentFolder) {
  const std::filesystem::path before = std::filesystem::current_path();
  io::write(io::scratch("jax.py"), "raise SystemExit('not this one')");
  std::filesystem::current_path(io::scratch(""));
  EXPECT_EQ(refusal([] { start_worker(); }), "no error");
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace convoy::xla
