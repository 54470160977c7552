// A dense array: dtype, extents and shared storage.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "convoy/base/dtype.h"
#include "convoy/base/type.h"

namespace convoy {

/// A dense row-major array. Copies share the storage. Storage is either owned, 64-byte aligned,
/// or borrowed together with an owner that keeps it alive.
class Tensor {
 public:
  /// An empty float32 vector of length 0.
  Tensor() : Tensor(DType::float32, {0}) {}
  /// Uninitialised storage. LimitError when the size overflows or memory runs out.
  Tensor(DType dtype, Extents extents);
  /// Storage at `data` (row-major, at least as many elements as `extents` say), kept alive by
  /// `owner`. ValueError when it is null or not aligned to the element size.
  Tensor(DType dtype, Extents extents, void* data, std::shared_ptr<const void> owner);

  /// Copies `values`, whose number must be the product of `extents`.
  template <class T>
  static Tensor of(Extents extents, std::span<const T> values);
  template <class T>
  static Tensor of(Extents extents, std::initializer_list<T> values) {
    return of(std::move(extents), std::span<const T>(values.begin(), values.size()));
  }
  /// `value`, converted to `dtype`, in every element.
  static Tensor full(DType dtype, Extents extents, double value);
  static Tensor zeros(DType dtype, Extents extents) { return full(dtype, std::move(extents), 0); }

  DType dtype() const { return dtype_; }
  const Extents& extents() const { return extents_; }
  int64_t extent(int64_t axis) const { return extents_[static_cast<size_t>(axis)]; }
  int64_t rank() const { return static_cast<int64_t>(extents_.size()); }
  int64_t size() const { return size_; }
  int64_t bytes() const { return size_ * size_of(dtype_); }
  Type type() const { return {dtype_, to_shape(extents_)}; }

  const void* raw() const { return data_; }
  void* raw() { return data_; }
  /// Elements as T; TypeError when the dtype is another.
  template <class T>
  std::span<const T> data() const {
    require_dtype(dtype_of<T>());
    return {static_cast<const T*>(data_), static_cast<size_t>(size_)};
  }
  template <class T>
  std::span<T> data() {
    require_dtype(dtype_of<T>());
    return {static_cast<T*>(data_), static_cast<size_t>(size_)};
  }

  /// Element `index` in row-major order, as a double.
  double at(int64_t index) const;
  /// The same elements under other extents of the same product, sharing the storage.
  Tensor reshaped(Extents extents) const;
  /// A deep copy in storage of its own.
  Tensor clone() const;
  /// Elements converted to `dtype` (float to integer saturates, NaN gives 0).
  Tensor cast(DType dtype) const;
  /// Same dtype, extents and bits in every element.
  bool identical(const Tensor& other) const;
  /// What keeps the storage alive.
  const std::shared_ptr<const void>& owner() const { return owner_; }

 private:
  void require_dtype(DType wanted) const;

  DType dtype_;
  Extents extents_;
  int64_t size_;
  void* data_;
  std::shared_ptr<const void> owner_;
};

/// "float32[2,3] {1, 2, 3, …}", at most `elements` of them.
std::string to_string(const Tensor& tensor, int64_t elements = 8);

}  // namespace convoy
