// Plans and profiles as data: what is summed, what is the median, what is printed.
#include "convoy/compile/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/compile/function.h"
#include "convoy/ops/unary.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

PlanDescription::Step step(std::string kind, std::string algorithm, int64_t flops) {
  const Type type{DType::float32, {Dim(2), Dim(8)}};
  return {.nodes = {{kind, "n"}, {"relu", "act"}},
          .algorithm = std::move(algorithm),
          .reads = {{type, "plain", 64}, {type, "blocked", 128}},
          .writes = {{type, "plain", 64}},
          .flops = flops};
}

/// Two threads and three steps, of which the second is one thread's alone; times grow by `scale`.
Timeline timeline(int64_t scale) {
  return {
      .threads = {{{1 * scale, 10 * scale}, {0, 0}, {31 * scale, 40 * scale}},
                  {{2 * scale, 12 * scale}, {13 * scale, 30 * scale}, {32 * scale, 38 * scale}}},
      .total = 50 * scale};
}

Profile example() {
  Profile profile;
  profile.plan.steps = {step("conv", "direct", 1000), step("softmax", "rows", 0),
                        step("conv", "direct", 500)};
  profile.peak = {.flops = 1e12, .bytes = 1e10};
  profile.runs = {timeline(3), timeline(1), timeline(2)};
  return profile;
}

TEST(Profile, TakesMediansOverRunsFromFirstStartToLastEnd) {
  const Profile profile = example();
  EXPECT_DOUBLE_EQ(profile.seconds(), 100e-9);
  const std::vector<double> seconds = profile.step_seconds();
  ASSERT_EQ(seconds.size(), 3u);
  EXPECT_DOUBLE_EQ(seconds[0], 2 * 11e-9);
  EXPECT_DOUBLE_EQ(seconds[1], 2 * 17e-9);
  EXPECT_DOUBLE_EQ(seconds[2], 2 * 9e-9);
}

TEST(Profile, SumsKindsAndPutsTheLongestFirst) {
  const std::vector<KindProfile> kinds = by_kind(example());
  ASSERT_EQ(kinds.size(), 2u);
  EXPECT_EQ(kinds[0].kind, "conv, direct");
  EXPECT_EQ(kinds[0].steps, 2);
  EXPECT_EQ(kinds[0].flops, 1500);
  EXPECT_EQ(kinds[0].bytes, 2 * 256);
  EXPECT_DOUBLE_EQ(kinds[0].seconds, 40e-9);
  EXPECT_EQ(kinds[1].kind, "softmax, rows");
}

TEST(Profile, TracesTheRunInTheMiddleWithATrackForEachThread) {
  const std::string trace = chrome_trace(example());
  EXPECT_THAT(trace, HasSubstr(R"("name":"thread 1")"));
  EXPECT_THAT(trace, HasSubstr(R"("ts":0.026,"dur":0.034)"));  // of the run whose scale is 2
  EXPECT_THAT(trace, HasSubstr(R"("name":"conv 'n' + relu 'act'")"));
}

TEST(Profile, IsOfBackendsThatHaveAPlan) {
  const Value x = input("x", {DType::float32, {2}});
  const Function f = compile({x}, {exp(x)}, {.backend = "reference"});
  EXPECT_THROW(f.plan({{2}}), NotSupportedError);
  EXPECT_THROW(f.profile(std::vector<Tensor>{Tensor::zeros(DType::float32, {2})}),
               NotSupportedError);
}

TEST(PlanDescription, AddsUpAndPrintsALineForEachStep) {
  PlanDescription plan = example().plan;
  plan.fallbacks = {{"gather", "pick"}};
  plan.preparation = {step("conv", "pack weights", 0)};
  plan.steps[0].nodes[0].name = std::string(100, 'x') + "ü";
  EXPECT_EQ(plan.flops(), 1500);
  EXPECT_EQ(plan.steps[0].bytes_read(), 192);
  EXPECT_EQ(plan.steps[0].bytes_written(), 64);
  const std::string text = to_string(plan);
  EXPECT_THAT(text, HasSubstr("3 steps: 1.50 kFLOP, 576 bytes read, 192 bytes written"));
  EXPECT_THAT(text, HasSubstr("1 nodes run as on the backend reference:"));
  EXPECT_THAT(text, HasSubstr("gather 'pick'"));
  EXPECT_THAT(text, HasSubstr("blocked float32[2,8] -> plain float32[2,8]"));
  EXPECT_THAT(text, HasSubstr("pack weights"));
}

}  // namespace
}  // namespace convoy
