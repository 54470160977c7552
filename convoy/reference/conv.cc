// Reference kernels of the three bilinear maps of convolution. All three walk over the same
// triples (output position, kernel tap, input position) that meet in one product:
//
//   conv              y[out]  += x[in]   · w[tap]
//   conv_input_grad   x[in]   += g[out]  · w[tap]
//   conv_weight_grad  w[tap]  += x[in]   · g[out]

#include <vector>

#include "convoy/base/checked.h"
#include "convoy/ops/window.h"
#include "convoy/reference/index.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

namespace {

/// A convolution in numbers: sizes of x, w and y, and the window's attributes.
struct Geometry {
  int64_t batch, groups, channels, outputs;  // channels and outputs are those of one group
  Extents in, kernel, out;                   // spatial sizes
  Integers stride, dilation, begin;
  bool flip;

  int64_t in_count() const { return element_count(in); }
  int64_t tap_count() const { return element_count(kernel); }
  int64_t out_count() const { return element_count(out); }
};

Extents spatial(const Extents& extents) { return {extents.begin() + 2, extents.end()}; }

template <class O>
Geometry geometry(const O& op, const Extents& x, const Extents& w, const Extents& y) {
  Geometry g{.batch = x[0],
             .groups = op.groups,
             .channels = w[1],
             .outputs = w[0] / op.groups,
             .in = spatial(x),
             .kernel = spatial(w),
             .out = spatial(y),
             .stride = op.stride,
             .dilation = op.dilation,
             .begin = {},
             .flip = op.flip};
  for (size_t a = 0; a < g.in.size(); ++a)
    g.begin.push_back(
        resolve(op.padding, a, g.in[a], g.kernel[a], g.stride[a], g.dilation[a]).first.value());
  return g;
}

/// The products of one kernel tap: it reads x at p·stride + shift, which lies inside for `count`
/// positions p per axis, from `in` and `out` on.
struct Tap {
  size_t weight;
  int64_t in, out;
  Extents count;
};

/// The triples that meet inside x in one plane; the same for every pair of channels.
class Products {
 public:
  Products(const Geometry& g, const Cancellation& cancellation)
      : in_strides_(strides_of(g.in)),
        out_strides_(strides_of(g.out)),
        stride_(g.stride),
        row_(g.in.size()),
        cancellation_(cancellation) {
    const size_t axes = g.in.size();
    const Extents kernel_strides = strides_of(g.kernel);
    for_each_position(g.kernel, [&](const Extents& k) {
      Tap tap{.weight = 0, .in = 0, .out = 0, .count = Extents(axes)};
      for (size_t a = 0; a < axes; ++a) {
        const int64_t shift = k[a] * g.dilation[a] - g.begin[a];
        const int64_t p = std::max<int64_t>(ceil_divide(-shift, stride_[a]), 0);
        const int64_t end = std::min(floor_divide(g.in[a] - 1 - shift, stride_[a]) + 1, g.out[a]);
        tap.count[a] = std::max<int64_t>(end - p, 0);
        tap.in += (p * stride_[a] + shift) * in_strides_[a];
        tap.out += p * out_strides_[a];
        const int64_t w = g.flip ? g.kernel[a] - 1 - k[a] : k[a];
        tap.weight += static_cast<size_t>(w * kernel_strides[a]);
      }
      if (element_count(tap.count) > 0) taps_.push_back(std::move(tap));
    });
  }

  /// Calls f(out, in, tap) with the offsets of every triple, the taps in order.
  template <class F>
  void for_each(F&& f) {
    const size_t last = row_.size() - 1;
    for (const Tap& tap : taps_) {
      const int64_t length = tap.count[last], step = stride_[last];
      std::fill(row_.begin(), row_.end(), 0);
      do {
        int64_t in = tap.in, out = tap.out;
        for (size_t a = 0; a < last; ++a) {
          in += row_[a] * stride_[a] * in_strides_[a];
          out += row_[a] * out_strides_[a];
        }
        for (int64_t i = 0; i < length; ++i)
          f(static_cast<size_t>(out + i), static_cast<size_t>(in + i * step), tap.weight);
        pause(length);
      } while (advance(row_, tap.count, last));
    }
  }

 private:
  /// Looks at the cancellation once in a million products, so that one large plane can be stopped.
  void pause(int64_t products) {
    done_ += products;
    if (done_ < 1 << 20) return;
    done_ = 0;
    cancellation_.check();
  }

