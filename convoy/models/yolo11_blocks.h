// The blocks of YOLO11's backbone and neck, with parameters under their usual names. All keep the
// size of their input but Cba with a stride.
#pragma once

#include <memory>
#include <vector>

#include "convoy/models/network.h"

namespace convoy::models::yolo11 {

struct CbaOptions {
  int64_t stride = 1;
  int64_t groups = 1;
  bool activation = true;
};

/// Convolution padded by half its kernel at every stride, batch normalisation, SiLU: the brick all
/// else is made of. Parameters conv.weight and bn.….
class Cba final : public nn::Module {
 public:
  Cba(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator, CbaOptions options = {});
  Value forward(const Value& x, nn::Mode& mode) const override;

 private:
  bool activation_;
  nn::Layer conv_, bn_;
};

ModulePtr cba(int64_t in, int64_t out, int64_t kernel, nn::Generator& generator,
              CbaOptions options = {});

/// How the units of a C3k2 are made.
enum class Unit { bottleneck, c3k };

/// A cross-stage-partial block (CSPNet, Wang et al. 2019): half of the channels pass a chain of
/// units, and everything along the way is joined.
class C3k2 final : public nn::Module {
 public:
  C3k2(int64_t in, int64_t out, int64_t units, Unit unit, double expansion,
       nn::Generator& generator);
  Value forward(const Value& x, nn::Mode& mode) const override;

 private:
  int64_t hidden_;
  nn::Layer cv1_, cv2_;
  std::vector<nn::Layer> units_;
};

/// Spatial pyramid pooling (He et al. 2014) by three 5×5 maxima in a row.
class Sppf final : public nn::Module {
 public:
  Sppf(int64_t in, int64_t out, nn::Generator& generator);
  Value forward(const Value& x, nn::Mode& mode) const override;

 private:
  nn::Layer cv1_, cv2_;
};

/// A cross-stage-partial block whose units are attention over all positions and a small
/// feed-forward network.
class C2psa final : public nn::Module {
 public:
  C2psa(int64_t channels, int64_t units, nn::Generator& generator);
  Value forward(const Value& x, nn::Mode& mode) const override;

 private:
  int64_t hidden_;
  nn::Layer cv1_, cv2_;
  std::vector<nn::Layer> units_;
};

/// One unit of a C2psa.
ModulePtr attention_unit(int64_t width, nn::Generator& generator);

/// Channels first…last (exclusive) of x[N,C,H,W].
Value channels(const Value& x, int64_t first, int64_t last);

}  // namespace convoy::models::yolo11
