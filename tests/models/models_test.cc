#include "convoy/models/models.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/models/weights.h"
#include "convoy/nn/initializers.h"
#include "convoy/passes/passes.h"

namespace convoy::models {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// Published numbers. torchvision's from its table of weights ("num_params"), its tensors being
// those of a state_dict without the counters num_batches_tracked; YOLO11's computed from its table
// of layers; LeNet's and U-Net's by hand, below.
struct Published {
  std::string_view name;
  int64_t parameters;
  size_t tensors;
};
constexpr Published published[] = {
    {"lenet", 61'706, 10},
    {"resnet18", 11'689'512, 102},
    {"resnet50", 25'557'032, 267},
    {"mobilenet_v2", 3'504'872, 262},
    {"efficientnet_b0", 5'288'548, 311},
    {"vgg16", 138'357'544, 32},
    {"unet", 31'037'698, 100},
    {"yolo11n", 2'624'080, 418},
    {"yolo11s", 9'458'752, 418},
    {"yolo11m", 20'114'688, 543},
};

class EveryArchitecture : public testing::TestWithParam<Published> {};

TEST_P(EveryArchitecture, HasThePublishedNumberOfParameters) {
  const Model model = build(GetParam().name);
  verify(model.graph);
  EXPECT_EQ(parameter_count(*model.network), GetParam().parameters);
  EXPECT_THAT(model.network->named_parameters(), SizeIs(GetParam().tensors));
  EXPECT_TRUE(model.updates.empty());
}

TEST_P(EveryArchitecture, NamesEveryNodeOnceAtMost) {
  const Model model = build(GetParam().name);
  std::set<std::string> names;
  for (const NodePtr& node : model.graph.nodes) {
    const bool fresh = node->title().empty() || names.insert(node->title()).second;
    EXPECT_TRUE(fresh) << node->title();
    if (node->kind() != "conv") continue;  // every convolution stands where its weight does
    EXPECT_EQ(node->name + ".weight", node->inputs[1].node()->title());
  }
}

INSTANTIATE_TEST_SUITE_P(Models, EveryArchitecture, testing::ValuesIn(published),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Models, ListIsTestedWhole) {
  std::vector<std::string_view> listed, tested;
  for (const Architecture& a : architectures()) listed.push_back(a.name);
  for (const Published& p : published) tested.push_back(p.name);
  EXPECT_EQ(listed, tested);
}

TEST(Models, UNetHasTheParametersOfItsLayers) {
  const auto double_conv = [](int64_t in, int64_t out) {
    return 9 * in * out + 9 * out * out + 4 * out;  // two weights, two scales and shifts
  };
  int64_t count = double_conv(3, 64);
  for (int64_t c = 64; c < 1024; c *= 2) count += double_conv(c, 2 * c);
  for (int64_t c = 1024; c > 64; c /= 2) count += 4 * c * c / 2 + c / 2 + double_conv(c, c / 2);
  count += 64 * 2 + 2;
  EXPECT_EQ(parameter_count(*build("unet").network), count);
}

std::string output_type(std::string_view name, const Options& options = {}) {
  return to_string(build(name, options).graph.outputs[0].value.type());
}

TEST(Models, OutputsHaveTheShapesOfTheirTask) {
  EXPECT_EQ(output_type("lenet"), "float32[1,10]");
  EXPECT_EQ(output_type("resnet18"), "float32[1,1000]");
  EXPECT_EQ(output_type("resnet50", {.classes = 7, .batch = 4}), "float32[4,7]");
  EXPECT_EQ(output_type("mobilenet_v2"), "float32[1,1000]");
  EXPECT_EQ(output_type("efficientnet_b0"), "float32[1,1000]");
  EXPECT_EQ(output_type("unet"), "float32[1,2,256,256]");
  EXPECT_EQ(output_type("yolo11n"), "float32[1,84,8400]");
  EXPECT_EQ(output_type("yolo11n", {.classes = 3, .height = 320, .width = 64}), "float32[1,7,420]");
}

TEST(Models, SizesMayBeSymbols) {
  const Options any{
      .batch = Dim::symbol("N"), .height = Dim::symbol("H"), .width = Dim::symbol("W")};
  for (const std::string_view name :
       {"resnet18", "mobilenet_v2", "efficientnet_b0", "unet", "yolo11n"}) {
    const Model model = build(name, any);
    const Graph known = specialize(model.graph, {{"N", 2}, {"H", 64}, {"W", 96}});
    const Options stated{.batch = 2, .height = 64, .width = 96};
    EXPECT_EQ(to_string(known.outputs[0].value.type()), output_type(name, stated)) << name;
    EXPECT_FALSE(model.graph.metadata.contains("imgsz"));
  }
}

TEST(Models, CarryMetadata) {
  const auto metadata = build("yolo11n").graph.metadata;
  EXPECT_EQ(metadata.at("imgsz"), "[640, 640]");
  EXPECT_EQ(metadata.at("stride"), "32");
  EXPECT_EQ(metadata.at("task"), "detect");
  EXPECT_THAT(metadata.at("names"), HasSubstr("{0: 'person', 1: 'bicycle', 2: 'car'"));
  EXPECT_THAT(metadata.at("names"), HasSubstr("79: 'toothbrush'}"));
  const Options own{.classes = 2, .names = {"it's", "b"}};
  EXPECT_EQ(build("lenet", own).graph.metadata.at("names"), "{0: 'it\\'s', 1: 'b'}");
}

TEST(Models, TrainingGivesUpdatesOfEveryStatisticAndMapsForLosses) {
  const Model model = build("yolo11n", {.training = true});
  size_t statistics = 0;
  for (const nn::NamedParameter& p : model.network->named_parameters())
    statistics += p.name.ends_with("running_mean") || p.name.ends_with("running_var");
  EXPECT_THAT(model.updates, SizeIs(statistics));
  std::vector<std::string> maps;
  for (const Output& output : model.graph.outputs)
    maps.push_back(output.name + " " + to_string(output.value.type()));
  EXPECT_THAT(maps, ElementsAre("p3 float32[1,144,80,80]", "p4 float32[1,144,40,40]",
                                "p5 float32[1,144,20,20]"));
  EXPECT_THAT(model.graph.inputs, SizeIs(1));
}

TEST(Models, TrainingTakesAKeyWhereThereIsDropout) {
  const Options step{.classes = 3, .batch = 2, .height = 32, .width = 32, .training = true};
  const Model model = build("mobilenet_v2", step);
  ASSERT_THAT(model.graph.inputs, SizeIs(2));
  const Function function = compile(model.graph, {.updates = model.updates});
  nn::Generator generator(7);
  const Tensor images = nn::uniform(0, 1)(DType::float32, {2, 3, 32, 32}, generator);
  const Tensor before = weights(*model.network).at("features.0.1.running_mean");
  const Tensor one = function({images, Tensor::of<uint64_t>({2}, {1, 0})})[0];
  const Tensor other = function({images, Tensor::of<uint64_t>({2}, {2, 0})})[0];
  EXPECT_FALSE(one.identical(other));
  EXPECT_FALSE(weights(*model.network).at("features.0.1.running_mean").identical(before));
  EXPECT_THAT(build("resnet18", step).graph.inputs, SizeIs(1));
}

TEST(Models, Yolo11nCostsWhatItIsKnownToCost) {
  const Graph graph = build("yolo11n").graph;
  int64_t convolutions = 0, box_decoding = 0, count = 0;
  for (const NodePtr& node : graph.nodes) {
    if (node->kind() != "conv") continue;
    const bool decodes = node->name == "model.23.dfl.conv";
    (decodes ? box_decoding : convolutions) += flops(*node);
    if (!decodes) count += 1;
  }
  EXPECT_EQ(count, 87);
  EXPECT_NEAR(static_cast<double>(convolutions) / 1e9, 6.480, 0.0001);
  EXPECT_EQ(box_decoding, 2 * 16 * 4 * 8400);
  // Attention: 400 positions to each other, 64 channels of keys and 128 of values.
  EXPECT_EQ(flops(graph) - convolutions - box_decoding, 2 * 400 * 400 * (64 + 128));
}

TEST(Models, Yolo11PadsByHalfAtEveryStride) {
  const Model model = build("yolo11n", {.height = Dim::symbol("H")});
  int strided = 0;
  for (const NodePtr& node : model.graph.nodes) {
    if (node->kind() != "conv" || node->name.ends_with("dfl.conv")) continue;
    const Conv& conv = std::get<Conv>(*node->op());
    const bool pointwise = node->inputs[1].dim(-1) == Dim(1);
    EXPECT_TRUE(pointwise || conv.padding == Padding::half) << node->name;
    strided += conv.stride == Integers{2, 2};
  }
  EXPECT_EQ(strided, 7);
}

TEST(Models, AreTheSameFromTheSameSeed) {
  const NamedTensors first = weights(*build("lenet", {.seed = 1}).network);
  const NamedTensors second = weights(*build("lenet", {.seed = 1}).network);
  const NamedTensors other = weights(*build("lenet", {.seed = 2}).network);
  EXPECT_TRUE(first.at("fc1.weight").identical(second.at("fc1.weight")));
  EXPECT_FALSE(first.at("fc1.weight").identical(other.at("fc1.weight")));
}

template <class Function>
std::string message_of(Function&& function) {
  try {
    function();
  } catch (const ValueError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Models, RefuseWhatTheyCannotBe) {
  const auto refusal = [](std::string_view name, const Options& options) {
    return message_of([&] { build(name, options); });
  };
  EXPECT_THAT(refusal("alexnet", {}), HasSubstr("there are lenet, resnet18"));
  EXPECT_THAT(refusal("yolo11n", {.height = 641}), HasSubstr("multiple of 32, got 641; 672"));
  EXPECT_THAT(refusal("unet", {.width = 0}), HasSubstr("width must be at least 1"));
  EXPECT_THAT(refusal("resnet18", {.classes = 0}), HasSubstr("classes must be at least 1"));
  EXPECT_THAT(refusal("lenet", {.channels = -1}), HasSubstr("channels must be at least 1"));
  EXPECT_THAT(refusal("lenet", {.height = Dim::symbol("H")}), HasSubstr("one size"));
  EXPECT_THAT(refusal("lenet", {.height = 15}), HasSubstr("at least 16"));
  EXPECT_THAT(refusal("lenet", {.classes = 2, .names = {"a"}}), HasSubstr("as many names, got 1"));
}

}  // namespace
}  // namespace convoy::models
