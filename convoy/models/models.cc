#include "convoy/models/models.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "convoy/base/error.h"
#include "convoy/models/coco.h"
#include "convoy/models/network.h"

namespace convoy::models {

std::span<const Architecture> architectures() {
  static constexpr Architecture list[] = {
      {"lenet", "LeNet-5, 1998: digits", "classify", 10, 1, 32, 1, lenet},
      {"resnet18", "ResNet of 18 layers, 2015", "classify", 1000, 3, 224, 1, resnet18},
      {"resnet50", "ResNet of 50 layers, 2015", "classify", 1000, 3, 224, 1, resnet50},
      {"mobilenet_v2", "MobileNetV2, 2018", "classify", 1000, 3, 224, 1, mobilenet_v2},
      {"efficientnet_b0", "EfficientNet-B0, 2019", "classify", 1000, 3, 224, 1, efficientnet_b0},
      {"vgg16", "VGG of 16 layers, 2014", "classify", 1000, 3, 224, 1, vgg16},
      {"unet", "U-Net, 2015: a class for each pixel", "segment", 2, 3, 256, 16, unet},
      {"yolo11n", "YOLO11 nano, 2024: boxes and scores", "detect", 80, 3, 640, 32, yolo11n},
      {"yolo11s", "YOLO11 small, 2024: boxes and scores", "detect", 80, 3, 640, 32, yolo11s},
      {"yolo11m", "YOLO11 medium, 2024: boxes and scores", "detect", 80, 3, 640, 32, yolo11m},
  };
  return list;
}

const Architecture& architecture(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Architecture& one : architectures()) {
    if (one.name == name) return one;
    known.push_back(one.name);
  }
  throw ValueError(
      fmt::format("there is no architecture '{}'; there are {}", name, fmt::join(known, ", ")));
}

namespace {

void require_positive(const Architecture& a, std::string_view what, int64_t value) {
  if (value < 1)
    throw ValueError(fmt::format("{}: {} must be at least 1, got {}", a.name, what, value));
}

// Networks that halve and double the size meet their own maps again only at whole multiples.
void check_side(const Architecture& a, std::string_view what, const Dim& side) {
  if (!side.is_static()) return;
  require_positive(a, what, side.value());
  if (side.value() % a.stride != 0)
    throw ValueError(fmt::format("{}: {} must be a multiple of {}, got {}; {} would do", a.name,
                                 what, a.stride, side.value(),
                                 (side.value() / a.stride + 1) * a.stride));
}

std::vector<std::string> class_names(const Architecture& a, const Options& options,
                                     int64_t classes) {
  if (!options.names.empty()) {
    if (static_cast<int64_t>(options.names.size()) != classes)
      throw ValueError(fmt::format("{}: {} classes need as many names, got {}", a.name, classes,
                                   options.names.size()));
    return options.names;
  }
  if (a.task == "detect" && classes == static_cast<int64_t>(coco_names().size()))
    return {coco_names().begin(), coco_names().end()};
  return {};
}

// The dict that detectors' files carry, as Python writes it: {0: 'person', 1: 'bicycle'}.
std::string python_dict(const std::vector<std::string>& names) {
  std::string text = "{";
  for (size_t i = 0; i < names.size(); ++i) {
    std::string escaped;
    for (const char c : names[i]) {
      if (c == '\'' || c == '\\') escaped += '\\';
      escaped += c;
    }
    text += fmt::format("{}{}: '{}'", i == 0 ? "" : ", ", i, escaped);
  }
  return text + "}";
}

std::map<std::string, std::string> metadata(const Architecture& a, const Settings& settings,
                                            const std::vector<std::string>& names) {
  std::map<std::string, std::string> result{{"architecture", std::string(a.name)},
                                            {"task", std::string(a.task)},
                                            {"stride", std::to_string(a.stride)}};
  if (settings.height.is_static() && settings.width.is_static())
    result["imgsz"] = fmt::format("[{}, {}]", settings.height.value(), settings.width.value());
  if (!names.empty()) result["names"] = python_dict(names);
  return result;
}

}  // namespace

Model build(std::string_view name, const Options& options) {
  const Architecture& a = architecture(name);
  nn::Generator generator(options.seed);
  const Settings settings{.classes = options.classes.value_or(a.classes),
                          .channels = options.channels.value_or(a.channels),
                          .height = options.height.value_or(a.size),
                          .width = options.width.value_or(a.size),
                          .generator = generator};
  require_positive(a, "classes", settings.classes);
  require_positive(a, "channels", settings.channels);
  if (options.batch.is_static()) require_positive(a, "batch", options.batch.value());
  check_side(a, "height", settings.height);
  check_side(a, "width", settings.width);
  const std::vector<std::string> names = class_names(a, options, settings.classes);

  Model model{.network = {}, .graph = {}, .updates = {}};
  const std::shared_ptr<Network> network = a.make(settings);
  std::vector<Value> inputs{
      input("images",
            {DType::float32, {options.batch, settings.channels, settings.height, settings.width}})};
  nn::Mode mode{.training = options.training};
  if (options.training) mode.key = input("key", {DType::uint64, {2}});
  std::vector<Output> outputs = network->outputs(inputs[0], mode);
  if (mode.random_layers > 0) inputs.push_back(mode.key);
  model.network = network;
  model.graph = Graph(std::move(inputs), std::move(outputs), std::string(a.name));
  model.graph.metadata = metadata(a, settings, names);
  model.updates = std::move(mode.updates);
  return model;
}

}  // namespace convoy::models
