// Steps that move arrays as they are, or between the forms.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "convoy/cpu/kernels/copy.h"
#include "convoy/cpu/kernels/reorder.h"
#include "convoy/cpu/plan/plan.h"

namespace convoy::cpu {

/// A plain array to another place.
class CopyTask : public Task {
 public:
  CopyTask(Array from, Array to) : from_(std::move(from)), to_(std::move(to)) {}
  int64_t items() const override;
  void run(const Bases& bases, Range range, Worker& worker) const override;

 private:
  Array from_, to_;
};

/// One value to places of an array, which plans that repeat an element list.
class FillTask : public Task {
 public:
  FillTask(std::vector<CopyPlan> places, double value, Array to, Tier tier);
  int64_t items() const override;
  void run(const Bases& bases, Range range, Worker& worker) const override;

 private:
  std::vector<CopyPlan> places_;
  std::array<std::byte, 8> element_;
  CopyKernel kernel_;
  Array to_;
};

/// An element of the dtype, as cast converts the value.
std::array<std::byte, 8> element_of(double value, DType dtype);

/// Distances in elements between neighbours of a dense row-major array.
Extents dense_strides(const Extents& extents);
/// The axes of an array of either form, as copies see them; a blocked one has {N, blocks, S…, 16},
/// so that images and spatial axes are those that users count.
Extents axes_of_copy(const Extents& extents, Form form);
Extents strides_of_copy(const Array& array);

/// A plain array to one in blocks, or the way back.
class ReorderTask : public Task {
 public:
  ReorderTask(Array from, Array to, Tier tier);
  int64_t items() const override { return cpu::items(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override;

 private:
  ReorderPlan plan_;
  ReorderKernel kernel_;
  Array from_, to_;
};

/// Some of the channels of an array in blocks to some of another's.
class ShiftTask : public Task {
 public:
  ShiftTask(Array from, int64_t from_channel, Array to, int64_t to_channel, int64_t channels,
            Tier tier);
  int64_t items() const override { return cpu::items(plan_); }
  void run(const Bases& bases, Range range, Worker& worker) const override;

 private:
  ShiftPlan plan_;
  ShiftKernel kernel_;
  Array from_, to_;
};

/// Offsets of max_pool from the int32 that kernels keep in blocks to the int64 of the operator.
class PlainIndicesTask : public Task {
 public:
  PlainIndicesTask(Array from, Array to);
  int64_t items() const override;
  void run(const Bases& bases, Range range, Worker& worker) const override;

 private:
  Array from_, to_;
};

/// Writes a value in another form.
std::unique_ptr<Task> conversion(const Array& from, const Array& to, Tier tier);
const char* name_of_conversion(Form to);

/// The channels from `first` on of a blocked array, `channels` of them; `first` begins a block.
Array channels_of(const Array& array, int64_t first, int64_t channels);

}  // namespace convoy::cpu
