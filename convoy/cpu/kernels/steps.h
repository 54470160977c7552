// Single functions over elements that are in the nearest cache: what fused programs are made of.
#pragma once

#include <array>
#include <cstdint>
#include <variant>

#include "convoy/cpu/kernels/tier.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/unary.h"

namespace convoy::cpu {

/// What operators of other families come to: copy(a), where(a ? b : c), clip(a, alpha, beta),
/// mul_add(a·b + c, rounded once).
enum class Fused { copy, where, clip, mul_add };

/// Meaning and edge values are those of the operators of the same names.
using PointwiseOp = std::variant<UnaryKind, BinaryKind, ActivationKind, Fused>;

/// Element i is at[i & mask]: the mask is −1, or 15 where 16 elements repeat. 64-byte alignment is
/// not needed.
struct Operand {
  const float* at = nullptr;
  int64_t mask = -1;
};

/// to[i] = f(from[0][i], from[1][i], from[2][i]), as many of them as f takes. `to` may be one of
/// the operands. Truth values are 0 and 1.
using PointwiseStep = void (*)(const Operand* from, float* to, int64_t count, float alpha,
                               float beta);
PointwiseStep step(Tier tier, PointwiseOp op);
PointwiseStep activation_step(Tier tier, ActivationKind kind);
/// How many operands it takes.
size_t operands_of(PointwiseOp op);

/// An activation in place, as epilogues apply it.
using ActivateKernel = void (*)(float* y, int64_t count, float alpha, float beta);
ActivateKernel activate_kernel(Tier tier, ActivationKind kind);

}  // namespace convoy::cpu
