#include "convoy/cpu/padding.h"

#include <cstring>
#include <memory>

namespace convoy::cpu {

namespace {

class PadTask : public Task {
 public:
  PadTask(Array from, Array to) : from_(std::move(from)), to_(std::move(to)) {}
  int64_t items() const override { return 1; }
  void run(const Bases& bases, Range, Worker&) const override {
    std::memset(bases.bytes(to_), 0, static_cast<size_t>(to_.bytes()));
    std::memcpy(bases.bytes(to_), bases.bytes(from_), static_cast<size_t>(from_.bytes()));
  }

 private:
  Array from_, to_;
};

}  // namespace

Array with_whole_blocks(Lowering& l, const Array& vector) {
  const int64_t size = vector.extents[0];
  if (size % block == 0 && !l.is_source(vector)) return vector;
  const Array padded = l.temporary(DType::float32, {whole_blocks(size)});
  l.emit(std::make_unique<PadTask>(vector, padded), {vector}, {padded}, "keep bias");
  return padded;
}

}  // namespace convoy::cpu
