// Thousands of calls leave the process as large as a few hundred did.
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "convoy/compile/function.h"
#include "convoy/models/models.h"
#include "tests/support/sanitizer.h"

namespace convoy {
namespace {

/// Bytes of heap and mappings that are resident; 0 where the system does not tell.
int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * 4096;
}

TEST(Soak, TenThousandCallsDoNotGrow) {
  if (sanitizer_owns_malloc) GTEST_SKIP() << "a sanitizer keeps what is freed";
  const models::Model model = models::build("lenet", {.height = 28, .width = 28});
  const Function f = compile(model.graph, {.backend = "cpu", .cpu = {.threads = 2}});
  const Tensor x = Tensor::full(DType::float32, to_extents(model.graph.inputs[0].shape()), .5);
  const Tensor first = f({x})[0];
  Context context = f.new_context();
  std::vector<Tensor> outputs{Tensor(first.dtype(), first.extents())};
  // Calls of all kinds: with a context that is kept, with one for each, and without.
  const auto call = [&](int i) {
    if (i % 10 == 0)
      EXPECT_TRUE(f({x})[0].identical(first));
    else if (i % 10 == 1) {
      Context once = f.new_context();
      f.run_into(once, std::span(&x, 1), outputs);
    } else
      f.run_into(context, std::span(&x, 1), outputs);
  };
  for (int i = 0; i < 500; ++i) call(i);
  const int64_t before = resident_bytes();
  for (int i = 0; i < 10'000; ++i) call(i);
  EXPECT_TRUE(outputs[0].identical(first));
  EXPECT_LE(resident_bytes() - before, 2 << 20);
}

TEST(Soak, ShapesThatTakeTurnsDoNotGrow) {
  if (sanitizer_owns_malloc) GTEST_SKIP() << "a sanitizer keeps what is freed";
  const Dim height = Dim::symbol("H");
  const models::Model model =
      models::build("resnet18", {.classes = 10, .height = height, .width = height});
  // Of three shapes two stay compiled, so that in every third call a plan comes and another goes.
  const Function f =
      compile(model.graph, {.backend = "cpu", .specialization_limit = 2, .cpu = {.threads = 2}});
  std::vector<Tensor> x, first;
  for (const int64_t size : {32, 33, 40}) {
    x.push_back(Tensor::full(DType::float32, {1, 3, size, size}, .5));
    first.push_back(f({x.back()})[0]);
  }
  // The first shape again and again, the others in turn: 0 1 0 2 0 1 …
  const auto call = [&](size_t i) {
    const size_t which = i % 2 == 0 ? 0 : 1 + i / 2 % 2;
    EXPECT_TRUE(f({x[which]})[0].identical(first[which]));
  };
  for (size_t i = 0; i < 60; ++i) call(i);
  const int64_t before = resident_bytes();
  for (size_t i = 0; i < 200; ++i) call(i);
  EXPECT_LE(f.specializations(), 2u);
  // A plan that stayed would take tens of MiB with its packed weights.
  EXPECT_LE(resident_bytes() - before, 8 << 20);
}

}  // namespace
}  // namespace convoy
