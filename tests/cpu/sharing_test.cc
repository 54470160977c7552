// Pieces of steps shared out among threads: each is run once, whoever runs it.
#include "convoy/cpu/sharing.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "convoy/cpu/threads.h"

namespace convoy::cpu {
namespace {

/// How often each piece was run, of one step.
using Runs = std::vector<std::atomic<int>>;

void run_by(Runs& runs, Range range) {
  ASSERT_LT(range.begin, range.end);
  for (int64_t i = range.begin; i < range.end; ++i) ++runs[static_cast<size_t>(i)];
}

TEST(Sharing, every_piece_is_run_once) {
  constexpr int steps = 40;
  for (const int count : {1, 2, 3, 5})
    for (const int64_t grain : {0, 1, 2, 7}) {
      std::vector<Runs> runs;
      for (int64_t s = 0; s < steps; ++s) runs.emplace_back(static_cast<size_t>(s * s % 67));
      Sharing sharing(static_cast<size_t>(count));
      Barrier barrier;
      std::vector<std::thread> threads;
      for (int call = 0; call < 2; ++call) {  // an even or odd number of steps may come before
        sharing.reset();
        for (int index = 0; index < count; ++index)
          threads.emplace_back([&, index] {
            for (size_t s = 0; s < static_cast<size_t>(steps - call); ++s) {
              sharing.each(s, static_cast<int64_t>(runs[s].size()), grain, index, count,
                           [&](Range range) { run_by(runs[s], range); });
              barrier.wait(count);
            }
          });
        for (std::thread& thread : threads) thread.join();
        threads.clear();
      }
      for (size_t s = 0; s < static_cast<size_t>(steps); ++s)
        for (const std::atomic<int>& times : runs[s])
          ASSERT_EQ(times, s + 1 < steps ? 2 : 1)
              << "step " << s << ", " << count << " threads, grain " << grain;
    }
}

TEST(Sharing, others_do_what_a_late_thread_has_not_begun) {
  Sharing sharing(2);
  sharing.reset();
  Runs runs(20);
  // Thread 0 alone is there: its own ten, and half of what is the other's.
  sharing.each(0, 20, 1, 0, 2, [&](Range range) { run_by(runs, range); });
  EXPECT_EQ(std::count(runs.begin(), runs.end(), 1), 15);
  sharing.each(0, 20, 1, 1, 2, [&](Range range) {
    EXPECT_EQ(range.end - range.begin, 5);
    run_by(runs, range);
  });
  EXPECT_EQ(std::count(runs.begin(), runs.end(), 1), 20);
}

TEST(Sharing, shares_stay_whole_where_they_have_to) {
  Sharing sharing(2);
  sharing.reset();
  std::vector<int64_t> sizes;
  for (int index = 0; index < 2; ++index)
    sharing.each(0, 9, 0, index, 2, [&](Range range) { sizes.push_back(range.end - range.begin); });
  EXPECT_EQ(sizes, (std::vector<int64_t>{4, 5}));
}

}  // namespace
}  // namespace convoy::cpu
