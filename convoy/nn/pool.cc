#include "convoy/nn/pool.h"

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/ops/adaptive_pool.h"
#include "convoy/ops/avg_pool.h"
#include "convoy/ops/max_pool.h"

namespace convoy::nn {

namespace {

Integers full_list(const Integers& list, size_t rank, const char* what) {
  if (list.size() == 1) return Integers(rank, list[0]);
  if (list.size() != rank)
    throw ValueError(fmt::format("a {}-D pooling layer needs a {} of 1 or {} entries, got {}", rank,
                                 what, rank, list.size()));
  return list;
}

}  // namespace

template <PoolKind Kind, size_t Rank>
PoolLayer<Kind, Rank>::PoolLayer(Integers kernel, PoolOptions options)
    : kernel_(full_list(kernel, Rank, "kernel")),
      options_(std::move(options)) {}

template <PoolKind Kind, size_t Rank>
Value PoolLayer<Kind, Rank>::forward(const Value& x, Mode&) const {
  if constexpr (Kind == PoolKind::max)
    return max_pool(x,
                    {.kernel = kernel_,
                     .stride = options_.stride,
                     .padding = options_.padding,
                     .dilation = options_.dilation,
                     .ceil_mode = options_.ceil_mode},
                    path());
  else
    return avg_pool(x,
                    {.kernel = kernel_,
                     .stride = options_.stride,
                     .padding = options_.padding,
                     .dilation = options_.dilation,
                     .ceil_mode = options_.ceil_mode,
                     .count_include_pad = options_.count_include_pad},
                    path());
}

template <PoolKind Kind, size_t Rank>
AdaptivePoolLayer<Kind, Rank>::AdaptivePoolLayer(Integers output_size)
    : output_size_(full_list(output_size, Rank, "output size")) {}

template <PoolKind Kind, size_t Rank>
Value AdaptivePoolLayer<Kind, Rank>::forward(const Value& x, Mode&) const {
  if constexpr (Kind == PoolKind::max)
    return adaptive_max_pool(x, {.output_size = to_shape(output_size_)}, path());
  else
    return adaptive_avg_pool(x, {.output_size = to_shape(output_size_)}, path());
}

template class PoolLayer<PoolKind::max, 1>;
template class PoolLayer<PoolKind::max, 2>;
template class PoolLayer<PoolKind::max, 3>;
template class PoolLayer<PoolKind::average, 1>;
template class PoolLayer<PoolKind::average, 2>;
template class PoolLayer<PoolKind::average, 3>;
template class AdaptivePoolLayer<PoolKind::max, 1>;
template class AdaptivePoolLayer<PoolKind::max, 2>;
template class AdaptivePoolLayer<PoolKind::max, 3>;
template class AdaptivePoolLayer<PoolKind::average, 1>;
template class AdaptivePoolLayer<PoolKind::average, 2>;
template class AdaptivePoolLayer<PoolKind::average, 3>;

}  // namespace convoy::nn
