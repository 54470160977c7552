// Any bytes as .npy, .npz and safetensors: refused with the library's error, or arrays of sound
// types whose every element can be read.
#include <numeric>

#include "convoy/base/error.h"
#include "convoy/io/npy.h"
#include "convoy/io/npz.h"
#include "convoy/io/safetensors.h"

namespace {

// Reads all memory of an array, for the sanitizer to watch.
size_t read(const convoy::Tensor& tensor) {
  const auto* bytes = static_cast<const unsigned char*>(tensor.raw());
  return std::accumulate(bytes, bytes + tensor.bytes(), size_t{0});
}

template <class Function>
void attempt(Function&& function) {
  try {
    function();
  } catch (const convoy::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace convoy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  [[maybe_unused]] volatile size_t sum = 0;  // so that nothing is optimised away
  attempt([&] { sum = read(io::parse_npy(bytes)); });
  attempt([&] {
    for (const auto& [name, tensor] : io::parse_npz(bytes, {.max_bytes = 1 << 24}))
      sum = read(tensor);
  });
  const std::shared_ptr<const void> owner(data, [](const void*) {});
  attempt([&] {
    for (const auto& [name, tensor] : io::parse_safetensors(bytes, owner).tensors)
      sum = read(tensor);
  });
  return 0;
}
