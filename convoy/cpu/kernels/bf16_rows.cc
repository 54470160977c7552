#include "convoy/cpu/kernels/bf16_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convoy/cpu/kernels/bf16_rows.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "convoy/cpu/kernels/elements-inl.h"

HWY_BEFORE_NAMESPACE();
namespace convoy::cpu::HWY_NAMESPACE {
namespace {

void LoadBf16(const void* array, int64_t first, int64_t stride, int64_t count, float* to) {
  const BFloat16* from = static_cast<const BFloat16*>(array) + first;
  int64_t i = 0;
  if (stride == 1)
    for (; i + lanes <= count; i += lanes) StoreElements(LoadElements(from + i), to + i);
  for (; i < count; ++i) to[i] = static_cast<float>(from[i * stride]);
}

void StoreBf16(const float* from, int64_t count, void* array, int64_t first, int64_t stride) {
  BFloat16* to = static_cast<BFloat16*>(array) + first;
  int64_t i = 0;
  if (stride == 1)
    for (; i + lanes <= count; i += lanes) StoreElements(LoadElements(from + i), to + i);
  for (; i < count; ++i) to[i * stride] = BFloat16(from[i]);
}

}  // namespace
}  // namespace convoy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace convoy::cpu {

HWY_EXPORT(LoadBf16);
HWY_EXPORT(StoreBf16);

LoadRow load_bf16_row(Tier tier) { return HWY_DISPATCH_TABLE(LoadBf16)[dispatch_index(tier)]; }
StoreRow store_bf16_row(Tier tier) { return HWY_DISPATCH_TABLE(StoreBf16)[dispatch_index(tier)]; }

}  // namespace convoy::cpu
#endif
