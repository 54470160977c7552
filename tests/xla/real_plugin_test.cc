// The client of PJRT plugins against a true one: the library that CONVOY_PJRT_PLUGIN_TEST names.
// tests/python/xla/test_pjrt_plugins.py runs this with the plugins that it finds installed.
#include <cstdlib>
#include <iostream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/transpose.h"
#include "convoy/xla/pjrt_client.h"

namespace convoy::xla {
namespace {

using ::testing::HasSubstr;

/// The client of the plugin; null where its device is missing, after printing its words.
std::shared_ptr<Client> shared_client(const char* library) {
  static const auto client = [&]() -> std::shared_ptr<Client> {
    try {
      return open_plugin(library);
    } catch (const Error& error) {
      std::cout << error.what() << '\n';
      EXPECT_THAT(error.what(), HasSubstr("cannot start")) << "no error of the plugin's own";
      return nullptr;
    }
  }();
  return client;
}

class RealPlugin : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* library = std::getenv("CONVOY_PJRT_PLUGIN_TEST");
    if (library == nullptr) GTEST_SKIP() << "CONVOY_PJRT_PLUGIN_TEST names no plugin";
    client_ = shared_client(library);
    if (client_ == nullptr) GTEST_SKIP() << "the plugin finds no device here";
  }

  std::shared_ptr<Client> client_;
};

Tensor ramp(DType dtype, const Extents& extents) {
  Tensor made(DType::float64, extents);
  for (size_t i = 0; i < made.data<double>().size(); ++i)
    made.data<double>()[i] = double(i * 7 % 23) / 8 - 1;
  return made.cast(dtype);
}

/// A program that gives its arguments, with their elements' types in StableHLO's words.
Source identity(const Tensor& tensor, const std::string& type) {
  const std::string text = "func.func @main(%x: tensor<" + type + ">) -> tensor<" + type +
                           "> {\n  return %x : tensor<" + type + ">\n}\n";
  return {text, {tensor.type()}, {tensor.type()}};
}

std::vector<Tensor> run(const Program& program, std::vector<Argument> arguments) {
  return program.run(std::move(arguments), Cancellation());
}

double distance(const Tensor& a, const Tensor& b) {
  double largest = 0;
  EXPECT_EQ(a.extents(), b.extents());
  for (int64_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a.at(i) - b.at(i)));
  return largest;
}

TEST_F(RealPlugin, TellsWhatItIs) {
  std::cout << client_->fingerprint() << '\n';
  for (const Device& device : client_->devices())
    std::cout << device.id << ": " << device.kind << ", " << device.description << '\n';
  EXPECT_FALSE(client_->platform().empty());
  EXPECT_FALSE(client_->devices().empty());
}

TEST_F(RealPlugin, HandsEveryElementTypeOn) {
  const std::pair<DType, std::string> types[] = {
      {DType::boolean, "i1"},  {DType::int8, "i8"},       {DType::uint8, "ui8"},
      {DType::int16, "i16"},   {DType::uint16, "ui16"},   {DType::int32, "i32"},
      {DType::uint32, "ui32"}, {DType::int64, "i64"},     {DType::uint64, "ui64"},
      {DType::float16, "f16"}, {DType::bfloat16, "bf16"}, {DType::float32, "f32"},
      {DType::float64, "f64"},
  };
  for (const auto& [dtype, name] : types) {
    const Tensor sent = ramp(dtype, {3, 5});
    const auto program = client_->compile(identity(sent, "3x5x" + name));
    EXPECT_TRUE(run(*program, {sent})[0].identical(sent)) << name;
  }
  const Tensor scalar = Tensor::full(DType::float32, {}, 2.5);
  EXPECT_TRUE(run(*client_->compile(identity(scalar, "f32")), {scalar})[0].identical(scalar));
  const Tensor empty(DType::float32, {2, 0});
  EXPECT_TRUE(run(*client_->compile(identity(empty, "2x0xf32")), {empty})[0].identical(empty));
}

TEST_F(RealPlugin, ComputesWhatTheReferenceComputes) {
  const Value x = input("x", {DType::float32, to_shape({2, 4, 9, 11})});
  const Value w = input("w", {DType::float32, to_shape({6, 2, 3, 2})});
  const Conv attributes{.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2};
  const Value y = relu(conv(x, w, attributes));
  const std::vector<Value> outputs = {y, transpose(y, {3, 1, 0, 2})};
  const std::vector<Tensor> arrays = {ramp(DType::float32, {2, 4, 9, 11}),
                                      ramp(DType::float32, {6, 2, 3, 2})};
  const auto expected = compile({x, w}, outputs, {.backend = "reference"})(arrays);
  for (const auto layout : {stablehlo::Layout::channels_first, stablehlo::Layout::channels_last}) {
    CompileOptions options{.backend = "xla"};
    options.xla.client = client_;
    options.xla.layout = layout;
    const auto results = compile({x, w}, outputs, options)(arrays);
    for (size_t i = 0; i < results.size(); ++i)
      EXPECT_LT(distance(results[i], expected[i]), 1e-4) << "output " << i;
  }
}

TEST_F(RealPlugin, KeepsArraysAndRunsInManyThreads) {
  const Tensor kept_values = ramp(DType::float32, {64, 64});
  const std::string type = "tensor<64x64xf32>";
  const Source source{"func.func @main(%a: " + type + ", %b: " + type + ") -> " + type +
                          " {\n  %0 = stablehlo.add %a, %b : " + type + "\n  return %0 : " + type +
                          "\n}\n",
                      {kept_values.type(), kept_values.type()},
                      {kept_values.type()}};
  const auto program = client_->compile(source);
  const auto kept = client_->keep(kept_values);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const Tensor mine = Tensor::full(DType::float32, {64, 64}, i);
      for (int j = 0; j < 25; ++j) {
        const Tensor sum = run(*program, {kept, mine})[0];
        right += sum.data<float>()[77] == kept_values.data<float>()[77] + float(i);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4 * 25);
}

TEST_F(RealPlugin, SavesAndLoadsPrograms) {
  const Tensor sent = ramp(DType::float32, {3, 5});
  const Source source = identity(sent, "3x5xf32");
  const std::string saved = client_->compile(source)->serialized();
  if (saved.empty()) GTEST_SKIP() << "the plugin cannot save programs";
  EXPECT_TRUE(run(*client_->load(source, saved), {sent})[0].identical(sent));
  EXPECT_THROW(client_->load(source, "garbage"), Error);
}

TEST_F(RealPlugin, SaysWhatIsWrongWithAProgram) {
  const Tensor sent = ramp(DType::float32, {3});
  try {
    client_->compile({"func.func @main(%x: tensor<3xf32>) { oops }", {sent.type()}, {}});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot compile the program: "));
    EXPECT_THAT(error.what(), HasSubstr("oops"));
  }
}

TEST_F(RealPlugin, RefusesArraysOfOtherShapes) {
  const Tensor right = ramp(DType::float32, {3, 5});
  const auto program = client_->compile(identity(right, "3x5xf32"));
  EXPECT_THROW(run(*program, {ramp(DType::float32, {4, 5})}), Error);
}

}  // namespace
}  // namespace convoy::xla
