#include "convoy/cpu/convolution.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "convoy/cpu/kernel_task.h"
#include "convoy/cpu/kernels/conv_bf16.h"
#include "convoy/cpu/kernels/conv_depthwise.h"
#include "convoy/cpu/kernels/conv_direct.h"
#include "convoy/cpu/kernels/conv_planes.h"
#include "convoy/cpu/kernels/steps.h"
#include "convoy/cpu/kernels/unshuffle.h"
#include "convoy/cpu/kernels/winograd.h"
#include "convoy/cpu/machine.h"
#include "convoy/cpu/padding.h"
#include "convoy/ops/ops.h"

namespace convoy::cpu {

bool is_regular_convolution(const Lowering& l) {
  const int64_t rank = l.node().outputs[0].rank();
  return l.output_dtype() == DType::float32 && rank >= 3 && rank <= 5;
}

template <class O>
ConvGeometry geometry_of(const O& op, const Extents& x, const Extents& w, const Extents& y) {
  const Extents in(x.begin() + 2, x.end()), kernel(w.begin() + 2, w.end());
  Extents begin;
  for (size_t a = 0; a < in.size(); ++a)
    begin.push_back(
        resolve(op.padding, a, in[a], kernel[a], op.stride[a], op.dilation[a]).first.value());
  return {.batch = x[0],
          .groups = op.groups,
          .channels = w[1],
          .outputs = w[0] / op.groups,
          .in = to_axes(in),
          .kernel = to_axes(kernel),
          .out = to_axes({y.begin() + 2, y.end()}),
          .stride = to_axes(op.stride),
          .dilation = to_axes(op.dilation),
          .begin = to_axes(begin, 0)};
}

template ConvGeometry geometry_of(const Conv&, const Extents&, const Extents&, const Extents&);
template ConvGeometry geometry_of(const ConvInputGrad&, const Extents&, const Extents&,
                                  const Extents&);
template ConvGeometry geometry_of(const ConvWeightGrad&, const Extents&, const Extents&,
                                  const Extents&);

WeightView weight_view(const ConvGeometry& geometry, const Extents& w, bool flip) {
  const Axes kernel = to_axes({w.begin() + 2, w.end()});
  const int64_t taps = product(kernel);
  WeightView view{.group = geometry.outputs * geometry.channels * taps,
                  .output = geometry.channels * taps,
                  .channel = taps,
                  .tap = {kernel[1] * kernel[2], kernel[2], 1}};
  if (flip)
    for (size_t a = 0; a < 3; ++a) {
      view.first += (kernel[a] - 1) * view.tap[a];
      view.tap[a] = -view.tap[a];
    }
  return view;
}

bool reads_plain(const Lowering& l, const ConvGeometry& geometry) {
  constexpr int64_t few_channels = 4;
  return geometry.groups == 1 && geometry.channels <= few_channels &&
         !l.is_blocked(l.node().inputs[0]);
}

namespace {

/// Whether nothing but a bias and a clamp follows the convolution in its group.
bool only_clamps(const Lowering& l) {
  const Group& group = l.group();
  return !group.residual &&
         (!group.function || std::holds_alternative<Clip>(*group.function->op()) ||
          std::get<Activation>(*group.function->op()).kind == ActivationKind::relu);
}

}  // namespace

bool is_plain_product(const Lowering& l, const ConvGeometry& forward) {
  const Axes ones{1, 1, 1}, zeros{0, 0, 0};
  const bool point = forward.groups == 1 && forward.kernel == ones && forward.stride == ones &&
                     forward.begin == zeros && forward.in == forward.out;
  // Many channels on both sides pay for blocks; few positions would read the weights for each
  // image.
  constexpr double many = 100;
  constexpr int64_t few = 32;
  const auto inputs = static_cast<double>(forward.channels);
  const auto outputs = static_cast<double>(forward.outputs);
  return point && product(forward.in) >= few && inputs * outputs < many * (inputs + outputs) &&
         only_clamps(l) && !l.bf16() && !l.is_blocked(l.node().inputs[0]) && l.is_result_alone();
}

void emit_plain_product(Lowering& l, const ConvGeometry& forward, const MatrixStrides& w,
                        const Epilogue& epilogue, int64_t flops) {
  const Extents x = l.shape(0), y = l.output_shape();
  const int64_t positions = product(forward.in);
  GemmPlan plan;
  plan.batch.back() = forward.batch;
  plan.rows = y[1];
  plan.depth = x[1];
  plan.columns = positions;
  plan.a = w;
  plan.b = {.batch = {}, .row = positions, .column = 1};
  plan.c = plan.b;
  plan.b.batch.back() = x[1] * positions;
  plan.c.batch.back() = y[1] * positions;
  plan.bias_row = 1;
  plan.bias_column = 0;
  plan.low = epilogue.low;
  plan.high = epilogue.high;
  plan = plan_gemm(plan, l.tier());
  const Array from = l.plain(0), weights = l.plain(1), to = l.result(Form::plain);
  const auto emit = [&](auto... bias) {
    l.emit(kernel_task(gemm_kernel(l.tier()), plan, weights, from, to, bias...),
           {weights, from, bias...}, {to}, "product of matrices", flops);
  };
  if (l.input_count() > 2)
    emit(l.plain(2));
  else
    emit();
}

Form convolved_blocks(const Lowering& l) { return l.bf16() ? Form::blocked_bf16 : Form::blocked; }

namespace {

/// The arrays of a kernel of convolution, in the order that they all have.
template <class Arrays>
Arrays arrays_at(const Bases& bases, const ConvOperands& operands, const Array& weights) {
  const auto at = [&](const Array& array, int64_t offset = 0) {
    return Address(bases.bytes(array) + offset * size_of(array.dtype));
  };
  const auto if_any = [&](const std::optional<Array>& array) {
    return array ? at(*array) : Address(nullptr);
  };
  return {at(operands.x, operands.x_offset), at(weights), if_any(operands.bias),
          if_any(operands.residual), at(operands.y, operands.y_offset)};
}

/// Weights in another order: reorder(view, to, range of its pieces).
template <class Reorder>
class WeightTask : public Task {
 public:
  WeightTask(Reorder reorder, int64_t items, WeightView view, Array from, Array to)
      : reorder_(std::move(reorder)),
        items_(items),
        view_(view),
        from_(std::move(from)),
        to_(std::move(to)) {}
  int64_t items() const override { return items_; }
  void run(const Bases& bases, Range range, Worker&) const override {
    WeightView view = view_;
    view.data = bases.floats(from_);
    reorder_(view, bases.floats(to_), range);
  }

