// The client of PJRT plugins against one that does, and gets wrong, what the test says.
#include "convoy/xla/pjrt_client.h"

#include <dlfcn.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "fake_plugin.h"

namespace convoy::xla {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

class PjrtClient : public ::testing::Test {
 protected:
  PjrtClient() {
    void* library = ::dlopen(CONVOY_FAKE_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    fake_ = reinterpret_cast<fake::NewFakePlugin>(::dlsym(library, "new_fake_plugin"))();
  }

  void TearDown() override {
    EXPECT_EQ(fake_->alive, 0) << "objects of the plugin that nobody gave back";
    EXPECT_EQ(fake_->ignored, 0) << "events that nobody waited for";
  }

  static std::shared_ptr<Client> open() { return open_plugin(CONVOY_FAKE_PLUGIN); }

  template <class F>
  void fail(F abi::Api::* slot, abi::ErrorCode code = abi::ErrorCode::internal) {
    fake_->failing = offset_of(slot);
    fake_->failure = code;
  }

  template <class F>
  static size_t offset_of(F abi::Api::* slot) {
    static const abi::Api api;
    return static_cast<size_t>(reinterpret_cast<const char*>(&(api.*slot)) -
                               reinterpret_cast<const char*>(&api));
  }

  fake::FakePlugin* fake_;
};

const Tensor three = Tensor::of<float>({3}, {1, 2, 3});
const Tensor square = Tensor::of<double>({2, 2}, {4, 5, 6, 7});

Source program(const std::string& text, const std::vector<Tensor>& arguments,
               const std::vector<Tensor>& results) {
  Source source{text, {}, {}};
  for (const Tensor& argument : arguments) source.arguments.push_back(argument.type());
  for (const Tensor& result : results) source.results.push_back(result.type());
  return source;
}

Source identity() { return program("identity 1", {three}, {three}); }

std::vector<Tensor> run(const Program& program, std::vector<Argument> arguments) {
  return program.run(std::move(arguments), Cancellation());
}

template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST_F(PjrtClient, TellsWhatThePluginIs) {
  fake_->device_count = 3;
  const auto client = open();
  EXPECT_EQ(client->platform(), "fake");
  EXPECT_THAT(client->fingerprint(), AllOf(HasSubstr("PJRT 0.42"), HasSubstr("fake fake 1.5"),
                                           HasSubstr("Fake 9000"), HasSubstr("one fake chip")));
  const std::vector<Device> devices = client->devices();
  ASSERT_EQ(devices.size(), 3u);
  EXPECT_EQ(devices[2].id, 9);
  EXPECT_EQ(devices[2].kind, "Fake 9000");
  EXPECT_EQ(devices[2].description, "Fake(id=9)");
}

TEST_F(PjrtClient, HandsArraysInAndOut) {
  const auto client = open();
  const auto compiled = client->compile(program("reverse 2", {three, square}, {square, three}));
  const std::vector<Tensor> results = run(*compiled, {three, square});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_TRUE(results[0].identical(square));
  EXPECT_TRUE(results[1].identical(three));
}

TEST_F(PjrtClient, HandsScalarsAndEmptyArraysInAndOut) {
  const Tensor scalar = Tensor::full(DType::float32, {}, 4);
  const Tensor empty(DType::float64, {2, 0, 3});
  const auto client = open();
  const auto compiled = client->compile(program("identity 2", {scalar, empty}, {scalar, empty}));
  const std::vector<Tensor> results = run(*compiled, {scalar, empty});
  EXPECT_TRUE(results[0].identical(scalar));
  EXPECT_TRUE(results[1].identical(empty));
}

TEST_F(PjrtClient, SendsWhatItKeepsOnce) {
  const auto client = open();
  const auto compiled = client->compile(program("identity 2", {three, three}, {three, three}));
  const auto kept = client->keep(three.clone());
  for (int i = 0; i < 3; ++i) {
    const std::vector<Tensor> results = run(*compiled, {kept, three});
    EXPECT_TRUE(results[0].identical(three));
    EXPECT_TRUE(results[1].identical(three));
  }
  EXPECT_EQ(fake_->arrays_sent, 1 + 3);
}

TEST_F(PjrtClient, UsesTheFirstDevice) {
  fake_->device_count = 2;
  const auto client = open();
  const auto compiled = client->compile(identity());
  run(*compiled, {three});
  EXPECT_EQ(fake_->device_used, 7);
  // xla.CompileOptionsProto, as protoc's text form has it: executable_build_options {
  //   device_ordinal: -1 num_replicas: 1 num_partitions: 1 device_assignment {
  //     replica_count: 1 computation_count: 1 computation_devices { replica_device_ids: 7 } } }
  EXPECT_EQ(fake_->compile_options, std::string("\x1a\x19"
                                                "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                                "\x20\x01"
                                                "\x28\x01"
                                                "\x4a\x08\x08\x01\x10\x01\x1a\x02\x08\x07"));
}

TEST_F(PjrtClient, OutlivesItsOwner) {
  auto client = open();
  const auto compiled = client->compile(identity());
  const auto kept = client->keep(three);
  client.reset();
  EXPECT_TRUE(run(*compiled, {kept})[0].identical(three));
}

TEST_F(PjrtClient, RunsInManyThreadsAtOnce) {
  const auto client = open();
  const auto compiled = client->compile(program("identity 2", {three, square}, {three, square}));
  const auto kept = client->keep(three);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      const Tensor mine = Tensor::full(DType::float64, {2, 2}, i);
      for (int j = 0; j < 50; ++j) right += run(*compiled, {kept, mine})[1].identical(mine);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 8 * 50);
}

TEST_F(PjrtClient, SavesAndLoadsPrograms) {
  const std::string saved = open()->compile(identity())->serialized();
  const auto client = open();
  EXPECT_TRUE(run(*client->load(identity(), saved), {three})[0].identical(three));
  EXPECT_THAT([&] { client->load(identity(), "garbage"); },
              ThrowsMessage<Error>(HasSubstr("never saved that")));
}

TEST_F(PjrtClient, SavesNothingWherePluginsCannot) {
  const auto client = open();
  const auto compiled = client->compile(identity());
  fail(&abi::Api::executable_serialize, abi::ErrorCode::unimplemented);
  EXPECT_EQ(compiled->serialized(), "");
}

TEST_F(PjrtClient, SetsAPluginUpOnce) {
  const auto one = open();
  const auto other = open();
  EXPECT_EQ(fake_->initialized, 1);
}

TEST_F(PjrtClient, NeedsNoMoreOfTheTableThanItCalls) {
  fake_->table_size = offset_of(&abi::Api::buffer_to_host) + sizeof(void*);
  const auto client = open();
  EXPECT_THAT(client->fingerprint(), Not(HasSubstr("one fake chip")));
  EXPECT_TRUE(run(*client->compile(identity()), {three})[0].identical(three));
}

TEST_F(PjrtClient, RefusesAnotherMajorVersion) {
  fake_->major = 1;
  EXPECT_THAT(message_of<NotSupportedError>([] { open(); }),
              AllOf(HasSubstr("speaks version 1.42"), HasSubstr("Convoy speaks 0.")));
}

TEST_F(PjrtClient, RefusesATableThatIsTooShort) {
  fake_->table_size = offset_of(&abi::Api::buffer_to_host);
  EXPECT_THAT(message_of<NotSupportedError>([] { open(); }),
              AllOf(HasSubstr("version 0.42"), HasSubstr("a newer release")));
  fake_->table_size = 16;
  EXPECT_THAT(message_of<ValueError>([] { open(); }), HasSubstr("16 bytes"));
  fake_->has_table = false;
  EXPECT_THAT(message_of<ValueError>([] { open(); }), HasSubstr("no table"));
}

TEST_F(PjrtClient, RefusesWhatIsNoPlugin) {
  EXPECT_THAT(message_of<ValueError>([] { open_plugin("libm.so.6"); }),
              HasSubstr("'libm.so.6' is no PJRT plugin: it exports no GetPjrtApi"));
  EXPECT_THAT(message_of<ValueError>([] { open_plugin("/nowhere/plugin.so"); }),
              AllOf(HasSubstr("cannot load"), HasSubstr("/nowhere/plugin.so")));
  EXPECT_THAT(message_of<ValueError>([] { open_plugin(__FILE__); }),
              AllOf(HasSubstr("cannot load"), HasSubstr(__FILE__)));
}

TEST_F(PjrtClient, RefusesAPluginWithoutDevices) {
  fake_->device_count = 0;
  EXPECT_THAT(message_of<Error>([] { open(); }), HasSubstr("offers no device"));
}

TEST_F(PjrtClient, PassesErrorsOfEveryCallOn) {
  using abi::Api;
  const auto opens = [&](auto slot) {
    fail(slot);
    EXPECT_THAT(message_of<Error>([] { open(); }),
                AllOf(HasSubstr("no luck today (INTERNAL)"), HasSubstr("fake_plugin")));
  };
  opens(&Api::plugin_initialize);
  opens(&Api::client_create);
  opens(&Api::client_platform_name);
  opens(&Api::client_platform_version);
  opens(&Api::client_addressable_devices);
  opens(&Api::device_get_description);
  opens(&Api::device_description_id);
  opens(&Api::device_description_kind);
  opens(&Api::device_description_to_string);

  fake_->failing = 0;
  const auto client = open();
  const auto compiled = client->compile(identity());
  const std::string saved = compiled->serialized();
  const auto uses = [&](auto slot, const std::string& task, auto&& use) {
    fail(slot);
    EXPECT_THAT(message_of<Error>(use),
                AllOf(HasSubstr("cannot " + task), HasSubstr("no luck today (INTERNAL)")));
  };
  const auto compile = [&] { client->compile(identity()); };
  const auto call = [&] { run(*compiled, {three}); };
  uses(&Api::client_compile, "compile the program", compile);
  uses(&Api::loaded_executable_get_executable, "describe a program", compile);
  uses(&Api::executable_num_outputs, "tell the results", compile);
  uses(&Api::executable_serialize, "save a program", [&] { compiled->serialized(); });
  uses(&Api::executable_deserialize_and_load, "load a program",
       [&] { client->load(identity(), saved); });
  uses(&Api::client_buffer_from_host, "copy an array to the device", call);
  uses(&Api::client_buffer_from_host, "copy an array to the device", [&] { client->keep(three); });
  uses(&Api::loaded_executable_execute, "run the program", call);
  uses(&Api::buffer_to_host, "copy a result from the device", call);
  fake_->failing = 0;
  EXPECT_TRUE(run(*compiled, {three})[0].identical(three)) << "works again afterwards";
}

TEST_F(PjrtClient, PassesErrorsOfEventsOn) {
  const auto client = open();
  const auto compiled = client->compile(identity());
  const auto call = [&] { run(*compiled, {three}); };
  const auto fails = [&](auto slot, auto&& use) {
    fake_->failing_event = offset_of(slot);
    return message_of<Error>(use);
  };
  EXPECT_THAT(fails(&abi::Api::loaded_executable_execute, call),
              HasSubstr("cannot run the program: lost on the way (DATA_LOSS)"));
  EXPECT_THAT(fails(&abi::Api::buffer_to_host, call),
              HasSubstr("cannot copy a result from the device: lost on the way"));
  EXPECT_THAT(fails(&abi::Api::client_buffer_from_host, [&] { client->keep(three); }),
              HasSubstr("cannot copy an array to the device: lost on the way"));
}

TEST_F(PjrtClient, GivesErrorsTheTypeOfTheirCode) {
  const auto client = open();
  EXPECT_THAT(
      message_of<ValueError>([&] { client->compile(program("nonsense", {three}, {three})); }),
      HasSubstr("line 1: what is this? (INVALID_ARGUMENT)"));
  const auto compiled = client->compile(identity());
  fail(&abi::Api::loaded_executable_execute, abi::ErrorCode::resource_exhausted);
  EXPECT_THAT(message_of<LimitError>([&] { run(*compiled, {three}); }),
              HasSubstr("RESOURCE_EXHAUSTED"));
  fail(&abi::Api::loaded_executable_execute, abi::ErrorCode::unimplemented);
  EXPECT_THAT(message_of<NotSupportedError>([&] { run(*compiled, {three}); }),
              HasSubstr("UNIMPLEMENTED"));
  fail(&abi::Api::loaded_executable_execute, static_cast<abi::ErrorCode>(-3));
  EXPECT_THAT(message_of<Error>([&] { run(*compiled, {three}); }), HasSubstr("unknown code"));
}

TEST_F(PjrtClient, RefusesProgramsWithOtherResults) {
  const auto client = open();
  EXPECT_THAT(
      message_of<Error>([&] { client->compile(program("identity 2", {three, three}, {three})); }),
      HasSubstr("gives 2 results where its source has 1"));
}

TEST_F(PjrtClient, RefusesWrongArguments) {
  const auto client = open();
  const auto compiled = client->compile(identity());
  EXPECT_THAT(message_of<ValueError>([&] { run(*compiled, {three, three}); }),
              HasSubstr("of 1 arguments is given 2"));
  const auto elsewhere = open()->keep(three);
  EXPECT_THAT(message_of<ValueError>([&] { run(*compiled, {elsewhere}); }),
              HasSubstr("another client"));
}

TEST_F(PjrtClient, StartsNothingThatWasCancelled) {
  const auto client = open();
  const auto compiled = client->compile(identity());
  Cancellation cancellation;
  cancellation.cancel();
  EXPECT_THROW(compiled->run({three}, cancellation), CancelledError);
  EXPECT_EQ(fake_->arrays_sent, 0);
}

}  // namespace
}  // namespace convoy::xla
