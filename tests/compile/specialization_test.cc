// Which specializations stay, and which one goes.
#include "convoy/compile/specialization.h"

#include <gtest/gtest.h>

namespace convoy {
namespace {

TEST(SpecializationCache, KeepsWhatWasUsedLast) {
  SpecializationCache cache(2);
  int made = 0;
  const auto use = [&](int64_t size) {
    const std::vector<Extents> extents{{size}};
    return cache.find_or_make(extents, [&] {
      ++made;
      return std::make_shared<const Specialization>(
          extents, Graph({}, std::vector<Value>{scalar(1, DType::float64)}),
          find_backend("reference"), CompileOptions{});
    });
  };
  const auto first = use(1);
  use(2);
  EXPECT_EQ(use(1), first);
  EXPECT_EQ(made, 2);
  use(3);  // 2 goes: 1 was used after it
  EXPECT_EQ(use(1), first);
  EXPECT_EQ(made, 3);
  use(2);  // 3 goes
  EXPECT_EQ(use(1), first);
  EXPECT_EQ(made, 4);
  EXPECT_EQ(cache.size(), 2u);
}

}  // namespace
}  // namespace convoy
