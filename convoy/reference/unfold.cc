// unfold and its adjoint walk over the same pairs of a column entry and an input element.

#include "convoy/ops/unfold.h"

#include "convoy/ops/fold.h"
#include "convoy/ops/patches.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"
#include "convoy/reference/sums.h"

namespace convoy::reference {

namespace {

// Calls f(column entry, element) with the offsets inside one channel of every pair that meets;
// `element` is −1 where the window sees padding.
template <class O, class F>
void for_each_pair(const O& op, const Extents& in, F&& f) {
  const size_t axes = in.size();
  const Extents strides = strides_of(in);
  const Extents out = to_extents(patch_positions(op, convoy::to_shape(in), {}));
  Extents begin;
  for (size_t a = 0; a < axes; ++a)
    begin.push_back(
        resolve(op.padding, a, in[a], op.kernel[a], op.stride[a], op.dilation[a]).first.value());
  size_t entry = 0;
  for_each_position(op.kernel, [&](const Extents& k) {
    for_each_position(out, [&](const Extents& p) {
      int64_t element = 0;
      for (size_t a = 0; a < axes && element >= 0; ++a) {
        const int64_t s = p[a] * op.stride[a] + k[a] * op.dilation[a] - begin[a];
        element = s >= 0 && s < in[a] ? element + s * strides[a] : -1;
      }
      f(entry++, element);
    });
  });
}

}  // namespace

void run(const Unfold& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Extents in(x.extents().begin() + 2, x.extents().end());
  const auto plane = static_cast<size_t>(element_count(in));
  const auto column = static_cast<size_t>(element_count(op.kernel) * y.extent(2));
  const auto planes = static_cast<size_t>(x.extent(0) * x.extent(1));
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = x.data<T>();
    const auto to = y.data<T>();
    for (size_t c = 0; c < planes; ++c) {
      call.cancellation.check();
      for_each_pair(op, in, [&](size_t entry, int64_t element) {
        to[c * column + entry] = element < 0 ? T{} : from[c * plane + static_cast<size_t>(element)];
      });
    }
  });
}

void run(const Fold& op, Call& call) {
  const Tensor& x = call.inputs[0];
  Tensor& y = call.outputs[0];
  const Extents in = to_extents(op.output_size);
  const auto plane = static_cast<size_t>(element_count(in));
  const auto column = static_cast<size_t>(element_count(op.kernel) * x.extent(2));
  const auto planes = static_cast<size_t>(y.extent(0) * y.extent(1));
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = x.data<T>();
    const auto to = y.data<T>();
    for (size_t c = 0; c < planes; ++c) {
      call.cancellation.check();
      Sums<T> sums(plane);
      for_each_pair(op, in, [&](size_t entry, int64_t element) {
        if (element >= 0) sums.add(static_cast<size_t>(element), load(from[c * column + entry]));
      });
      sums.write(to.subspan(c * plane, plane));
    }
  });
}

}  // namespace convoy::reference
