// What a stranger's program does: builds a convolution, compiles it and runs it; and reads files,
// for which the library links others.

#include <filesystem>
#include <iostream>

#include "convoy/convoy.h"
#include "convoy/io/image.h"
#include "convoy/io/tensors.h"

int main() {
  using namespace convoy;
  const Value x = input("x", {DType::float32, {1, 1, 2, 2}});
  const Value w = input("w", {DType::float32, {1, 1, 2, 2}});
  const Function function = compile({x, w}, {conv(x, w)});
  const Tensor pixels = Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  const Tensor sum = function({pixels, Tensor::full(DType::float32, {1, 1, 2, 2}, 1)}).at(0);
  std::cout << "convoy " << version << " sums 1, 2, 3, 4 to " << sum.data<float>()[0] << '\n';
  const auto folder = std::filesystem::temp_directory_path();
  io::save_png(folder / "convoy.png", Tensor::full(DType::uint8, {2, 2, 3}, 7));
  io::save_tensors(folder / "convoy.npz", {{"sum", sum}});
  if (io::load_image(folder / "convoy.png").size() != 12) return 1;
  if (io::load_tensors(folder / "convoy.npz").size() != 1) return 1;
  try {
    conv(x, w, {.groups = 0});
  } catch (const Error&) {
    return sum.data<float>()[0] == 10 ? 0 : 1;
  }
  return 1;
}
