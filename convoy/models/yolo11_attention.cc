// The attention unit of YOLO11's C2psa.
#include <algorithm>
#include <cmath>

#include "convoy/models/yolo11_blocks.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/matmul.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/slice.h"
#include "convoy/ops/softmax.h"

namespace convoy::models::yolo11 {

namespace {

constexpr CbaOptions linear{.activation = false};

// Multi-head attention of every position to every other (Vaswani et al. 2017), with a depthwise
// convolution of the values in place of a position encoding. Keys are half as long as values.
class Attention final : public nn::Module {
 public:
  Attention(int64_t width, nn::Generator& generator)
      : heads_(std::max<int64_t>(1, width / 64)),
        value_(width / heads_),
        key_(value_ / 2) {
    qkv_ = add_module("qkv", cba(width, heads_ * (2 * key_ + value_), 1, generator, linear));
    proj_ = add_module("proj", cba(width, width, 1, generator, linear));
    pe_ = add_module("pe", cba(width, width, 3, generator, {.groups = width, .activation = false}));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    const Dim positions = x.dim(2) * x.dim(3);
    // [N,heads,channels,positions]; the channels of a head are those of q, then k, then v.
    const Value qkv =
        reshape(qkv_(x, mode), {x.dim(0), heads_, 2 * key_ + value_, positions}, path("heads"));
    const auto part = [&](int64_t first, int64_t last) { return slice(qkv, {first}, {last}, {2}); };
    const Value q = part(0, key_), k = part(key_, 2 * key_), v = part(2 * key_, 2 * key_ + value_);

    const Value scores = matmul(q, k, {.transpose_x = true}, path("scores")) *
                         (1 / std::sqrt(static_cast<double>(key_)));
    const Value attention = softmax(scores, -1, path("softmax"));
    const Value seen = matmul(v, attention, {.transpose_y = true}, path("values"));
    const Value y = add(reshape(seen, x.shape()), pe_(reshape(v, x.shape()), mode), path("add"));
    return proj_(y, mode);
  }

 private:
  int64_t heads_, value_, key_;
  nn::Layer qkv_, proj_, pe_;
};

class AttentionUnit final : public nn::Module {
 public:
  AttentionUnit(int64_t width, nn::Generator& generator) {
    attn_ = add_module("attn", std::make_shared<Attention>(width, generator));
    ffn_ = add_module("ffn", sequential({cba(width, 2 * width, 1, generator),
                                         cba(2 * width, width, 1, generator, linear)}));
  }

  Value forward(const Value& x, nn::Mode& mode) const override {
    const Value y = add(x, attn_(x, mode), path("add_attn"));
    return add(y, ffn_(y, mode), path("add_ffn"));
  }

 private:
  nn::Layer attn_, ffn_;
};

}  // namespace

ModulePtr attention_unit(int64_t width, nn::Generator& generator) {
  return std::make_shared<AttentionUnit>(width, generator);
}

}  // namespace convoy::models::yolo11
