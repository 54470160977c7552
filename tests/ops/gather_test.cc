// Picking and putting by index: readable examples, and indices out of range found while running.
#include "convoy/ops/gather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/graph/value.h"
#include "convoy/ops/gather_nd.h"
#include "convoy/ops/scatter_elements.h"
#include "convoy/ops/scatter_nd.h"

namespace convoy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<double> numbers(const Value& value) {
  const Tensor result = compile({}, {value}, {.backend = "reference"})({})[0];
  std::vector<double> list;
  for (int64_t i = 0; i < result.size(); ++i) list.push_back(result.at(i));
  return list;
}

Value vector(std::initializer_list<double> elements) {
  return constant(Tensor::of<double>({static_cast<int64_t>(elements.size())}, elements));
}

Value indices(Extents extents, std::initializer_list<int64_t> elements) {
  return constant(Tensor::of<int64_t>(std::move(extents), elements));
}

TEST(Gather, CountsNegativeIndicesFromTheBack) {
  EXPECT_THAT(numbers(gather(vector({5, 6, 7}), indices({3}, {0, -1, -3}))), ElementsAre(5, 7, 5));
}

TEST(Gather, NamesTheIndexThatIsOutOfRange) {
  const Value i = input("i", {DType::int64, {1}});
  const Function pick = compile({i}, {gather(vector({5, 6, 7}), i, 0)}, {.backend = "reference"});
  try {
    pick({Tensor::of<int64_t>({1}, {3})});
    FAIL() << "index 3 of 3 was accepted";
  } catch (const IndexError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("gather (C3): index 3 is out of range for axis 0 of size 3"));
  }
}

TEST(Scatter, LastUpdateStaysOrAllAreAdded) {
  const Value x = vector({1, 2, 3}), i = indices({3}, {0, 2, -3}), u = vector({10, 20, 30});
  EXPECT_THAT(numbers(scatter_elements(x, i, u)), ElementsAre(30, 2, 20));
  EXPECT_THAT(numbers(scatter_elements(x, i, u, 0, ScatterReduction::add)), ElementsAre(41, 2, 23));
  EXPECT_THAT(numbers(scatter_nd(x, indices({3, 1}, {0, 2, -3}), u, ScatterReduction::max)),
              ElementsAre(30, 2, 20));
}

TEST(GatherND, RefusesTuplesLongerThanTheRank) {
  EXPECT_THROW(gather_nd(vector({1}), indices({1, 2}, {0, 0})), ShapeError);
  EXPECT_THROW(gather_nd(vector({1}), indices({}, {0})), ValueError);
}

}  // namespace
}  // namespace convoy
