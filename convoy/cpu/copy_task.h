// Steps that move arrays as they are, or between the forms.
#pragma once

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

/// An array in the other form, or a blocked one to a place in a larger one.
class ReorderTask : public Task {
 public:
  ReorderTask(Array from, Array to) : from_(std::move(from)), to_(std::move(to)) {}
  int64_t items() const override;
  void run(const Bases& bases, Range range, Worker& worker) const override;

 private:
  Array from_, to_;
};

}  // namespace convoy::cpu
