#include "convoy/ops/shape_of.h"

#include <algorithm>

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

namespace {

struct Sizes {
  int64_t* y = nullptr;
};

void write_shape(const Extents& shape, const Sizes& to, Range, Worker&) {
  std::copy(shape.begin(), shape.end(), to.y);
}

}  // namespace

void lower(const ShapeOf&, Lowering& l) {
  const Array y = l.result(Form::plain);
  l.emit(kernel_task(&write_shape, l.shape(), Work{.items = 1}, y), {}, {y}, "known sizes");
}

}  // namespace convoy::cpu
