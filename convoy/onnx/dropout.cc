#include "convoy/onnx/readers.h"
#include "convoy/ops/iota.h"

namespace convoy::onnx {

// As it is in use, where it changes nothing. The mask was of the input's dtype before opset 10.
std::vector<Value> read_dropout(Reading& in) {
  const Value& x = in.input(0);
  in.number("ratio", 0.5);
  in.integer("seed", 0);
  if (in.has(2) && in.scalar(2) != 0 && !(in.has(1) && in.scalar(1) == 0))
    in.unsupported("dropout in training, which is random");
  const DType mask = in.opset() < 10 ? x.dtype() : DType::boolean;
  return in.wants(1) ? std::vector{x, full(x.shape(), 1, mask)} : std::vector{x};
}

}  // namespace convoy::onnx
