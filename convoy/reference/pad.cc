#include "convoy/ops/pad_sources.h"
#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"
#include "convoy/reference/sums.h"

namespace convoy::reference {

namespace {

// Calls f(padded, original) with offsets; `original` is −1 for the constant.
template <class O, class F>
void for_each_pair(const O& op, const Extents& in, const Extents& out, const Call& call, F&& f) {
  const std::vector<Extents> from = pad_sources(op, in);
  const Extents strides = strides_of(in);
  size_t i = 0;
  for_each_position(out, [&](const Extents& p) {
    if (i % 4096 == 0) call.cancellation.check();
    int64_t offset = 0;
    for (size_t a = 0; a < p.size() && offset >= 0; ++a) {
      const int64_t at = from[a][static_cast<size_t>(p[a])];
      offset = at < 0 ? -1 : offset + at * strides[a];
    }
    f(i++, offset);
  });
}

}  // namespace

void run(const Pad& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Tensor value = Tensor::full(x.dtype(), {}, op.value);
  for_each_pair(op, x.extents(), y.extents(), call, [&](size_t padded, int64_t original) {
    if (original < 0) {
      copy_element(value, 0, y, padded);
    } else {
      copy_element(x, static_cast<size_t>(original), y, padded);
    }
  });
}

void run(const PadInputGrad& op, Call& call) {
  const Tensor& grad = call.inputs[0];
  Tensor& x = call.outputs[0];
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = grad.data<T>();
    Sums<T> sums(static_cast<size_t>(x.size()));
    for_each_pair(op, x.extents(), grad.extents(), call, [&](size_t padded, int64_t original) {
      if (original >= 0) sums.add(static_cast<size_t>(original), load(from[padded]));
    });
    sums.write(x.data<T>());
  });
}

}  // namespace convoy::reference
