#include "convoy/onnx/onnx.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/compile/function.h"
#include "convoy/graph/text.h"
#include "convoy/onnx/file_info.h"
#include "convoy/onnx/wire.h"

namespace convoy::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Dim N = Dim::symbol("N"), H = Dim::symbol("H");

/// A folder of the test's own, removed with what is in it.
class Onnx : public ::testing::Test {
 protected:
  Onnx()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
  }
  ~Onnx() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

/// relu(conv(x, w) + b) with a parameter, a constant and symbolic sizes.
Graph small_network() {
  const Value x = input("x", {DType::float32, {N, 2, H, 8}});
  const Value w = parameter("stem.weight", Tensor::full(DType::float32, {3, 2, 3, 3}, 0.5));
  const Value b = constant(Tensor::of<float>({3, 1, 1}, {1, -200, 3}), "stem.bias");
  Graph graph({x}, {Output{"y", relu(conv(x, w, {.padding = 1}, "stem") + b, "act")}}, "small");
  graph.metadata = {{"doc_string", "for tests"}, {"author", "nobody"}};
  return graph;
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST_F(Onnx, AGraphComesBackWithItsNamesAndTexts) {
  const Graph again = load_bytes(to_bytes(small_network()));
  EXPECT_EQ(again.name, "small");
  EXPECT_EQ(again.metadata, small_network().metadata);
  EXPECT_EQ(to_string(again.inputs[0].type()), "float32[N,2,H,8]");
  ASSERT_EQ(again.outputs.size(), 1u);
  EXPECT_EQ(again.outputs[0].name, "y");
  // The sum with the bias has become a part of the convolution.
  const std::string text = to_string(again, {.max_elements = 1});
  EXPECT_THAT(text, HasSubstr("conv(%x, %stem.weight, %stem.bias)"));
  EXPECT_THAT(text, HasSubstr("\"stem\""));
  EXPECT_THAT(text, HasSubstr("\"act\""));
  // And from here on nothing changes.
  EXPECT_EQ(to_string(load_bytes(to_bytes(again))), to_string(again));
}

TEST_F(Onnx, ResultsAreTheSameBitForBit) {
  const Tensor x = Tensor::full(DType::float32, {2, 2, 5, 8}, 1.25);
  const Tensor before = compile(small_network())({x})[0];
  const Tensor after = compile(load_bytes(to_bytes(small_network())))({x})[0];
  EXPECT_TRUE(before.identical(after));
}

TEST_F(Onnx, WeightsStoredApartAreMappedFromTheirFile) {
  const Value x = input("x", {DType::float32, {1, 1024}});
  const Value w = parameter("w", Tensor::full(DType::float32, {1024}, 3));
  const std::filesystem::path path = folder_ / "apart.onnx";
  save(Graph({x}, {x * w}), path, {.external_data = true});
  EXPECT_EQ(std::filesystem::file_size(folder_ / "apart.onnx.data"), 4096u);
  EXPECT_LT(std::filesystem::file_size(path), 500u);
  const Tensor y = compile(load(path))({Tensor::full(DType::float32, {1, 1024}, 2)})[0];
  EXPECT_EQ(y.at(1023), 6);
}

TEST_F(Onnx, AFileThatCannotBeWrittenLeavesTheOldOneAlone) {
  const std::filesystem::path path = folder_ / "kept.onnx";
  save(small_network(), path);
  const auto size = std::filesystem::file_size(path);
  EXPECT_THROW(save(small_network(), path, {.opset = 3}), ValueError);
  const Value x = input("x", {DType::float32, {2}});
  const Value drawn = random_uniform(input("key", {DType::uint64, {2}}), {2});
  EXPECT_THROW(save(Graph({x, drawn.node()->inputs[0]}, {x + drawn}), path), NotSupportedError);
  EXPECT_EQ(std::filesystem::file_size(path), size);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(Onnx, TheLowestOpsetThatCanSayAllIsTaken) {
  const Value x = input("x", {DType::float32, {2}});
  const auto opset_of = [](const Graph& graph, int64_t wanted = 0) {
    return describe_bytes(to_bytes(graph, {.opset = wanted})).opsets.at("ai.onnx");
  };
  EXPECT_EQ(opset_of(Graph({x}, {relu(x)})), 18);
  EXPECT_EQ(opset_of(Graph({x}, {relu(x)}), 21), 21);
  EXPECT_EQ(opset_of(Graph({x}, {gelu(x)})), 20);
  EXPECT_THAT(message_of([&] { to_bytes(Graph({x}, {gelu(x)}), {.opset = 18}); }),
              HasSubstr("opset 20"));
  // A refusal names the nodes.
  const Graph named({x}, {relu(activation(ActivationKind::gelu, x, {}, {}, "the culprit"))});
  EXPECT_THAT(message_of([&] { to_bytes(named, {.opset = 18}); }), HasSubstr("'the culprit'"));
}

TEST_F(Onnx, WhatIsUnsupportedIsToldAtOnce) {
  const Value x = input("x", {DType::float32, {2}});
  const Value key = input("key", {DType::uint64, {2}});
  const auto draw = [&](std::string_view name) {
    return apply(*random_uniform(key, {2}).node()->op(), {key}, name);
  };
  const std::string message =
      message_of([&] { to_bytes(Graph({x, key}, {x + draw("first") + draw("second")})); });
  EXPECT_THAT(message, HasSubstr("'first'"));
  EXPECT_THAT(message, HasSubstr("'second'"));
}

TEST_F(Onnx, NamesMustBeUtf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("conv/α→\U0001F600"));
  for (const std::string_view wrong : {"\x80", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80",
                                       "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "a\xff"})
    EXPECT_FALSE(is_utf8(wrong));
}

TEST_F(Onnx, InputsThatDecideShapesAreNamed) {
  // Written by hand: a Reshape whose target is an input has no graph here before it is known.
  const Value x = input("x", {DType::float32, {6}});
  std::string bytes = to_bytes(Graph({x}, {Output{"y", reshape(x, {2, 3}, "shaped")}}));
  const FileInfo info = describe_bytes(bytes);
  ASSERT_EQ(info.inputs.size(), 1u);
  EXPECT_EQ(info.inputs[0].type, "tensor(float)");
  EXPECT_EQ(info.operators.at("Reshape"), 1);
  EXPECT_TRUE(info.unsupported.empty());
  LoadOptions options;
  options.constants.emplace("x", Tensor::zeros(DType::float32, {6}));
  EXPECT_TRUE(load_bytes(bytes, options).inputs.empty());
  options.constants.emplace("nothing", Tensor());
  EXPECT_THAT(message_of([&] { load_bytes(bytes, options); }), HasSubstr("'nothing'"));
}

TEST_F(Onnx, NamesOfSizesComeBackWhateverTheyLookLike) {
  for (const std::string name : {"N", "batch size", "batch-size", "0_dim_1", "2*N", "max"}) {
    const Value x = input("x", {DType::float32, {Dim::symbol(name), Dim::symbol("H")}});
    const Graph again = load_bytes(to_bytes(Graph({x}, {relu(x)})));
    EXPECT_EQ(again.inputs[0].dim(0), Dim::symbol(name)) << name;
  }
  const Value y = input("y", {DType::float32, {H + 1, H}});
  EXPECT_EQ(load_bytes(to_bytes(Graph({y}, {relu(y)}))).inputs[0].dim(0), H + 1);
}

TEST_F(Onnx, LimitsHold) {
  const Value x = input("x", {DType::float32, {2}});
  Value y = x;
  for (int i = 0; i < 50; ++i) y = relu(y + x);
  const std::string bytes = to_bytes(Graph({x}, {y}));
  EXPECT_THROW(load_bytes(bytes, {.max_messages = 20}), LimitError);
  EXPECT_THROW(load_bytes(bytes, {.max_nodes = 99}), LimitError);
  EXPECT_NO_THROW(load_bytes(bytes, {.max_nodes = 100}));
}

TEST_F(Onnx, EveryPrefixOfAFileIsRefusedOrRead) {
  const std::string bytes = to_bytes(small_network());
  for (size_t length = 0; length < bytes.size(); ++length) {
    try {
      load_bytes(std::string_view(bytes).substr(0, length));
    } catch (const Error&) {
    }
  }
}

// Each got the first number that was free, counted from 1: quadratic.
TEST(OnnxNames, ManyNodesMayShareAName) {
  Value y = input("x", {DType::float32, {2}});
  const Value x = y;
  constexpr int count = 20000;
  for (int i = 0; i < count; ++i) y = unary(UnaryKind::neg, y, "same");
  const auto start = std::chrono::steady_clock::now();
  const std::string bytes = to_bytes(Graph({x}, {Output{"y", y}}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_NE(bytes.find("same_19998"), std::string::npos);
}

}  // namespace
}  // namespace convoy::onnx