  std::vector<Tap> taps_;
  Extents in_strides_, out_strides_;
  Integers stride_;
  Extents row_;
  const Cancellation& cancellation_;
  int64_t done_ = 0;
};

/// Sums of one plane, rounded to T at the end.
template <class T>
class Plane {
 public:
  explicit Plane(int64_t size) : sums_(static_cast<size_t>(size)) {}
  void fill(Arithmetic<T> value) { std::fill(sums_.begin(), sums_.end(), value); }
  void add_product(size_t at, const T& a, const T& b) {
    if constexpr (is_floating_element<T>) {
      sums_[at] += load(a) * load(b);
    } else {  // integers wrap, which only unsigned arithmetic does by definition
      sums_[at] = static_cast<T>(static_cast<uint64_t>(sums_[at]) +
                                 static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    }
  }
  void write(T* to) const {
    for (size_t i = 0; i < sums_.size(); ++i) store(to[i], sums_[i]);
  }

 private:
  std::vector<Arithmetic<T>> sums_;
};

template <class T>
void conv(const Geometry& g, const T* x, const T* w, const T* bias, T* y, const Call& call) {
  Plane<T> plane(g.out_count());
  Products products(g, call.cancellation);
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t o = 0; o < g.groups * g.outputs; ++o) {
      call.cancellation.check();
      plane.fill(bias ? load(bias[o]) : Arithmetic<T>(0));
      const int64_t group = o / g.outputs;
      for (int64_t c = 0; c < g.channels; ++c) {
        const T* x_plane = x + ((n * g.groups + group) * g.channels + c) * g.in_count();
        const T* w_plane = w + (o * g.channels + c) * g.tap_count();
        products.for_each([&](size_t out, size_t in, size_t tap) {
          plane.add_product(out, x_plane[in], w_plane[tap]);
        });
      }
      plane.write(y + (n * g.groups * g.outputs + o) * g.out_count());
    }
}

template <class T>
void conv_input_grad(const Geometry& g, const T* grad, const T* w, T* x, const Call& call) {
  Plane<T> plane(g.in_count());
  Products products(g, call.cancellation);
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t group = 0; group < g.groups; ++group)
      for (int64_t c = 0; c < g.channels; ++c) {
        call.cancellation.check();
        plane.fill(0);
        for (int64_t o = group * g.outputs; o < (group + 1) * g.outputs; ++o) {
          const T* grad_plane = grad + (n * g.groups * g.outputs + o) * g.out_count();
          const T* w_plane = w + (o * g.channels + c) * g.tap_count();
          products.for_each([&](size_t out, size_t in, size_t tap) {
            plane.add_product(in, grad_plane[out], w_plane[tap]);
          });
        }
        plane.write(x + ((n * g.groups + group) * g.channels + c) * g.in_count());
      }
}

template <class T>
void conv_weight_grad(const Geometry& g, const T* x, const T* grad, T* w, const Call& call) {
  Plane<T> plane(g.tap_count());
  Products products(g, call.cancellation);
  for (int64_t o = 0; o < g.groups * g.outputs; ++o)
    for (int64_t c = 0; c < g.channels; ++c) {
      call.cancellation.check();
      plane.fill(0);
      const int64_t group = o / g.outputs;
      for (int64_t n = 0; n < g.batch; ++n) {
        const T* x_plane = x + ((n * g.groups + group) * g.channels + c) * g.in_count();
        const T* grad_plane = grad + (n * g.groups * g.outputs + o) * g.out_count();
        products.for_each([&](size_t out, size_t in, size_t tap) {
          plane.add_product(tap, x_plane[in], grad_plane[out]);
        });
      }
      plane.write(w + (o * g.channels + c) * g.tap_count());
    }
}

}  // namespace

void run(const Conv& op, Call& call) {
  const Tensor &x = call.inputs[0], &w = call.inputs[1];
  Tensor& y = call.outputs[0];
  const Geometry g = geometry(op, x.extents(), w.extents(), y.extents());
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* bias = call.inputs.size() == 3 ? call.inputs[2].data<T>().data() : nullptr;
    conv(g, x.data<T>().data(), w.data<T>().data(), bias, y.data<T>().data(), call);
  });
}

void run(const ConvInputGrad& op, Call& call) {
  const Tensor &grad = call.inputs[0], &w = call.inputs[1];
  Tensor& x = call.outputs[0];
  const Geometry g = geometry(op, x.extents(), w.extents(), grad.extents());
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    conv_input_grad(g, grad.data<T>().data(), w.data<T>().data(), x.data<T>().data(), call);
  });
}

void run(const ConvWeightGrad& op, Call& call) {
  const Tensor &x = call.inputs[0], &grad = call.inputs[1];
  Tensor& w = call.outputs[0];
  const Geometry g = geometry(op, x.extents(), w.extents(), grad.extents());
  visit_number(x.dtype(), [&]<class T>(std::type_identity<T>) {
    conv_weight_grad(g, x.data<T>().data(), grad.data<T>().data(), w.data<T>().data(), call);
  });
}

}  // namespace convoy::reference
