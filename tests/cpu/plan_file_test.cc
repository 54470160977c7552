// What the backend cpu keeps in a folder for later processes, and what it believes of it.
#include "convoy/cpu/plan_file.h"

#include <atomic>
#include <filesystem>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/cpu/digest.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/custom.h"
#include "tests/io/support.h"

namespace convoy {
namespace {

using io::contents;
using io::write;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr size_t page = 4096;
const Type image{DType::float32, {1, 20, 12, 12}};

class PlanFile : public ::testing::Test {
 protected:
  PlanFile()
      : folder_(fs::path(::testing::TempDir()) /
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
  }
  ~PlanFile() override { fs::remove_all(folder_); }

  CompileOptions options(int threads = 2) const {
    return {.backend = "cpu", .cpu = {.threads = threads, .cache = folder_}};
  }

  std::vector<fs::path> files() const {
    if (!fs::exists(folder_)) return {};
    return {fs::directory_iterator(folder_), fs::directory_iterator()};
  }
  fs::path file() const {
    EXPECT_EQ(files().size(), 1u);
    return files().front();
  }

  fs::path folder_;
};

/// Changes when the file is replaced.
ino_t number(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_ino;
}

Tensor random_weights(uint32_t seed) {
  std::mt19937 random(seed);
  Tensor w(DType::float32, {20, 20, 3, 3});
  for (float& value : w.data<float>()) value = std::uniform_real_distribution<float>(-1, 1)(random);
  return w;
}

ParameterPtr weights(uint32_t seed) {
  return std::make_shared<ParameterState>("w", random_weights(seed), true);
}

Tensor ones() { return Tensor::full(DType::float32, to_extents(image.shape), 1); }

/// A convolution by Winograd's method, and one of a single pixel's that is computed directly.
Function network(const ParameterPtr& w, const CompileOptions& options) {
  const Value x = input("x", image), p = parameter(w);
  const Value once = relu(conv(x, p, {.padding = 1}));
  return compile({x}, {conv(once, p, {.stride = {5, 5}})}, options);
}

Tensor result(const ParameterPtr& w, const CompileOptions& options) {
  return network(w, options)({ones()})[0];
}

TEST_F(PlanFile, IsFoundByLaterFunctions) {
  const Tensor y = result(weights(1), {.backend = "cpu", .cpu = {.threads = 2}});
  EXPECT_TRUE(result(weights(1), options()).identical(y));
  const ino_t first = number(file());
  EXPECT_TRUE(result(weights(1), options()).identical(y));
  EXPECT_EQ(number(file()), first);
}

TEST_F(PlanFile, IsWhatIsComputedWith) {
  result(weights(1), options());
  // Weights of zero under a right checksum.
  std::string bytes = contents(file());
  std::fill(bytes.begin() + page, bytes.end(), '\0');
  const size_t checksum = bytes.find("checksum ") + std::string("checksum ").size();
  const std::string_view arrays = std::string_view(bytes).substr(page);
  bytes.replace(checksum, 32, cpu::digest({&arrays, 1}, 1));
  write(file(), bytes);
  const Tensor y = result(weights(1), options());
  EXPECT_TRUE(y.identical(Tensor::zeros(DType::float32, y.extents())));
}

TEST_F(PlanFile, IsMadeAnewWhenItIsDamaged) {
  const Tensor y = result(weights(1), options());
  const fs::path path = file();
  const std::string whole = contents(path);
  const auto is_replaced = [&](const std::string& damaged) {
    fs::remove(path);
    write(path, damaged);
    const ino_t before = number(path);
    EXPECT_TRUE(result(weights(1), options()).identical(y));
    EXPECT_TRUE(contents(path) == whole);
    EXPECT_NE(number(path), before);
  };
  for (const size_t size : {size_t{0}, size_t{1}, page - 1, page, page + 1, whole.size() - 1})
    is_replaced(whole.substr(0, size));
  is_replaced(whole + '\0');
  is_replaced(std::string(whole.size(), '\0'));
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    std::string damaged = whole;
    char& byte = damaged[random() % (i % 4 == 0 ? page : whole.size())];
    byte = static_cast<char>(byte ^ (1 << random() % 8));
    is_replaced(damaged);
  }
}

TEST_F(PlanFile, OfAnotherVersionIsNotBelieved) {
  const Tensor y = result(weights(1), options());
  std::string bytes = contents(file());
  const size_t at = bytes.find("version ");
  ASSERT_LT(at, page);
  bytes[at + 8] = '9';
  write(file(), bytes);
  EXPECT_TRUE(result(weights(1), options()).identical(y));
  EXPECT_FALSE(contents(file()) == bytes);
}

TEST_F(PlanFile, EverythingThatMattersHasAFileOfItsOwn) {
  size_t count = 0;
  const auto is_new = [&](const ParameterPtr& w, const CompileOptions& how) {
    result(w, how);
    EXPECT_EQ(files().size(), ++count);
    result(w, how);
    EXPECT_EQ(files().size(), count);
  };
  is_new(weights(1), options());
  is_new(weights(2), options());
  is_new(weights(1), options(1));
  CompileOptions other = options();
  other.cpu.precision = cpu::Precision::highest;
  is_new(weights(1), other);
  for (const cpu::Tier tier : cpu::tiers()) {
    other = options();
    other.cpu.tier = tier;
    if (tier != cpu::tiers().front()) is_new(weights(1), other);
  }
  // One weight that is another in its last bit.
  Tensor changed = random_weights(1);
  changed.data<float>().back() = std::nextafterf(changed.data<float>().back(), 2);
  is_new(std::make_shared<ParameterState>("w", changed, true), options());
}

TEST_F(PlanFile, ConstantsCountAsParametersDo) {
  const auto compute = [&](double scale) {
    const Value x = input("x", image);
    const Value w = constant(random_weights(1)) * constant(Tensor::full(DType::float32, {}, scale));
    CompileOptions how = options();
    how.optimize = false;
    return compile({x}, {conv(x, w)}, how)({ones()})[0];
  };
  const double one = compute(1).at(5);
  EXPECT_NEAR(compute(2).at(5), 2 * one, 1e-4);
  EXPECT_NEAR(compute(1).at(5), one, 1e-6);
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(PlanFile, OtherSizesOfImagesHaveOthers) {
  const Value x = input("x", {DType::float32, {1, 20, Dim::symbol("H"), 12}});
  const Function f = compile({x}, {conv(x, parameter(weights(1)), {.padding = 1})}, options());
  f({Tensor::full(DType::float32, {1, 20, 12, 12}, 1)});
  f({Tensor::full(DType::float32, {1, 20, 6, 12}, 1)});
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(PlanFile, ValuesThatComeLaterAreNotKept) {
  const ParameterPtr w = weights(1);
  const Function f = network(w, options());
  const Tensor first = f({ones()})[0];
  w->set_value(random_weights(2));
  const CompileOptions plain{.backend = "cpu", .cpu = {.threads = 2}};
  EXPECT_TRUE(f({ones()})[0].identical(result(weights(2), plain)));
  w->set_value(random_weights(1));
  EXPECT_TRUE(f({ones()})[0].identical(first));
  const std::string before = contents(file());

  // And where the first ones came from the file.
  const ParameterPtr again = weights(1);
  const Function g = network(again, options());
  EXPECT_TRUE(g({ones()})[0].identical(first));
  again->set_value(random_weights(2));
  EXPECT_TRUE(g({ones()})[0].identical(result(weights(2), plain)));
  EXPECT_TRUE(contents(file()) == before);
}

TEST_F(PlanFile, TrainingKeepsNothing) {
  const ParameterPtr w = weights(1);
  const Value x = input("x", image), p = parameter(w);
  CompileOptions how = options();
  how.updates = {{w, p * 2}};
  const Function step = compile({x}, {conv(x, p)}, how);
  for (int i = 0; i < 3; ++i) step({ones()});
  EXPECT_TRUE(files().empty());
}

/// Gives another value each time it is made.
class Doubling : public CustomOperator {
 public:
  std::string_view name() const override { return "doubling"; }
  std::vector<Type> infer(Types inputs) const override { return {inputs[0]}; }
  void run(std::span<const Tensor> in, std::span<Tensor> out) const override {
    for (int64_t i = 0; i < in[0].size(); ++i)
      out[0].data<float>()[static_cast<size_t>(i)] =
          2 * in[0].data<float>()[static_cast<size_t>(i)];
  }
};

TEST_F(PlanFile, OperatorsOfOnesOwnAreNotTakenForOthersOfTheirName) {
  const Value x = input("x", image);
  const Value w = custom(std::make_shared<Doubling>(), {parameter(weights(1))})[0];
  compile({x}, {conv(x, w)}, options())({ones()});
  EXPECT_TRUE(files().empty());
}

TEST_F(PlanFile, ManyMayWriteAtOnce) {
  const Tensor y = result(weights(1), options());
  const fs::path path = file();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        wrong += !result(weights(1), options()).identical(y);
        std::error_code ignored;
        fs::remove(path, ignored);  // so that all have something to write
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  result(weights(1), options());
  EXPECT_EQ(file(), path);  // nothing half written is left
}

TEST_F(PlanFile, AFolderThatCannotBeMadeIsTold) {
  write(folder_, "a file");
  const Function f = network(weights(1), {.backend = "cpu", .cpu = {.cache = folder_ / "plans"}});
  try {
    f({ones()});
    FAIL() << "no error";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot make the folder"));
  }
}

TEST_F(PlanFile, AFileThatCannotBeWrittenCostsTheCacheAlone) {
  const Tensor y = result(weights(1), options());
  const fs::path path = file();
  fs::remove(path);
  fs::create_directory(path);
  write(path / "in the way", "");
  EXPECT_TRUE(result(weights(1), options()).identical(y));
  EXPECT_TRUE(fs::is_directory(path));
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(PlanFile, WithNothingToPrepareThereIsNone) {
  const Value x = input("x", image);
  EXPECT_EQ(compile({x}, {relu(x)}, options())({ones()})[0].at(0), 1);
  EXPECT_TRUE(files().empty());
}

}  // namespace
}  // namespace convoy
