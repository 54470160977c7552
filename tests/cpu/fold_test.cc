// Columns summed back, against the reference on random windows, in one piece and in several.
#include "convoy/cpu/kernels/fold.h"

#include <gtest/gtest.h>

#include "convoy/base/cancellation.h"
#include "convoy/base/checked.h"
#include "convoy/base/tensor.h"
#include "convoy/ops/fold.h"
#include "convoy/ops/patches.h"
#include "convoy/reference/call.h"
#include "convoy/reference/kernels.h"
#include "tests/cpu/blocked_array.h"

namespace convoy::cpu {
namespace {

TEST(Fold, IsTheReferences) {
  std::mt19937 random(3);
  constexpr std::array dtypes{DType::float32, DType::float64, DType::float16, DType::int8,
                              DType::uint64};
  for (int i = 0; i < 100; ++i) {
    const DType dtype = dtypes[static_cast<size_t>(i) % dtypes.size()];
    Fold op;
    FoldPlan plan{.planes = 3};
    std::vector<Padding::Sides> sides;
    for (int64_t a = draw(random, 1, 3); a > 0; --a) {
      FoldAxis axis{.size = draw(random, 3, 7),
                    .kernel = draw(random, 1, 3),
                    .stride = draw(random, 1, 3),
                    .dilation = draw(random, 1, 2),
                    .begin = draw(random, 0, 4)};
      sides.emplace_back(axis.begin, draw(random, 2, 3));
      op.output_size.emplace_back(axis.size);
      op.kernel.push_back(axis.kernel);
      op.stride.push_back(axis.stride);
      op.dilation.push_back(axis.dilation);
      plan.axes.push_back(axis);
    }
    op.padding = Padding(sides);
    const Extents positions = to_extents(patch_positions(op, op.output_size, {}));
    for (size_t a = 0; a < positions.size(); ++a) plan.axes[a].positions = positions[a];
    Extents whole = to_extents(op.output_size);
    whole.insert(whole.begin(), {1, 3});
    Tensor numbers =
        Tensor::zeros(DType::float64, {1, 3 * element_count(op.kernel), element_count(positions)});
    for (double& x : numbers.data<double>()) x = static_cast<double>(draw(random, -99, 99)) / 8;
    const Tensor x = numbers.cast(dtype);
    Tensor y = Tensor::zeros(dtype, whole), expected = y.clone();
    const Cancellation none;
    std::vector<Tensor> inputs{x};
    reference::Call call{inputs, {&expected, 1}, none};
    reference::run(op, call);
    run_in_parts(fold_kernel(dtype), plan, FoldArrays{x.raw(), y.raw()}, items(plan),
                 scratch_bytes(plan), 2);
    ASSERT_TRUE(y.identical(expected)) << "case " << i;
  }
}

}  // namespace
}  // namespace convoy::cpu
