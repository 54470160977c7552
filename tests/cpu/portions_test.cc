// What preparations read of parameters and constants, and how much of it at once.
#include "convoy/cpu/portions.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace convoy::cpu {
namespace {

Array floats(size_t buffer, int64_t count) {
  return {.buffer = buffer, .dtype = DType::float32, .extents = {count}};
}

/// Sources of random sizes, some read by several steps, some by calls as well.
Plan random_plan(std::mt19937& random) {
  const auto below = [&](size_t count) {
    return std::uniform_int_distribution<size_t>(0, count - 1)(random);
  };
  Plan plan;
  constexpr size_t sources = 30;
  std::vector<Array> arrays;
  for (size_t b = 0; b < sources; ++b) {
    plan.buffers.push_back({.place = b % 3 == 0 ? Buffer::Place::constant : Buffer::Place::input});
    arrays.push_back(floats(b, static_cast<int64_t>(1 + below(b % 7 == 0 ? 2000000 : 200000))));
  }
  plan.buffers.push_back({.place = Buffer::Place::prepared});
  const Array packed = floats(sources, 10);
  for (size_t s = 0; s < 40; ++s) {
    Step step{.reads = {packed}};
    for (size_t r = below(4); r > 0; --r) step.reads.push_back(arrays[below(sources)]);
    plan.preparation.push_back(std::move(step));
  }
  for (size_t s = 0; s < 5; ++s) plan.steps.push_back({.reads = {packed, arrays[below(sources)]}});
  return plan;
}

TEST(Portions, AreAllOfThePreparationInOrder) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    const Plan plan = random_plan(random);
    size_t at = 0;
    for (const Portion& portion : portions_of(plan)) {
      EXPECT_EQ(portion.begin, at);
      EXPECT_GT(portion.end, portion.begin);
      at = portion.end;
    }
    EXPECT_EQ(at, plan.preparation.size());
  }
  EXPECT_TRUE(portions_of(Plan{}).empty());
}

TEST(Portions, HaveWhatTheirStepsReadAndNoCallDoes) {
  std::mt19937 random(2);
  for (int round = 0; round < 50; ++round) {
    const Plan plan = random_plan(random);
    std::set<size_t> called;
    for (const Step& step : plan.steps)
      for (const Array& array : step.reads) called.insert(array.buffer);
    for (const Portion& portion : portions_of(plan)) {
      std::set<size_t> wanted;
      for (size_t s = portion.begin; s < portion.end; ++s)
        for (const Array& array : plan.preparation[s].reads)
          if (plan.buffers[array.buffer].place != Buffer::Place::prepared &&
              !called.contains(array.buffer))
            wanted.insert(array.buffer);
      EXPECT_EQ(std::set(portion.sources.begin(), portion.sources.end()), wanted);
      EXPECT_EQ(portion.sources.size(), wanted.size()) << "each is there once";
    }
  }
}

TEST(Portions, OfSeveralStepsReadLittleAtOnce) {
  std::mt19937 random(3);
  size_t several = 0;
  for (int round = 0; round < 50; ++round) {
    const Plan plan = random_plan(random);
    std::vector<int64_t> bytes(plan.buffers.size());
    for (const Step& step : plan.preparation)
      for (const Array& array : step.reads) bytes[array.buffer] = array.bytes();
    for (const Portion& portion : portions_of(plan)) {
      int64_t sum = 0, largest = 0;
      for (const size_t b : portion.sources) sum += bytes[b];
      for (size_t s = portion.begin; s < portion.end; ++s) {
        int64_t step = 0;
        for (const Array& array : plan.preparation[s].reads) step += array.bytes();
        largest = std::max(largest, step);
      }
      EXPECT_LE(sum, std::max(largest, int64_t{4} << 20));
      several += portion.end - portion.begin > 1;
    }
  }
  EXPECT_GT(several, 50u);
}

}  // namespace
}  // namespace convoy::cpu
