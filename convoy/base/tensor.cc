#include "convoy/base/tensor.h"

#include <cstring>
#include <new>
#include <sstream>

#include "convoy/base/checked.h"
#include "convoy/base/convert.h"
#include "convoy/base/error.h"

namespace convoy {

namespace {

constexpr std::align_val_t alignment{64};

int64_t checked_size(DType dtype, const Extents& extents) {
  for (const int64_t extent : extents)
    if (extent < 0)
      throw ShapeError("a tensor cannot have a negative extent, got " + to_string(extents));
  const int64_t size = element_count(extents);
  checked_multiply(size, size_of(dtype));
  return size;
}

std::shared_ptr<void> allocate(int64_t bytes) {
  void* data = ::operator new(static_cast<size_t>(bytes), alignment, std::nothrow);
  if (!data) throw LimitError("out of memory: cannot allocate " + std::to_string(bytes) + " bytes");
  return {data, [](void* p) { ::operator delete(p, alignment); }};
}

}  // namespace

Tensor::Tensor(DType dtype, Extents extents)
    : dtype_(dtype),
      extents_(std::move(extents)),
      size_(checked_size(dtype_, extents_)) {
  const std::shared_ptr<void> storage = allocate(bytes());
  data_ = storage.get();
  owner_ = storage;
}

Tensor::Tensor(DType dtype, Extents extents, void* data, std::shared_ptr<const void> owner)
    : dtype_(dtype),
      extents_(std::move(extents)),
      size_(checked_size(dtype_, extents_)),
      data_(data),
      owner_(std::move(owner)) {
  if (size_ == 0) return;
  if (!data_) throw ValueError("a tensor of " + to_string(extents_) + " was given no data");
  if (reinterpret_cast<uintptr_t>(data_) % static_cast<uintptr_t>(size_of(dtype_)) != 0)
    throw ValueError("the data of a " + std::string(to_string(dtype_)) +
                     " tensor must be aligned to its element size");
}

template <class T>
Tensor Tensor::of(Extents extents, std::span<const T> values) {
  Tensor result(dtype_of<T>(), std::move(extents));
  if (result.size() != static_cast<int64_t>(values.size()))
    throw ShapeError("a tensor of extents " + to_string(result.extents()) + " holds " +
                     std::to_string(result.size()) + " elements, got " +
                     std::to_string(values.size()));
  std::copy(values.begin(), values.end(), result.data<T>().begin());
  return result;
}

template Tensor Tensor::of(Extents, std::span<const bool>);
template Tensor Tensor::of(Extents, std::span<const int8_t>);
template Tensor Tensor::of(Extents, std::span<const uint8_t>);
template Tensor Tensor::of(Extents, std::span<const int16_t>);
template Tensor Tensor::of(Extents, std::span<const uint16_t>);
template Tensor Tensor::of(Extents, std::span<const int32_t>);
template Tensor Tensor::of(Extents, std::span<const uint32_t>);
template Tensor Tensor::of(Extents, std::span<const int64_t>);
template Tensor Tensor::of(Extents, std::span<const uint64_t>);
template Tensor Tensor::of(Extents, std::span<const Float16>);
template Tensor Tensor::of(Extents, std::span<const BFloat16>);
template Tensor Tensor::of(Extents, std::span<const float>);
template Tensor Tensor::of(Extents, std::span<const double>);

Tensor Tensor::full(DType dtype, Extents extents, double value) {
  Tensor result(dtype, std::move(extents));
  visit_dtype(dtype, [&]<class T>(std::type_identity<T>) {
    std::ranges::fill(result.data<T>(), convert<T>(value));
  });
  return result;
}

double Tensor::at(int64_t index) const {
  if (index < 0 || index >= size_)
    throw IndexError("element " + std::to_string(index) + " of a tensor of " +
                     std::to_string(size_) + " elements");
  return visit_dtype(dtype_, [&]<class T>(std::type_identity<T>) {
    return convert<double>(data<T>()[static_cast<size_t>(index)]);
  });
}

Tensor Tensor::reshaped(Extents extents) const {
  Tensor result(dtype_, std::move(extents), data_, owner_);
  if (result.size() != size_)
    throw ShapeError("cannot view " + to_string(extents_) + " as " + to_string(result.extents()) +
                     ": the numbers of elements differ");
  return result;
}

Tensor Tensor::clone() const {
  Tensor result(dtype_, extents_);
  if (size_ > 0) std::memcpy(result.data_, data_, static_cast<size_t>(bytes()));
  return result;
}

Tensor Tensor::cast(DType dtype) const {
  Tensor result(dtype, extents_);
  visit_dtype(dtype_, [&]<class From>(std::type_identity<From>) {
    visit_dtype(dtype, [&]<class To>(std::type_identity<To>) {
      const auto from = data<From>();
      const auto to = result.data<To>();
      for (size_t i = 0; i < from.size(); ++i) to[i] = convert<To>(from[i]);
    });
  });
  return result;
}

bool Tensor::identical(const Tensor& other) const {
  return dtype_ == other.dtype_ && extents_ == other.extents_ &&
         (size_ == 0 || std::memcmp(data_, other.data_, static_cast<size_t>(bytes())) == 0);
}

void Tensor::require_dtype(DType wanted) const {
  if (dtype_ != wanted)
    throw TypeError("the elements of a " + std::string(to_string(dtype_)) +
                    " tensor were asked for as " + std::string(to_string(wanted)));
}

std::string to_string(const Tensor& tensor, int64_t elements) {
  std::ostringstream text;
  text << to_string(tensor.type()) << " {";
  const int64_t shown = std::min(elements, tensor.size());
  for (int64_t i = 0; i < shown; ++i) text << (i ? ", " : "") << tensor.at(i);
  if (shown < tensor.size()) text << ", …";
  text << "}";
  return text.str();
}

}  // namespace convoy
