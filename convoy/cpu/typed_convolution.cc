#include "convoy/cpu/typed_convolution.h"

#include <algorithm>

#include "convoy/base/checked.h"
#include "convoy/cpu/borders.h"
#include "convoy/cpu/copy_task.h"
#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/product.h"
#include "convoy/cpu/pooling.h"
#include "convoy/passes/passes.h"

namespace convoy::cpu {

namespace {

/// A convolution in numbers; channels and outputs are those of one group.
struct Sizes {
  int64_t batch, groups, channels, outputs;
  Extents in, kernel, out, stride, dilation, begin, end;
  bool flip;

  int64_t taps() const { return element_count(kernel); }
  int64_t reach(size_t a) const { return (kernel[a] - 1) * dilation[a]; }
};

template <class O>
Sizes sizes_of(const O& op, const Extents& x, const Extents& w, const Extents& y) {
  Sizes s{.batch = x[0],
          .groups = op.groups,
          .channels = w[1],
          .outputs = w[0] / op.groups,
          .in = spatial(x),
          .kernel = spatial(w),
          .out = spatial(y),
          .stride = op.stride,
          .dilation = op.dilation,
          .begin = {},
          .end = {},
          .flip = op.flip};
  for (size_t a = 0; a < s.in.size(); ++a) {
    const auto [begin, end] =
        resolve(op.padding, a, s.in[a], s.kernel[a], s.stride[a], s.dilation[a]);
    s.begin.push_back(begin.value());
    s.end.push_back(end.value());
  }
  return s;
}

/// Channels and spatial positions of an array of planes: their extents and distances.
struct Positions {
  Extents extents, strides;
  int64_t first = 0;
  std::vector<int64_t> offsets() const { return offsets_of(extents, strides, first); }
};

/// Channels and taps in the weights of one group: those of one output, `channel` apart.
Positions taps_of(const Sizes& s, int64_t channels, int64_t channel) {
  Positions p{.extents = {channels}, .strides = {channel}};
  const Extents strides = dense_strides(s.kernel);
  for (size_t a = 0; a < s.kernel.size(); ++a) {
    p.extents.push_back(s.kernel[a]);
    p.strides.push_back(s.flip ? -strides[a] : strides[a]);
    if (s.flip) p.first += (s.kernel[a] - 1) * strides[a];
  }
  return p;
}

/// Positions `steps` apart in planes of `plane`, the outer ones `outer` apart.
Positions steps_of(int64_t count, int64_t outer, const Extents& extents, const Extents& plane,
                   const Extents& steps) {
  Positions p{.extents = {count}, .strides = {outer}};
  const Extents strides = dense_strides(plane);
  for (size_t a = 0; a < plane.size(); ++a) {
    p.extents.push_back(extents[a]);
    p.strides.push_back(strides[a] * steps[a]);
  }
  return p;
}

/// An array with zeros put in so that every tap meets a number, and which positions of a plane have
/// an element; empty where all have.
struct Filled {
  Array array;
  std::vector<uint8_t> elements;
};

std::vector<uint8_t> elements_at(const Extents& plane, const std::vector<int64_t>& offsets) {
  std::vector<uint8_t> elements(static_cast<size_t>(element_count(plane)), 0);
  for (const int64_t offset : offsets) elements[static_cast<size_t>(offset)] = 1;
  return elements;
}

/// x between zeros.
Filled padded(Lowering& l, const Array& x, const Sizes& s) {
  Extents before{0, 0}, after{0, 0}, size = x.extents;
  for (size_t a = 0; a < s.in.size(); ++a) {
    before.push_back(s.begin[a]);
    after.push_back(s.end[a]);
    size[a + 2] += s.begin[a] + s.end[a];
  }
  if (size == x.extents) return {x, {}};
  const Array wider = l.temporary(x.dtype, size);
  emit_borders(l, x, wider, before, after, 0);
  const Extents plane = spatial(size), strides = dense_strides(plane);
  int64_t first = 0;
  for (size_t a = 0; a < plane.size(); ++a) first += s.begin[a] * strides[a];
  return {wider, elements_at(plane, offsets_of(s.in, strides, first))};
}

/// The gradient with zeros between its elements and around them: element p at p·stride, so that
/// x[q] meets all taps k of it at q − k·dilation.
Filled spread(Lowering& l, const Array& grad, const Sizes& s) {
  Extents size{grad.extents[0], grad.extents[1]}, extents = size;
  for (size_t a = 0; a < s.in.size(); ++a) size.push_back(s.in[a] + s.reach(a));
  const Array wider = l.temporary(grad.dtype, size);
  emit_fill(l, wider, 0, grad);
  const Extents from = dense_strides(grad.extents);
  Extents to = dense_strides(size);
  int64_t from_first = 0, to_first = 0;
  for (size_t a = 0; a < s.in.size(); ++a) {
    const int64_t shift = s.reach(a) - s.begin[a];  // where element 0 would be
    const int64_t first = std::max<int64_t>(ceil_divide(-shift, s.stride[a]), 0);
    const int64_t last = std::min(floor_divide(size[a + 2] - 1 - shift, s.stride[a]) + 1, s.out[a]);
    extents.push_back(std::max<int64_t>(last - first, 0));
    from_first += first * from[a + 2];
    to_first += (first * s.stride[a] + shift) * to[a + 2];
    to[a + 2] *= s.stride[a];
  }
  CopyPlan plan = copy_plan(size_of(grad.dtype), extents, from, to, from_first, to_first);
  l.emit(kernel_task(copy_kernel(l.tier()), std::move(plan), grad, wider), {grad}, {wider},
         "spread");
  return {wider, elements_at(spatial(size), offsets_of(spatial(extents), spatial(to), to_first))};
}

void emit_product(Lowering& l, ProductPlan plan, const Array& a, const Array& b, const Array& c,
                  const std::optional<Array>& bias = {}) {
  const ProductKernel kernel = product_kernel(l.tier(), c.dtype);
  const int64_t count = flops(l.node());
  plan.dtype = c.dtype;
  if (bias)
    l.emit(kernel_task(kernel, std::move(plan), a, b, c, *bias), {a, b, *bias}, {c}, "products",
           count);
  else
    l.emit(kernel_task(kernel, std::move(plan), a, b, c), {a, b}, {c}, "products", count);
}

}  // namespace

void emit_typed_convolution(const Conv& op, Lowering& l) {
  const Extents w = l.shape(1);
  const Sizes s = sizes_of(op, l.shape(0), w, l.output_shape());
  const auto [x, elements] = padded(l, l.plain(0), s);
  const Array y = l.result(Form::plain);
  const Extents plane = spatial(x.extents);
  const int64_t in = element_count(plane), out = element_count(s.out);
  const int64_t weights = s.channels * s.taps();
  const Extents batch{s.batch, s.groups};
  ProductPlan plan;
  plan.a_batch = offsets_of(batch, {0, s.outputs * weights});
  plan.a_row = offsets_of({s.outputs}, {weights});
  plan.a_depth = taps_of(s, s.channels, s.taps()).offsets();
  plan.b_batch = offsets_of(batch, {s.groups * s.channels * in, s.channels * in});
  plan.b_depth = steps_of(s.channels, in, s.kernel, plane, s.dilation).offsets();
  plan.b_column = steps_of(1, 0, s.out, plane, s.stride).offsets();
  plan.c_batch = offsets_of(batch, {s.groups * s.outputs * out, s.outputs * out});
  plan.c_row = offsets_of({s.outputs}, {out});
  plan.c_column = offsets_of({out}, {1});
  plan.bias_batch = offsets_of(batch, {0, s.outputs});
  plan.b_elements = elements;
  std::optional<Array> bias;
  if (l.input_count() > 2) bias = l.plain(2);
  emit_product(l, std::move(plan), l.plain(1), x, y, bias);
}

void emit_typed_convolution(const ConvInputGrad& op, Lowering& l) {
  const Extents w = l.shape(1);
  const Sizes s = sizes_of(op, l.output_shape(), w, l.shape(0));
  const auto [grad, elements] = spread(l, l.plain(0), s);
  const Array x = l.result(Form::plain);
  const Extents plane = spatial(grad.extents), ones(plane.size(), 1);
  const int64_t from = element_count(plane), in = element_count(s.in);
  const int64_t weights = s.channels * s.taps();
  const Extents batch{s.batch, s.groups};
  Positions taps = steps_of(s.outputs, from, s.kernel, plane, s.dilation);
  for (size_t a = 1; a < taps.strides.size(); ++a) {  // backwards from the furthest
    taps.first += (taps.extents[a] - 1) * taps.strides[a];
    taps.strides[a] = -taps.strides[a];
  }
  ProductPlan plan;
  plan.a_batch = offsets_of(batch, {0, s.outputs * weights});
  plan.a_row = offsets_of({s.channels}, {s.taps()});
  plan.a_depth = taps_of(s, s.outputs, weights).offsets();
  plan.b_batch = offsets_of(batch, {s.groups * s.outputs * from, s.outputs * from});
  plan.b_depth = taps.offsets();
  plan.b_column = steps_of(1, 0, s.in, plane, ones).offsets();
  plan.c_batch = offsets_of(batch, {s.groups * s.channels * in, s.channels * in});
  plan.c_row = offsets_of({s.channels}, {in});
  plan.c_column = offsets_of({in}, {1});
  plan.b_elements = elements;
  emit_product(l, std::move(plan), l.plain(1), grad, x);
}

void emit_typed_convolution(const ConvWeightGrad& op, Lowering& l) {
  const Sizes s = sizes_of(op, l.shape(0), l.output_shape(), l.shape(1));
  const auto [x, elements] = padded(l, l.plain(0), s);
  const Array w = l.result(Form::plain);
  const Extents plane = spatial(x.extents);
  const int64_t in = element_count(plane), out = element_count(s.out);
  const int64_t weights = s.channels * s.taps();
  ProductPlan plan;
  plan.a_batch = offsets_of({s.groups}, {s.outputs * out});
  plan.a_row = offsets_of({s.outputs}, {out});
  plan.a_depth = offsets_of({s.batch, out}, {s.groups * s.outputs * out, 1});
  plan.b_batch = offsets_of({s.groups}, {s.channels * in});
  plan.b_depth = steps_of(s.batch, s.groups * s.channels * in, s.out, plane, s.stride).offsets();
  plan.b_column = steps_of(s.channels, in, s.kernel, plane, s.dilation).offsets();
  plan.c_batch = offsets_of({s.groups}, {s.outputs * weights});
  plan.c_row = offsets_of({s.outputs}, {weights});
  plan.c_column = taps_of(s, s.channels, s.taps()).offsets();
  plan.b_elements = elements;
  emit_product(l, std::move(plan), l.plain(1), x, w);
}

}  // namespace convoy::cpu
