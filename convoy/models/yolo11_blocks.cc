#include "convoy/models/yolo11_blocks.h"

#include "convoy/nn/norm.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/concat.h"
#include "convoy/ops/max_pool.h"
#include "convoy/ops/slice.h"

namespace convoy::models::yolo11 {

Value channels(const Value& x, int64_t first, int64_t last) {
  return slice(x, {first}, {last}, {1});
}

Cba::Cba(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator, CbaOptions options)
    : activation_(options.activation) {
  const nn::ConvOptions conv{.stride = {options.stride},
                             .padding = Padding::half,
                             .groups = options.groups,
                             .bias = false};
  conv_ =
      add_module("conv", std::make_shared<nn::Conv2d>(in, out, Integers{kernel}, conv, generator));
  bn_ = add_module("bn", std::make_shared<nn::BatchNorm2d>(
                             out, nn::BatchNormOptions{.epsilon = 1e-3, .momentum = 0.03}));
}

Value Cba::forward(const Value& x, nn::Mode& mode) const {
  const Value y = bn_(conv_(x, mode), mode);
  return activation_ ? activation(ActivationKind::silu, y, {}, {}, path("act")) : y;
}

ModulePtr cba(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator,
              CbaOptions options) {
  return std::make_shared<Cba>(in, out, kernel, generator, options);
}

namespace {

// Two 3×3 convolutions beside a shortcut.
class Bottleneck final : public nn::Module {
 public:
  Bottleneck(int64_t width, int64_t hidden, nn::Generator& generator) {
    cv1_ = add_module("cv1", cba(width, hidden, 3, generator));
    cv2_ = add_module("cv2", cba(hidden, width, 3, generator));
  }
  Value forward(const Value& x, nn::Mode& mode) const override {
    return add(x, cv2_(cv1_(x, mode), mode), path("add"));
  }

 private:
  nn::Layer cv1_, cv2_;
};

// Two bottlenecks on one half of the channels, beside a 1×1 convolution for the other.
class C3k final : public nn::Module {
 public:
  C3k(int64_t width, nn::Generator& generator) {
    const int64_t hidden = width / 2;
    cv1_ = add_module("cv1", cba(width, hidden, 1, generator));
    cv2_ = add_module("cv2", cba(width, hidden, 1, generator));
    cv3_ = add_module("cv3", cba(2 * hidden, width, 1, generator));
    m_ = add_module("m", sequential({std::make_shared<Bottleneck>(hidden, hidden, generator),
                                     std::make_shared<Bottleneck>(hidden, hidden, generator)}));
  }
  Value forward(const Value& x, nn::Mode& mode) const override {
    return cv3_(concat({m_(cv1_(x, mode), mode), cv2_(x, mode)}, 1, path("concat")), mode);
  }

 private:
  nn::Layer cv1_, cv2_, cv3_, m_;
};

// Registers `units` under their numbers in a group "m" of `parent`.
std::vector<nn::Layer> add_units(nn::Module& parent, const std::vector<ModulePtr>& units) {
  auto m = std::make_shared<nn::ModuleGroup>();
  parent.add_module("m", m);
  std::vector<nn::Layer> layers;
  for (const ModulePtr& unit : units)
    layers.push_back(m->add_module(std::to_string(layers.size()), unit));
  return layers;
}

}  // namespace

C3k2::C3k2(int64_t in, int64_t out, int64_t units, Unit unit, double expansion,
           nn::Generator& generator)
    : hidden_(static_cast<int64_t>(static_cast<double>(out) * expansion)) {
  cv1_ = add_module("cv1", cba(in, 2 * hidden_, 1, generator));
  cv2_ = add_module("cv2", cba((2 + units) * hidden_, out, 1, generator));
  std::vector<ModulePtr> made;
  for (int64_t i = 0; i < units; ++i)
    if (unit == Unit::c3k)
      made.push_back(std::make_shared<C3k>(hidden_, generator));
    else
      made.push_back(std::make_shared<Bottleneck>(hidden_, hidden_ / 2, generator));
  units_ = add_units(*this, made);
}

Value C3k2::forward(const Value& x, nn::Mode& mode) const {
  const Value y = cv1_(x, mode);
  std::vector<Value> parts{channels(y, 0, hidden_), channels(y, hidden_, 2 * hidden_)};
  for (const nn::Layer& unit : units_) parts.push_back(unit(parts.back(), mode));
  return cv2_(concat(parts, 1, path("concat")), mode);
}

Sppf::Sppf(int64_t in, int64_t out, nn::Generator& generator) {
  cv1_ = add_module("cv1", cba(in, in / 2, 1, generator));
  cv2_ = add_module("cv2", cba(4 * (in / 2), out, 1, generator));
}

Value Sppf::forward(const Value& x, nn::Mode& mode) const {
  std::vector<Value> levels{cv1_(x, mode)};
  for (const char* name : {"m.0", "m.1", "m.2"})
    levels.push_back(
        max_pool(levels.back(), {.kernel = {5}, .stride = {1}, .padding = 2}, path(name)));
  return cv2_(concat(levels, 1, path("concat")), mode);
}

C2psa::C2psa(int64_t width, int64_t units, nn::Generator& generator) : hidden_(width / 2) {
  cv1_ = add_module("cv1", cba(width, 2 * hidden_, 1, generator));
  cv2_ = add_module("cv2", cba(2 * hidden_, width, 1, generator));
  std::vector<ModulePtr> made;
  for (int64_t i = 0; i < units; ++i) made.push_back(attention_unit(hidden_, generator));
  units_ = add_units(*this, made);
}

Value C2psa::forward(const Value& x, nn::Mode& mode) const {
  const Value y = cv1_(x, mode);
  Value b = channels(y, hidden_, 2 * hidden_);
  for (const nn::Layer& unit : units_) b = unit(b, mode);
  return cv2_(concat({channels(y, 0, hidden_), b}, 1, path("concat")), mode);
}

}  // namespace convoy::models::yolo11
