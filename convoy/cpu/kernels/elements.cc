#include "convoy/cpu/kernels/elements.h"

#include <algorithm>

#include "convoy/base/convert.h"
#include "convoy/cpu/kernels/bf16_rows.h"

namespace convoy::cpu {

namespace {

template <class T>
void load(const void* array, int64_t first, int64_t stride, int64_t count, float* to) {
  const T* from = static_cast<const T*>(array) + first;
  if (stride == 1) {
    for (int64_t i = 0; i < count; ++i) to[i] = convert<float>(from[i]);
  } else if (stride == 0) {
    std::fill_n(to, count, convert<float>(*from));
  } else {
    for (int64_t i = 0; i < count; ++i) to[i] = convert<float>(from[i * stride]);
  }
}

template <class T>
void store(const float* from, int64_t count, void* array, int64_t first, int64_t stride) {
  T* to = static_cast<T*>(array) + first;
  if (stride == 1) {
    for (int64_t i = 0; i < count; ++i) to[i] = convert<T>(from[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) to[i * stride] = convert<T>(from[i]);
  }
}

}  // namespace

LoadRow load_row(DType dtype, Tier tier) {
  if (dtype == DType::bfloat16) return load_bf16_row(tier);
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> LoadRow { return load<T>; });
}
StoreRow store_row(DType dtype, Tier tier) {
  if (dtype == DType::bfloat16) return store_bf16_row(tier);
  return visit_dtype(dtype, []<class T>(std::type_identity<T>) -> StoreRow { return store<T>; });
}

}  // namespace convoy::cpu
