#include "convoy/ops/slice.h"

#include <cstring>

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

// Calls f(part, whole) with the offsets of every element in the slice and in the whole array.
template <class O, class F>
void for_each_pair(const O& op, const Extents& part, const Extents& whole, F&& f) {
  const Extents strides = strides_of(whole);
  const Extents starts = to_extents(op.starts);
  size_t i = 0;
  for_each_position(part, [&](const Extents& p) {
    Extents at = p;
    for (size_t a = 0; a < p.size(); ++a) at[a] = starts[a] + p[a] * op.steps[a];
    f(i++, offset_of(at, strides));
  });
}

}  // namespace

void run(const Slice& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  for_each_pair(op, y.extents(), x.extents(),
                [&](size_t part, size_t whole) { copy_element(x, whole, y, part); });
}

void run(const SliceInputGrad& op, Call& call) {
  const Tensor& grad = call.inputs[0];
  Tensor& x = call.outputs[0];
  if (x.size() > 0) std::memset(x.raw(), 0, static_cast<size_t>(x.bytes()));
  for_each_pair(op, grad.extents(), x.extents(),
                [&](size_t part, size_t whole) { copy_element(grad, part, x, whole); });
}

}  // namespace convoy::reference
