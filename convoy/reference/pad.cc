#include "convoy/ops/pad.h"

#include "convoy/reference/copy.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"
#include "convoy/reference/sums.h"

namespace convoy::reference {

namespace {

int64_t modulo(int64_t a, int64_t n) {
  const int64_t rest = a % n;
  return rest < 0 ? rest + n : rest;
}

// The element of `size` elements that element `i`, counted from the first of them, is a copy of;
// −1 for the constant.
int64_t source(PadMode mode, int64_t i, int64_t size) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case PadMode::constant:
      return -1;
    case PadMode::edge:
      return i < 0 ? 0 : size - 1;
    case PadMode::wrap:
      return modulo(i, size);
    case PadMode::reflect:
      break;
  }
  if (size == 1) return 0;
  const int64_t there_and_back = modulo(i, 2 * (size - 1));
  return std::min(there_and_back, 2 * (size - 1) - there_and_back);
}

// For every axis and index of the padded array, the index in the other array or −1.
template <class O>
std::vector<Extents> sources(const O& op, const Extents& in, const Extents& out) {
  std::vector<Extents> result;
  for (size_t a = 0; a < in.size(); ++a) {
    const int64_t before = op.before[a].value(), after = op.after[a].value();
    const int64_t first = std::max<int64_t>(-before, 0);  // of those not cropped
    const int64_t kept = in[a] - first - std::max<int64_t>(-after, 0);
    Extents& axis = result.emplace_back();
    for (int64_t i = 0; i < out[a]; ++i) {
      const int64_t from = source(op.mode, i - std::max<int64_t>(before, 0), kept);
      axis.push_back(from < 0 ? -1 : first + from);
    }
  }
  return result;
}

// Calls f(padded, original) with offsets; `original` is −1 for the constant.
template <class O, class F>
void for_each_pair(const O& op, const Extents& in, const Extents& out, const Call& call, F&& f) {
  const std::vector<Extents> from = sources(op, in, out);
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