 private:
  Reorder reorder_;
  int64_t items_;
  WeightView view_;
  Array from_, to_;
};

template <class Reorder>
void emit_weights(Lowering& l, Reorder reorder, int64_t items, const WeightView& view,
                  const Array& from, const Array& to, std::string algorithm) {
  l.emit(std::make_unique<WeightTask<Reorder>>(std::move(reorder), items, view, from, to), {from},
         {to}, std::move(algorithm));
}

/// Emits the packing of weights; the packed ones.
template <class Plan, class Pack>
Array packed_weights(Lowering& l, const Plan& plan, Pack pack, const WeightView& view,
                     const Array& w) {
  const Array packed = l.temporary(DType::float32, {packed_size(plan)});
  const auto reorder = [plan, pack](const WeightView& from, float* to, Range range) {
    pack(plan, from, to, range);
  };
  emit_weights(l, reorder, pack_items(plan), view, w, packed, "pack weights");
  return packed;
}

template <class Plan, class Arrays>
class ConvTask : public Task {
 public:
  ConvTask(Plan plan, Kernel<Plan, Arrays> kernel, ConvOperands operands, Array weights)
      : plan_(std::move(plan)),
        kernel_(kernel),
        operands_(std::move(operands)),
        weights_(weights) {}
  int64_t items() const override { return cpu::items(plan_); }
  int64_t grain() const override { return 1; }
  int64_t scratch_bytes() const override { return cpu::scratch_bytes(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    kernel_(plan_, arrays_at<Arrays>(bases, operands_, weights_), range, worker);
  }

 private:
  Plan plan_;
  Kernel<Plan, Arrays> kernel_;
  ConvOperands operands_;
  Array weights_;
};

class WinogradTask : public Task {
 public:
  WinogradTask(WinogradConv plan, WinogradKernel kernel, int phase, ConvOperands operands,
               Array weights, std::optional<Array> shared)
      : plan_(std::move(plan)),
        kernel_(kernel),
        phase_(phase),
        operands_(std::move(operands)),
        weights_(weights),
        shared_(std::move(shared)) {}
  int64_t items() const override { return cpu::items(plan_, phase_); }
  int64_t grain() const override {
    if (plan_.phases == 1) return plan_.chunk_tiles;
    return phase_ == 0 ? 0 : 1;
  }
  int64_t scratch_bytes() const override { return cpu::scratch_bytes(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    kernel_(plan_, phase_,
            {arrays_at<ConvArrays>(bases, operands_, weights_),
             shared_ ? bases.floats(*shared_) : nullptr},
            range, worker);
  }

 private:
  WinogradConv plan_;
  WinogradKernel kernel_;
  int phase_;
  ConvOperands operands_;
  Array weights_;
  std::optional<Array> shared_;
};

std::vector<Array> reads_of(const ConvOperands& operands, const Array& weights) {
  std::vector<Array> reads{operands.x, weights};
  if (operands.bias) reads.push_back(*operands.bias);
  if (operands.residual) reads.push_back(*operands.residual);
  return reads;
}

void emit_winograd(Lowering& l, const WinogradConv& plan, const WeightView& view,
                   const ConvOperands& operands, int64_t flops) {
  const Array weights = packed_weights(l, plan, winograd_pack(l.tier()), view, operands.w);
  std::optional<Array> shared;
  if (const int64_t bytes = shared_bytes(plan); bytes > 0) shared = l.temporary_bytes(bytes);
  for (int phase = 0; phase < plan.phases; ++phase) {
    const bool last = phase + 1 == plan.phases;
    std::vector<Array> reads = reads_of(operands, weights), writes;
    if (shared && phase > 0) reads.push_back(*shared);
    if (shared && !last) writes.push_back(*shared);
    if (last) writes.push_back(operands.y);
    l.emit(std::make_unique<WinogradTask>(plan, winograd_kernel(l.tier()), phase, operands, weights,
                                          shared),
           std::move(reads), std::move(writes),
           std::string(last ? "winograd " : "transform for winograd ") +
               std::string(to_string(plan.form)),
           last ? flops : 0);
  }
}

template <class Plan, class Pack, class Arrays>
void emit_plain(Lowering& l, const Plan& plan, Pack pack, Kernel<Plan, Arrays> kernel,
                const WeightView& view, const ConvOperands& operands, std::string algorithm,
                int64_t flops) {
  const Array weights = packed_weights(l, plan, pack, view, operands.w);
  l.emit(std::make_unique<ConvTask<Plan, Arrays>>(plan, kernel, operands, weights),
         reads_of(operands, weights), {operands.y}, std::move(algorithm), flops);
}

std::string name_of(const Bf16Conv& plan) {
  if (plan.depthwise) return "bf16 depthwise";
  const std::string set = plan.set == Bf16Set::amx ? "amx" : "avx512";
  return "bf16 " + set + (product(plan.layer.kernel) == 1 ? " 1x1" : "");
}

WinogradMachine machine_of(const Lowering& l) {
  return {.l2_bytes = l2_cache_bytes(), .threads = l.threads(), .pace = multiply_adds_per_byte()};
}

/// The Winograd form whose cost is the least; none when none is below `least`.
std::optional<WinogradConv> best_winograd(const Lowering& l, const ConvGeometry& geometry,
                                          const Epilogue& epilogue, double least) {
  const WinogradMachine machine = machine_of(l);
  std::optional<WinogradConv> best;
  for (const WinogradForm form : {WinogradForm::f4x4, WinogradForm::f2x2, WinogradForm::stride2,
                                  WinogradForm::f3x3_4x4, WinogradForm::f2x2_5x5}) {
    if (l.precision() == Precision::highest && form != WinogradForm::f2x2) continue;
    if (!winograd_fits(geometry, form)) continue;
    WinogradConv plan = plan_winograd(geometry, epilogue, l.tier(), form, machine);
    if (const double cost = winograd_cost(plan); cost < least) {
      least = cost;
      best = std::move(plan);
    }
  }
  return best;
}

/// [outputs][channels][kernel] of the geometry, with as many axes as `like`.
Array temporary_weights(Lowering& l, const ConvGeometry& geometry, const Array& like) {
  Extents extents{geometry.outputs, geometry.channels};
  const auto axes = static_cast<int64_t>(like.extents.size()) - 2;
  extents.insert(extents.end(), geometry.kernel.end() - axes, geometry.kernel.end());
  return l.temporary(DType::float32, extents);
}

/// A Winograd convolution of any kernel: one that has more taps than the form is split.
void emit_winograd_of(Lowering& l, const WinogradConv& plan, const ConvGeometry& whole,
                      const WeightView& view, const ConvOperands& given, int64_t flops) {
  if (plan.shifts() == 1) return emit_winograd(l, plan, view, given, flops);
  ConvOperands operands = given;
  operands.w = temporary_weights(l, plan.geometry, given.x);
  const auto split = [plan, whole](const WeightView& from, float* to, Range range) {
    split_weights(plan, whole, from, to, range);
  };
  emit_weights(l, split, whole.outputs, view, given.w, operands.w, "split weights");
  emit_winograd(l, plan, weight_view(plan.geometry, operands.w.extents, false), operands, flops);
}

class UnshuffleImage : public Task {
 public:
  UnshuffleImage(UnshuffledConv conv, Tier tier, Array from, Array to)
      : conv_(conv),
        to_blocked_(to_blocked_kernel(tier)),
        from_(std::move(from)),
        to_(std::move(to)) {}
  int64_t items() const override { return unshuffle_items(conv_); }
  int64_t scratch_bytes() const override { return unshuffle_scratch_bytes(conv_); }
  void run(const Bases& bases, Range range, Worker& worker) const override {
    unshuffle_image(conv_, to_blocked_, bases.floats(from_), bases.floats(to_), range, worker);
  }

