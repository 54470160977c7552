#include "convoy/ops/unfold.h"

#include "convoy/onnx/kernels.h"
#include "convoy/onnx/writers.h"
#include "convoy/ops/window.h"

namespace convoy::onnx {

namespace {

/// Where the taps of each window lie along an axis, [taps, windows].
std::string tap_positions(Writing& out, int64_t kernel, int64_t dilation, int64_t stride,
                          const Dim& windows) {
  Integers taps;
  for (int64_t tap = 0; tap < kernel; ++tap) taps.push_back(tap * dilation);
  if (windows.is_static()) {
    Integers positions;
    for (const int64_t tap : taps)
      for (int64_t window = 0; window < windows.value(); ++window)
        positions.push_back(tap + window * stride);
    return out.constant(Tensor::of<int64_t>({kernel, windows.value()}, positions));
  }
  const std::string count = out.add("Squeeze", {out.sizes({windows})});
  const std::string numbers =
      out.add("Range", {out.scalar(0, DType::int64), count, out.scalar(1, DType::int64)});
  const std::string starts =
      out.add("Mul", {numbers, out.scalar(static_cast<double>(stride), DType::int64)});
  return out.add("Add", {out.constant(Tensor::of<int64_t>({kernel, 1}, taps)), starts});
}

}  // namespace

// ONNX has no im2col: taps are gathered along one axis after the other,
//   x[N,C,S1,S2…] → [N,C,K1,P1,K2,P2…] → [N,C,K1,K2…,P1,P2…] → [N, C·∏K, L].
void write(const Unfold& op, Writing& out) {
  const Type& x = out.type();
  const Shape in = spatial_of(x);
  const Borders borders = borders_of(op.padding, in, to_shape(op.kernel), op.stride, op.dilation);
  std::string data = padded(out, out.input(0), borders);
  Integers order{0, 1}, windows_last;
  for (size_t axis = 0; axis < in.size(); ++axis) {
    const Dim room = in[axis] + borders[axis].first + borders[axis].second -
                     effective_kernel(op.kernel[axis], op.dilation[axis]);
    const Dim windows = floor_div(room, op.stride[axis]) + 1;
    const auto at = static_cast<int64_t>(2 + 2 * axis);
    data = out.add(
        "Gather",
        {data, tap_positions(out, op.kernel[axis], op.dilation[axis], op.stride[axis], windows)},
        {{"axis", at}});
    order.push_back(at);
    windows_last.push_back(at + 1);
  }
  order.insert(order.end(), windows_last.begin(), windows_last.end());
  data = out.add("Transpose", {data}, {{"perm", order}});
  out.result("Reshape", {data, out.sizes(out.output_type().shape)});
}

}  // namespace convoy::onnx
