// YOLO11, an object detector: a backbone that halves the size five times, a neck that mixes the
// last three maps down and up again, and a head that gives every cell a box and class scores.
// Parameters are called as in the files that people train. Stated from published facts; sizes n, s,
// m have 2,624,080, 9,458,752 and 20,114,688 parameters with 80 classes.
#include <algorithm>
#include <cmath>
#include <string>

#include "convoy/models/yolo11_blocks.h"
#include "convoy/models/yolo11_detect.h"
#include "convoy/ops/concat.h"
#include "convoy/ops/resize.h"

namespace convoy::models {

namespace {

using namespace yolo11;

// What makes a size of the family.
struct Scale {
  double depth, width;
  int64_t widest;       // channels before scaling are at most this
  bool c3k_everywhere;  // the larger sizes use C3k units in every C3k2

  int64_t channels(int64_t base) const {
    const double scaled = static_cast<double>(std::min(base, widest)) * width;
    return static_cast<int64_t>(std::ceil(scaled / 8)) * 8;
  }
  int64_t repeats(int64_t base) const {
    return std::max<int64_t>(1, std::lround(static_cast<double>(base) * depth));
  }
  Unit unit() const { return c3k_everywhere ? Unit::c3k : Unit::bottleneck; }
};

// Twice the size, as PyTorch's nearest does it.
Value upsampled(const Value& x, std::string_view name) {
  return resize(x,
                {.mode = ResizeMode::nearest,
                 .coordinate_mode = CoordinateMode::asymmetric,
                 .nearest_mode = NearestMode::floor,
                 .scales = {2}},
                name);
}

class Yolo11 final : public Network {
 public:
  Yolo11(const Scale& scale, const Settings& s) {
    nn::Generator& g = s.generator;
    const auto c = [&](int64_t base) { return scale.channels(base); };
    const auto down = [&](int64_t in, int64_t out) { return cba(in, out, 3, g, {.stride = 2}); };
    const auto c3k2 = [&](int64_t in, int64_t out, Unit unit, double expansion) -> ModulePtr {
      return std::make_shared<C3k2>(in, out, scale.repeats(2), unit, expansion, g);
    };
    add_module("model", model_);
    // Backbone.
    layer(0, down(s.channels, c(64)));
    layer(1, down(c(64), c(128)));
    layer(2, c3k2(c(128), c(256), scale.unit(), 0.25));
    layer(3, down(c(256), c(256)));
    layer(4, c3k2(c(256), c(512), scale.unit(), 0.25));
    layer(5, down(c(512), c(512)));
    layer(6, c3k2(c(512), c(512), Unit::c3k, 0.5));
    layer(7, down(c(512), c(1024)));
    layer(8, c3k2(c(1024), c(1024), Unit::c3k, 0.5));
    layer(9, std::make_shared<Sppf>(c(1024), c(1024), g));
    layer(10, std::make_shared<C2psa>(c(1024), scale.repeats(2), g));
    // Neck; 11, 12, 14, 15, 18 and 21 are upsampling and concatenation, without parameters.
    layer(13, c3k2(c(1024) + c(512), c(512), scale.unit(), 0.5));
    layer(16, c3k2(c(512) + c(512), c(256), scale.unit(), 0.5));
    layer(17, down(c(256), c(256)));
    layer(19, c3k2(c(256) + c(512), c(512), scale.unit(), 0.5));
    layer(20, down(c(512), c(512)));
    layer(22, c3k2(c(512) + c(1024), c(1024), Unit::c3k, 0.5));
    // Head.
    detect_ = std::make_shared<Detect>(std::array{c(256), c(512), c(1024)}, s.classes, g);
    model_->add_module("23", detect_);
  }

  std::vector<Output> outputs(const Value& x, nn::Mode& mode) const override {
    if (!mode.training) return {{"output0", forward(x, mode)}};
    const std::vector<Value> maps = detect_->raw(features(x, mode), mode);
    return {{"p3", maps[0]}, {"p4", maps[1]}, {"p5", maps[2]}};
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    return detect_->decoded(detect_->raw(features(x, mode), mode), mode);
  }

 private:
  void layer(size_t index, ModulePtr module) {
    layers_[index] = model_->add_module(std::to_string(index), std::move(module));
  }

  // Layers first…last one after another.
  Value chain(size_t first, size_t last, Value x, nn::Mode& mode) const {
    for (size_t i = first; i <= last; ++i) x = layers_[i](x, mode);
    return x;
  }

  // The maps at 1/8, 1/16 and 1/32 of the image's size.
  std::array<Value, 3> features(const Value& x, nn::Mode& mode) const {
    const Value x4 = chain(0, 4, x, mode);
    const Value x6 = chain(5, 6, x4, mode);
    const Value x10 = chain(7, 10, x6, mode);
    const auto joined = [](const Value& a, const Value& b, std::string_view name) {
      return concat({a, b}, 1, name);
    };
    const Value x13 = layers_[13](joined(upsampled(x10, "model.11"), x6, "model.12"), mode);
    const Value p3 = layers_[16](joined(upsampled(x13, "model.14"), x4, "model.15"), mode);
    const Value p4 = layers_[19](joined(layers_[17](p3, mode), x13, "model.18"), mode);
    const Value p5 = layers_[22](joined(layers_[20](p4, mode), x10, "model.21"), mode);
    return {p3, p4, p5};
  }

  std::shared_ptr<nn::ModuleGroup> model_ = std::make_shared<nn::ModuleGroup>();
  std::array<nn::Layer, 23> layers_;
  std::shared_ptr<Detect> detect_;
};

}  // namespace

std::shared_ptr<Network> yolo11n(const Settings& settings) {
  return std::make_shared<Yolo11>(Scale{0.5, 0.25, 1024, false}, settings);
}

std::shared_ptr<Network> yolo11s(const Settings& settings) {
  return std::make_shared<Yolo11>(Scale{0.5, 0.5, 1024, false}, settings);
}

std::shared_ptr<Network> yolo11m(const Settings& settings) {
  return std::make_shared<Yolo11>(Scale{0.5, 1.0, 512, true}, settings);
}

}  // namespace convoy::models
