#include "convoy/onnx/axis_products.h"

#include <numeric>
#include <utility>

namespace convoy::onnx {

void write_axis_products(Writing& out, const std::vector<Tensor>& matrices) {
  const auto rank = static_cast<size_t>(out.type().rank());
  std::string x = out.input(0);
  for (size_t axis = 2; axis + 1 < rank; ++axis) {
    Integers swapped(rank);
    std::iota(swapped.begin(), swapped.end(), 0);
    std::swap(swapped[axis], swapped.back());
    x = out.add("Transpose", {x}, {{"perm", swapped}});
    x = out.add("MatMul", {x, out.constant(matrices[axis - 2])});
    x = out.add("Transpose", {x}, {{"perm", swapped}});
  }
  out.result("MatMul", {x, out.constant(matrices.back())});
}

}  // namespace convoy::onnx
