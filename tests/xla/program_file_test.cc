#include "convoy/xla/program_file.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "tests/io/support.h"
#include "tests/xla/programs.h"

namespace convoy::xla {
namespace {

using io::contents;
using io::scratch;
using io::write;

struct FakeProgram : Program {
  explicit FakeProgram(std::string code) : bytes(std::move(code)) {}
  std::vector<Tensor> run(std::vector<Argument>, const Cancellation&) const override { return {}; }
  std::string serialized() const override { return bytes; }
  std::string bytes;
};

struct FakeClient : Client {
  explicit FakeClient(std::string compiler = "1") : version(std::move(compiler)) {}

  std::string platform() const override { return "fake"; }
  std::string fingerprint() const override { return version; }
  std::vector<Device> devices() const override { return {}; }
  std::shared_ptr<const Program> compile(const Source&) override {
    ++compiled;
    return std::make_shared<FakeProgram>(machine_code);
  }
  std::shared_ptr<const Program> load(const Source&, std::string_view bytes) override {
    ++loaded;
    if (bytes != machine_code) throw Error("no machine code of this client");
    return std::make_shared<FakeProgram>(std::string(bytes));
  }
  std::shared_ptr<const Buffer> keep(const Tensor&) override { return nullptr; }

  std::string version, machine_code = std::string("machine \0 code", 14);
  std::atomic<int> compiled{0}, loaded{0};
};

/// The one file in a folder.
std::filesystem::path only_file(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path());
  EXPECT_EQ(files.size(), 1u);
  return files.at(0);
}

/// A folder in which a program was left, gone with the test.
class ProgramFile : public testing::Test {
 protected:
  ProgramFile() { std::filesystem::remove_all(folder); }
  ~ProgramFile() override { std::filesystem::remove_all(folder); }

  void leave() { FakeClient().program(source, folder); }

  const std::filesystem::path folder = scratch("programs");
  const Source source = sum_of_two();
};

TEST_F(ProgramFile, IsLoadedByALaterClientInsteadOfCompiling) {
  leave();
  FakeClient client;
  EXPECT_EQ(client.program(source, folder)->serialized(), client.machine_code);
  EXPECT_EQ(client.compiled, 0);
  EXPECT_EQ(client.loaded, 1);
}

TEST_F(ProgramFile, IsOfOneSourceAndOneFingerprint) {
  leave();
  FakeClient client, newer("2");
  EXPECT_EQ(load_program(client, counting(), folder), nullptr);
  EXPECT_EQ(load_program(newer, source, folder), nullptr);
  EXPECT_EQ(client.loaded + newer.loaded, 0);
  EXPECT_NE(load_program(client, source, folder), nullptr);
}

TEST_F(ProgramFile, IsNotMistakenForAnotherOfTheSameName) {
  leave();
  FakeClient newer("2");
  newer.program(source, folder);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path());
  ASSERT_EQ(files.size(), 2u);
  // As if their names had collided, either way round.
  const std::string first = contents(files[0]);
  write(files[0], contents(files[1]));
  write(files[1], first);
  FakeClient client;
  EXPECT_EQ(load_program(client, source, folder), nullptr);
  EXPECT_EQ(load_program(newer, source, folder), nullptr);
}

TEST_F(ProgramFile, OfAnyShorterLengthIsPassedOver) {
  leave();
  const std::filesystem::path file = only_file(folder);
  const std::string whole = contents(file);
  FakeClient client;
  for (size_t length = 0; length < whole.size(); ++length) {
    write(file, whole.substr(0, length));
    EXPECT_EQ(load_program(client, source, folder), nullptr) << length;
  }
  EXPECT_EQ(client.loaded, 0);
}

TEST_F(ProgramFile, WithAnyByteChangedIsPassedOver) {
  leave();
  const std::filesystem::path file = only_file(folder);
  const std::string whole = contents(file);
  FakeClient client;
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    write(file, changed);
    EXPECT_EQ(load_program(client, source, folder), nullptr) << i;
  }
  EXPECT_EQ(client.loaded, 0);
}

TEST_F(ProgramFile, ThatTheClientRefusesIsCompiledAnewAndReplaced) {
  leave();
  FakeClient client;
  client.machine_code = "of another kind";
  EXPECT_EQ(client.program(source, folder)->serialized(), "of another kind");
  EXPECT_EQ(client.compiled, 1);
  FakeClient later;
  later.machine_code = "of another kind";
  later.program(source, folder);
  EXPECT_EQ(later.compiled, 0);
}

TEST_F(ProgramFile, IsWholeWhateverOtherWritersDo) {
  std::atomic<bool> done{false};
  std::atomic<int> seen{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < 2; ++i)
    writers.emplace_back([&] {
      const FakeClient client;
      const FakeProgram program(client.machine_code);
      while (!done) save_program(client, source, program, folder);
    });
  FakeClient reader;
  while (seen < 200)
    if (load_program(reader, source, folder)) ++seen;
  done = true;
  for (std::thread& writer : writers) writer.join();
  // What was there was complete at all times: once found, it was never refused.
  EXPECT_EQ(reader.loaded, 200);
}

TEST_F(ProgramFile, NeedsAFolder) {
  write(folder, "a file in its place");
  FakeClient client;
  EXPECT_THAT(io::refusal([&] { client.program(source, folder); }),
              testing::HasSubstr("cannot make the folder"));
}

TEST(Programs, InUseAreSharedAndOthersForgotten) {
  FakeClient client;
  std::shared_ptr<const Program> first = client.program(sum_of_two());
  EXPECT_EQ(client.program(sum_of_two()), first);
  client.program(counting());
  EXPECT_EQ(client.compiled, 2);
  first.reset();
  client.program(sum_of_two());
  EXPECT_EQ(client.compiled, 3);
}

}  // namespace
}  // namespace convoy::xla
