// Operators with indices, against the reference on random arrays, in one piece and in several.
#include "convoy/reference/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/cancellation.h"
#include "convoy/base/tensor.h"
#include "convoy/cpu/kernels/gather.h"
#include "convoy/cpu/kernels/max_unpool.h"
#include "convoy/cpu/kernels/non_max_suppression.h"
#include "convoy/cpu/kernels/one_hot.h"
#include "convoy/cpu/kernels/scatter.h"
#include "convoy/cpu/kernels/search.h"
#include "convoy/ops/ops.h"
#include "convoy/ops/rules.h"
#include "convoy/reference/call.h"
#include "convoy/reference/kernels.h"
#include "tests/cpu/blocked_array.h"

namespace convoy::cpu {
namespace {

constexpr std::array dtypes{DType::float32, DType::float64, DType::float16,
                            DType::int32,   DType::uint8,   DType::int64};

DType some_dtype(int i) { return dtypes[static_cast<size_t>(i) % dtypes.size()]; }

/// Small whole numbers, so that ties are many and sums exact.
Tensor numbers(DType dtype, const Extents& extents, std::mt19937& random, bool nan = false) {
  const Tensor whole = Tensor::zeros(DType::float64, extents);
  Tensor drawn = whole.clone();
  for (double& x : drawn.data<double>())
    x = nan && draw(random, 0, 9) == 0 ? std::nan("") : static_cast<double>(draw(random, 0, 9));
  return drawn.cast(dtype);
}

Tensor indices(bool wide, const Extents& extents, int64_t low, int64_t high, std::mt19937& random) {
  Tensor drawn = Tensor::zeros(DType::int64, extents);
  for (int64_t& i : drawn.data<int64_t>()) i = draw(random, low, high);
  return wide ? drawn : drawn.cast(DType::int32);
}

Extents random_extents(std::mt19937& random, int64_t rank, int64_t low = 1) {
  Extents extents;
  for (int64_t a = 0; a < rank; ++a) extents.push_back(draw(random, low, 5));
  return extents;
}

template <class O>
void run_reference(const O& op, std::vector<Tensor> inputs, std::span<Tensor> outputs) {
  const Cancellation cancellation;
  reference::Call call{inputs, outputs, cancellation};
  reference::run(op, call);
}

using reference::count_between;
using reference::strides_of;

TEST(Index, Gather) {
  std::mt19937 random(12);
  for (int i = 0; i < 100; ++i) {
    const int64_t rank = draw(random, 1, 4), axis = draw(random, 0, rank - 1);
    const auto at = static_cast<size_t>(axis);
    const Tensor x = numbers(some_dtype(i), random_extents(random, rank), random);
    const int64_t size = x.extents()[at];
    const Extents picks = i % 20 == 0 ? Extents{600} : random_extents(random, 2, 0);
    const Tensor where = indices(i % 2 == 0, picks, -size, size - 1, random);
    Extents extents = x.extents();
    extents.erase(extents.begin() + axis);
    extents.insert(extents.begin() + axis, picks.begin(), picks.end());
    Tensor y = Tensor::zeros(x.dtype(), extents), expected = y.clone();
    run_reference(Gather{.axis = axis}, {x, where}, {&expected, 1});
    const GatherPlan plan{
        count_between(x.extents(), 0, at),
        size,
        count_between(x.extents(), at + 1, x.extents().size()) * size_of(x.dtype()),
        where.size(),
        axis,
        i % 2 == 0};
    run_in_parts(&gather, plan, GatherArrays{x.raw(), where.raw(), y.raw()}, items(plan), 0, 2);
    ASSERT_TRUE(y.identical(expected));
  }
}

/// Extents of indices for x: shorter or equal, free along the axis.
Extents index_extents(const Tensor& x, int64_t axis, std::mt19937& random) {
  Extents extents;
  for (int64_t a = 0; a < x.rank(); ++a)
    extents.push_back(a == axis ? draw(random, 0, 6) : draw(random, 1, x.extent(a)));
  return extents;
}

TEST(Index, GatherElements) {
  std::mt19937 random(13);
  for (int i = 0; i < 100; ++i) {
    const int64_t rank = draw(random, 1, 4), axis = draw(random, 0, rank - 1);
    const Tensor x = numbers(some_dtype(i), random_extents(random, rank), random);
    const Extents extents = index_extents(x, axis, random);
    const int64_t size = x.extent(axis);
    const Tensor where = indices(i % 2 == 0, extents, -size, size - 1, random);
    Tensor y = Tensor::zeros(x.dtype(), extents), expected = y.clone();
    run_reference(GatherElements{.axis = axis}, {x, where}, {&expected, 1});
    const GatherElementsPlan plan{extents, strides_of(x.extents()), axis,
                                  size,    size_of(x.dtype()),      i % 2 == 0};
    run_in_parts(&gather_elements, plan, GatherArrays{x.raw(), where.raw(), y.raw()}, items(plan),
                 0, 3);
    ASSERT_TRUE(y.identical(expected));
  }
}

TEST(Index, ScatterElements) {
  std::mt19937 random(14);
  for (int i = 0; i < 200; ++i) {
    const int64_t rank = draw(random, 1, 4), axis = draw(random, 0, rank - 1);
    const Tensor x = numbers(some_dtype(i), random_extents(random, rank), random);
    const Extents extents = index_extents(x, axis, random);
    const int64_t size = x.extent(axis);
    const Tensor where = indices(i % 2 == 0, extents, -size, size - 1, random);
    const Tensor updates = numbers(x.dtype(), extents, random);
    const auto reduction = static_cast<ScatterReduction>(i % 3);
    Tensor y = x.clone(), expected = x.clone();
    run_reference(ScatterElements{.axis = axis, .reduction = reduction}, {x, where, updates},
                  {&expected, 1});
    const ScatterElementsPlan plan{reduction, extents, strides_of(x.extents()),
                                   axis,      size,    i % 2 == 0};
    run_in_parts(scatter_elements_kernel(x.dtype()), plan,
                 ScatterArrays{where.raw(), updates.raw(), y.raw()}, items(plan), 0, 2);
    ASSERT_TRUE(y.identical(expected)) << i;
  }
}

// Batches, tuples of 0 to all axes, slices of what is left; the scatter is its counterpart.
TEST(Index, TuplesGatherAndScatter) {
  std::mt19937 random(15);
  for (int i = 0; i < 200; ++i) {
    const int64_t rank = draw(random, 1, 4), batch = draw(random, 0, rank - 1);
    const int64_t length = draw(random, 1, rank - batch);
    const Tensor x = numbers(some_dtype(i), random_extents(random, rank), random);
    Extents shape(x.extents().begin(), x.extents().begin() + batch);
    shape.push_back(draw(random, 0, 4));
    Extents extents = shape;
    shape.push_back(length);
    extents.insert(extents.end(), x.extents().begin() + batch + length, x.extents().end());
    int64_t smallest = 5;
    for (int64_t a = batch; a < batch + length; ++a) smallest = std::min(smallest, x.extent(a));
    const Tensor where = indices(i % 2 == 0, shape, -smallest, smallest - 1, random);
    const Extents strides = strides_of(x.extents());
    const auto first = static_cast<size_t>(batch), last = static_cast<size_t>(batch + length);
    const auto end = x.extents().size();
    const TuplePlan tuples{count_between(x.extents(), 0, first),
                           shape[shape.size() - 2],
                           count_between(x.extents(), first, end),
                           count_between(x.extents(), last, end),
                           {x.extents().begin() + batch, x.extents().begin() + batch + length},
                           {strides.begin() + batch, strides.begin() + batch + length},
                           batch,
                           size_of(x.dtype()),
                           i % 2 == 0};
    Tensor y = Tensor::zeros(x.dtype(), extents), expected = y.clone();
    run_reference(GatherND{.batch_dims = batch}, {x, where}, {&expected, 1});
    run_in_parts(&gather_nd, tuples, GatherArrays{x.raw(), where.raw(), y.raw()}, items(tuples), 0,
                 2);
    ASSERT_TRUE(y.identical(expected));

    const Tensor updates = numbers(x.dtype(), extents, random);
    const ScatterNDPlan plan{static_cast<ScatterReduction>(i % 5), tuples};
    Tensor scattered = x.clone(), wanted = x.clone();
    if (plan.reduction == ScatterReduction::mul) continue;  // products leave exact numbers
    run_reference(ScatterND{.reduction = plan.reduction, .batch_dims = batch}, {x, where, updates},
                  {&wanted, 1});
    run_in_parts(scatter_nd_kernel(x.dtype()), plan,
                 ScatterArrays{where.raw(), updates.raw(), scattered.raw()}, items(plan), 0, 2);
    ASSERT_TRUE(scattered.identical(wanted)) << i;
  }
}

TEST(Index, OutOfRangeIsTheViolationOfTheReference) {
  const Tensor x = Tensor::zeros(DType::float32, {2, 3});
  const Tensor bad = Tensor::of<int64_t>({2}, {0, 3});
  Tensor y = Tensor::zeros(DType::float32, {2, 2});
  const GatherPlan plan{2, 3, 4, 2, 1, true};
  Worker worker;
  try {
    gather(plan, {x.raw(), bad.raw(), y.raw()}, {0, items(plan)}, worker);
    FAIL() << "nothing was thrown";
  } catch (const Violation& violation) {
    EXPECT_EQ(violation.kind, Violation::Kind::index);
    EXPECT_EQ(violation.constraint, 3);
    EXPECT_THAT(violation.message, testing::HasSubstr("index 3 is out of range for axis 1"));
  }
  const OneHotPlan hot = one_hot_plan(1, 3, 2, DType::float32);
  Tensor rows = Tensor::zeros(DType::float32, {3, 2});
  EXPECT_THROW(one_hot_kernel(DType::int64)(hot, {bad.raw(), rows.raw()}, {0, 1}, worker),
               Violation);
  float whole[4];
  const MaxUnpoolPlan unpool{.planes = 1, .pooled = 2, .whole = 3};
  EXPECT_THROW(
      max_unpool_kernel(DType::float32)(
          unpool, {x.data<float>().data(), bad.data<int64_t>().data(), whole}, {0, 1}, worker),
      Violation);
}

TEST(Index, TopKAndArgReduce) {
  std::mt19937 random(16);
  for (int i = 0; i < 150; ++i) {
    const int64_t rank = draw(random, 1, 3), axis = draw(random, 0, rank - 1);
    const auto at = static_cast<size_t>(axis);
    Extents extents = random_extents(random, rank);
    if (i % 10 == 0) extents.back() = 150;
    const bool floating = is_floating(some_dtype(i));
    const Tensor x = numbers(some_dtype(i), extents, random, floating);
    const int64_t outer = count_between(extents, 0, at), size = extents[at];
    const int64_t inner = count_between(extents, at + 1, extents.size());

    const TopKPlan top{outer, size, inner, draw(random, 0, size), i % 2 == 0};
    Extents kept = extents;
    kept[at] = top.k;
    Tensor values = Tensor::zeros(x.dtype(), kept), where = Tensor::zeros(DType::int64, kept);
    std::vector<Tensor> expected{values.clone(), where.clone()};
    run_reference(TopK{.k = top.k, .axis = axis, .largest = top.largest}, {x}, expected);
    run_in_parts(top_k_kernel(x.dtype()), top,
                 TopKArrays{x.raw(), values.raw(), where.data<int64_t>().data()}, items(top),
                 scratch_bytes(top), 2);
    ASSERT_TRUE(where.identical(expected[1]));
    ASSERT_TRUE(values.identical(expected[0]));

    const ArgReducePlan arg{outer, size, inner, static_cast<ArgReduceKind>(i % 2), i % 3 == 0};
    extents[at] = 1;
    Tensor found = Tensor::zeros(DType::int64, extents), wanted = found.clone();
    run_reference(
        ArgReduce{
            .kind = arg.kind, .axis = axis, .keepdims = true, .last_of_ties = arg.last_of_ties},
        {x}, {&wanted, 1});
    run_in_parts(arg_reduce_kernel(x.dtype()), arg,
                 ArgReduceArrays{x.raw(), found.data<int64_t>().data()}, items(arg), 0, 2);
    ASSERT_TRUE(found.identical(wanted));
  }
}

TEST(Index, OneHotAndIota) {
  std::mt19937 random(17);
  for (int i = 0; i < 60; ++i) {
    const DType dtype = some_dtype(i);
    const Tensor where = indices(i % 2 == 0, {3, 4}, 0, 6, random);
    const int64_t axis = draw(random, 0, 2);
    Extents extents = where.extents();
    extents.insert(extents.begin() + axis, 7);
    Tensor y = Tensor::full(dtype, extents, 5), expected = y.clone();
    run_reference(OneHot{.depth = 7, .axis = axis, .dtype = dtype}, {where}, {&expected, 1});
    const auto at = static_cast<size_t>(axis);
    const OneHotPlan plan =
        one_hot_plan(count_between(extents, 0, at), 7, count_between(extents, at + 1, 3), dtype);
    run_in_parts(one_hot_kernel(where.dtype()), plan, OneHotArrays{where.raw(), y.raw()},
                 items(plan), 0, 2);
    ASSERT_TRUE(y.identical(expected));

    Tensor counted = Tensor::zeros(dtype, {i * 300}), count = counted.clone();
    run_reference(Iota{.dtype = dtype}, {}, {&count, 1});
    const IotaPlan iota{counted.size()};
    run_in_parts(iota_kernel(dtype), iota, IotaArrays{counted.raw()}, items(iota), 0, 2);
    ASSERT_TRUE(counted.identical(count));
  }
}

TEST(Index, MaxUnpoolAndItsGradient) {
  std::mt19937 random(18);
  for (int i = 0; i < 60; ++i) {
    const bool accumulate = i % 2 == 0;
    const DType dtype = std::array{DType::float32, DType::float64, DType::int8,
                                   DType::uint64}[static_cast<size_t>(i) % 4];
    const Tensor x = numbers(dtype, {2, 3, 4}, random);
    const Tensor where = indices(true, {2, 3, 4}, 0, 6, random);
    const MaxUnpoolPlan plan{6, 4, 7, accumulate};
    Tensor y = Tensor::full(dtype, {2, 3, 7}, 5), expected = y.clone();
    run_reference(MaxUnpool{.output_size = {7}, .accumulate = accumulate}, {x, where},
                  {&expected, 1});
    const int64_t* at = where.data<int64_t>().data();
    run_in_parts(max_unpool_kernel(dtype), plan, MaxUnpoolArrays{x.raw(), at, y.raw()}, items(plan),
                 0, 2);
    ASSERT_TRUE(y.identical(expected));
    Tensor grad = Tensor::full(dtype, {2, 3, 4}, 5), wanted = grad.clone();
    run_reference(MaxUnpoolGrad{.accumulate = accumulate}, {y, where}, {&wanted, 1});
    run_in_parts(max_unpool_grad_kernel(dtype), plan, MaxUnpoolArrays{y.raw(), at, grad.raw()},
                 items(plan), grad_scratch_bytes(plan), 2);
    ASSERT_TRUE(grad.identical(wanted));
  }
}

TEST(Index, NonMaxSuppressionKeepsTheSameBoxesInTheSameOrder) {
  std::mt19937 random(19);
  for (int i = 0; i < 60; ++i) {
    const DType dtype = i % 2 == 0 ? DType::float32 : DType::float64;
    const int64_t batch = i % 3, classes = 1 + i % 4,
                  count = std::array{0, 1, 7, 40}[static_cast<size_t>(i) % 4];
    NonMaxSuppression op{.max_output_boxes_per_class = i % 7, .iou_threshold = 0.1 * (i % 8)};
    if (i % 5 > 0) op.score_threshold = i % 5 - 3;
    op.center_point_box = i % 9 > 4;
    const Tensor boxes = numbers(dtype, {batch, count, 4}, random);
    const Tensor scores = numbers(dtype, {batch, classes, count}, random);  // with ties
    const SuppressionPlan plan{op, batch, classes, count};
    const Tensor rows = Tensor::full(DType::int64, {batch * classes * plan.most(), 3}, 7);
    std::vector<Tensor> expected{rows.clone(), Tensor::full(DType::int64, {}, 7)};
    run_reference(op, {boxes, scores}, expected);
    Tensor kept = Tensor::full(DType::int64, {batch * classes, plan.most() + 1}, -9);
    run_in_parts(suppression_kernel(dtype), plan,
                 SuppressionArrays{boxes.raw(), scores.raw(), kept.data<int64_t>().data()},
                 items(plan), scratch_bytes(plan), 3);
    Tensor selected = rows.clone(), number = Tensor::full(DType::int64, {}, 7);
    Worker worker;
    write_selected(plan,
                   {kept.data<int64_t>().data(), selected.data<int64_t>().data(),
                    number.data<int64_t>().data()},
                   {0, 1}, worker);
    ASSERT_TRUE(selected.identical(expected[0])) << "case " << i;
    ASSERT_TRUE(number.identical(expected[1])) << "case " << i;
  }
}

}  // namespace
}  // namespace convoy::cpu