 private:
  UnshuffledConv conv_;
  ReorderKernel to_blocked_;
  Array from_, to_;
};

/// A strided convolution of a plain image as one of stride 1, where a Winograd form of that costs
/// less; whether it did.
bool emit_unshuffled(Lowering& l, const ConvGeometry& geometry, const Epilogue& epilogue,
                     const WeightView& view, const ConvOperands& given, int64_t flops) {
  const std::optional<UnshuffledConv> unshuffle = unshuffled(geometry);
  if (!unshuffle) return false;
  const ConvGeometry& conv = unshuffle->conv;
  const auto winograd = best_winograd(l, conv, epilogue, direct_cost(geometry, machine_of(l)));
  if (!winograd) return false;
  Extents image{conv.batch, conv.channels};
  image.insert(image.end(), conv.in.end() + 2 - static_cast<int64_t>(given.x.extents.size()),
               conv.in.end());
  ConvOperands operands = given;
  operands.x = l.temporary(DType::float32, image, Form::blocked);
  operands.w = temporary_weights(l, conv, given.x);
  const auto reorder = [u = *unshuffle](const WeightView& from, float* to, Range range) {
    unshuffle_weights(u, from, to, range);
  };
  emit_weights(l, reorder, unshuffle_weight_items(*unshuffle), view, given.w, operands.w,
               "unshuffle weights");
  l.emit(std::make_unique<UnshuffleImage>(*unshuffle, l.tier(), given.x, operands.x), {given.x},
         {operands.x}, "unshuffle");
  emit_winograd_of(l, *winograd, conv, weight_view(conv, operands.w.extents, false), operands,
                   flops);
  return true;
}

}  // namespace

void emit_convolution(Lowering& l, const ConvGeometry& geometry, const Epilogue& epilogue,
                      const WeightView& view, const ConvOperands& given, int64_t flops) {
  ConvOperands operands = given;
  if (operands.bias) operands.bias = with_whole_blocks(l, *operands.bias);
  if (const std::optional<Bf16Set> set = l.bf16()) {
    const Bf16Conv plan = plan_bf16(geometry, epilogue,
                                    {.set = *set,
                                     .threads = l.threads(),
                                     .float_output = operands.y.form != Form::blocked_bf16});
    emit_plain(l, plan, &pack_bf16, bf16_kernel(*set), view, operands, name_of(plan), flops);
  } else if (geometry.channels == 1 && geometry.outputs == 1 && !geometry.plain_input) {
    emit_plain(l, plan_depthwise(geometry, epilogue, l.tier()), &pack_depthwise,
               depthwise_kernel(l.tier()), view, operands, "depthwise", flops);
  } else if (const auto winograd =
                 best_winograd(l, geometry, epilogue, direct_cost(geometry, machine_of(l)))) {
    emit_winograd_of(l, *winograd, geometry, view, operands, flops);
  } else if (emit_unshuffled(l, geometry, epilogue, view, operands, flops)) {
    return;
  } else {
    emit_plain(l, plan_direct(geometry, epilogue, l.tier()), direct_pack(l.tier()),
               direct_kernel(l.tier()), view, operands,
               product(geometry.kernel) == 1 ? "direct 1x1" : "direct", flops);
  }
}

bool makes_planes(const Lowering& l, const ConvGeometry& forward) {
  return forward.groups == 1 && forward.channels <= most_planes && only_clamps(l) && !l.bf16() &&
         l.is_result_alone();
}

ConvGeometry reversed(const ConvGeometry& geometry) {
  ConvGeometry forward = geometry;
  std::swap(forward.channels, forward.outputs);
  std::swap(forward.in, forward.out);
  std::swap(forward.x, forward.y);
  for (size_t a = 0; a < 3; ++a)
    forward.begin[a] = (geometry.kernel[a] - 1) * geometry.dilation[a] - geometry.begin[a];
  return forward;
}

void emit_planes(Lowering& l, const ConvGeometry& forward, const Epilogue& epilogue,
                 const WeightView& view, const ConvOperands& operands, int64_t flops) {
  emit_plain(l, plan_planes(forward, epilogue, l.tier()), &pack_planes, planes_kernel(l.tier()),
             view, operands, "direct to planes", flops);
}

Epilogue epilogue_of(Lowering& l) {
  Epilogue epilogue;
  const Group& group = l.group();
  if (group.residual)
    epilogue.residual =
        group.residual_first ? Epilogue::Residual::before : Epilogue::Residual::after;
  if (!group.function) return epilogue;
  if (const auto* clip = std::get_if<Clip>(group.function->op())) {
    epilogue.low = static_cast<float>(clip->min);
    epilogue.high = static_cast<float>(clip->max);
    return epilogue;
  }
  const auto& function = std::get<Activation>(*group.function->op());
  if (function.kind == ActivationKind::relu) {
    epilogue.low = 0;
  } else if (function.kind == ActivationKind::silu) {
    epilogue.kind = Epilogue::Kind::silu;
  } else {
    epilogue.kind = Epilogue::Kind::other;
    epilogue.activate = activate_kernel(l.tier(), function.kind);
    epilogue.alpha = static_cast<float>(function.alpha);
    epilogue.beta = static_cast<float>(function.beta);
  }
  return epilogue;
}

std::optional<Array> residual_of(Lowering& l) {
  if (!l.group().residual) return {};
  return l.in(l.group().residual, convolved_blocks(l));
}

}  // namespace convoy::cpu
