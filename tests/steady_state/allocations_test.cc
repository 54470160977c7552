// A call that finds everything as the last one left it neither allocates nor frees: malloc is
// replaced in this binary by one that counts.
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/cpu/kernels/bf16_set.h"
#include "convoy/ops/activation.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/max_pool.h"
#include "convoy/ops/reshape.h"
#include "tests/support/sanitizer.h"

#if defined(__GLIBC__) && !defined(CONVOY_SANITIZER_OWNS_MALLOC)
#define CONVOY_COUNTS_ALLOCATIONS 1
#endif

namespace {
std::atomic<int64_t> allocations{0};
}

#if defined(CONVOY_COUNTS_ALLOCATIONS)
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* old, size_t bytes) {
  ++allocations;
  return __libc_realloc(old, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** result, size_t alignment, size_t bytes) {
  ++allocations;
  *result = __libc_memalign(alignment, bytes);
  return *result ? 0 : ENOMEM;
}
}
#endif

namespace convoy {
namespace {

Tensor ramp(Extents extents) {
  Tensor tensor(DType::float32, std::move(extents));
  std::span<float> values = tensor.data<float>();
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = .01f * static_cast<float>(static_cast<int>(i % 41) - 20);
  return tensor;
}

Value weight(const std::string& name, Extents extents) {
  return parameter(std::make_shared<ParameterState>(name, ramp(std::move(extents)), true));
}

/// How many allocations 100 calls make after the first two.
int64_t allocations_of(const Function& f, const std::vector<Tensor>& inputs) {
  Context context = f.new_context();
  std::vector<Extents> extents;
  for (const Tensor& input : inputs) extents.push_back(input.extents());
  std::vector<Tensor> outputs;
  for (const Type& type : f.output_types(extents))
    outputs.emplace_back(type.dtype, to_extents(type.shape));
  for (int i = 0; i < 2; ++i) f.run_into(context, inputs, outputs);
  const int64_t before = allocations;
  for (int i = 0; i < 100; ++i) f.run_into(context, inputs, outputs);
  return allocations - before;
}

class SteadyState : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
#if !defined(CONVOY_COUNTS_ALLOCATIONS)
    GTEST_SKIP() << "malloc belongs to a sanitizer or another C library here";
#endif
  }
  CompileOptions options() const { return {.backend = "cpu", .cpu = {.threads = GetParam()}}; }
};

TEST_P(SteadyState, TheCounterCounts) {
  const int64_t before = allocations;
  const Tensor tensor = ramp({8});
  EXPECT_GT(allocations, before);
}

TEST_P(SteadyState, MovingArraysAllocatesNothing) {
  const Value x = input("x", {DType::float32, {2, 3, 4, 5}});
  const Value w = weight("w", {2, 60});
  const Function f = compile({x}, {reshape(x, {120}), reshape(w, {120})}, options());
  ASSERT_TRUE(f.plan({{2, 3, 4, 5}}).fallbacks.empty());
  EXPECT_EQ(allocations_of(f, {ramp({2, 3, 4, 5})}), 0);
}

/// Two convolutions and a pooling, of x[1,3,32,32].
Function network(const CompileOptions& options) {
  const Value x = input("x", {DType::float32, {1, 3, 32, 32}});
  const Value stem =
      relu(conv(x, weight("w1", {16, 3, 3, 3}), weight("b1", {16}), {.padding = Padding::same}));
  const Value pooled = max_pool(stem, {.kernel = {2, 2}, .stride = {2, 2}});
  const Value y = relu(conv(pooled, weight("w2", {24, 16, 3, 3}), weight("b2", {24})));
  return compile({x}, {y}, options);
}

TEST_P(SteadyState, ANetworkAllocatesNothing) {
  const Function f = network(options());
  // The reference allocates: without a kernel the promise is not kept.
  ASSERT_TRUE(f.plan({{1, 3, 32, 32}}).fallbacks.empty());
  EXPECT_EQ(allocations_of(f, {ramp({1, 3, 32, 32})}), 0);
}

TEST_P(SteadyState, ANetworkInBf16AllocatesNothing) {
  CompileOptions bf16 = options();
  bf16.cpu.precision = cpu::Precision::bf16;
  if (!cpu::best_bf16_set()) {
    EXPECT_THROW(network(bf16), NotSupportedError);
    return;
  }
  const Function f = network(bf16);
  ASSERT_TRUE(f.plan({{1, 3, 32, 32}}).fallbacks.empty());
  EXPECT_EQ(allocations_of(f, {ramp({1, 3, 32, 32})}), 0);
}

TEST_P(SteadyState, OtherDtypesAllocateNothing) {
  const Value in = input("x", {DType::float32, {2, 3, 8, 8}});
  const Value x = cast(in, DType::float64), half = cast(in, DType::bfloat16);
  const Value w = cast(weight("w", {4, 3, 3, 3}), DType::float64);
  const Value y = avg_pool(gelu(conv(x, w)), {.kernel = {2, 2}});
  const Value sums = reduce_sum(softmax(y), {1});
  const Value pooled = max_pool(cast(half, DType::int32), {.kernel = {2, 2}});
  const auto [selected, count] =
      non_max_suppression(reshape(in, {2, 48, 4}), reshape(cast(x, DType::float32), {2, 4, 48}),
                          {.max_output_boxes_per_class = 5});
  const Value key = constant(Tensor::of<uint64_t>({2}, {1, 2}));
  const Function f = compile(
      {in}, {sums, pooled, softmax(half), selected, count, random_normal(key, {100})}, options());
  ASSERT_TRUE(f.plan({{2, 3, 8, 8}}).fallbacks.empty());
  EXPECT_EQ(allocations_of(f, {ramp({2, 3, 8, 8})}), 0);
}

INSTANTIATE_TEST_SUITE_P(Threads, SteadyState, testing::Values(1, 2),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace convoy
