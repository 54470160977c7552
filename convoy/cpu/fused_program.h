// The elementwise operators of a group as one program.
#pragma once

#include <array>
#include <map>
#include <span>
#include <vector>

#include "convoy/cpu/kernels/pointwise.h"
#include "convoy/cpu/plan/lowering.h"

namespace convoy::cpu {

/// What an elementwise operator comes to; its operands are the node's inputs, in order.
struct Code {
  PointwiseOp op;
  double alpha = 0, beta = 0;
};
Code code_of(const Op& op);

/// The form in which a pass over `shape` works: blocked where an array it reads whole is in blocks,
/// of whichever dtype.
Form fused_form(const Lowering& l, const Shape& shape);

/// What elementwise members compute over a shape, and the arrays that they read.
class FusedProgram {
 public:
  /// `also` are values that are wanted besides, made by members or not.
  FusedProgram(Lowering& l, std::span<const NodePtr> members, std::span<const Value> also,
               const Extents& shape, Form form);
  /// The number of a value that members read or make.
  int32_t number(const Value& value) const;
  /// One more instruction; the number of its value.
  int32_t add(const Instruction& instruction);

  Program program;
  std::vector<Array> inputs;

 private:
  void read(Lowering& l, const Value& value, const Extents& shape, Form form);

  std::map<std::pair<const Node*, size_t>, int32_t> numbers_;
};

/// Where the arrays of a program are in a call.
using FusedInputs = std::array<const void*, max_group_inputs>;
FusedInputs input_addresses(const Bases& bases, std::span<const Array> inputs);

}  // namespace convoy::cpu
