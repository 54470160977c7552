#include "convoy/compile/update_room.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "convoy/base/tensor_identity.h"
#include "convoy/compile/function.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/conv.h"

namespace convoy {
namespace {

const Type type{DType::float32, {3, 5}};

TEST(UpdateRoom, GivesTheMemoryOfAValueThatNobodyHolds) {
  UpdateRoom room(2);
  std::optional<Tensor> first = room.make(0, type);
  const void* const memory = first->raw();
  EXPECT_EQ(first->type(), type);
  EXPECT_NE(room.make(1, type).raw(), memory);
  EXPECT_NE(room.make(0, type).raw(), memory) << "it is held";
  const Tensor copy = first->reshaped({15});
  first.reset();
  std::vector<Tensor> others{room.make(0, type), room.make(0, type)};
  for (const Tensor& other : others) EXPECT_NE(other.raw(), copy.raw()) << "a copy holds it";
}

TEST(UpdateRoom, UsesItAgainForTheSameParameterAlone) {
  UpdateRoom room(2);
  const void* const memory = room.make(0, type).raw();
  const Tensor other = room.make(1, type), same = room.make(0, type);
  EXPECT_EQ(same.raw(), memory);
  EXPECT_NE(other.raw(), memory);
}

TEST(UpdateRoom, KeepsOneSpareForAParameter) {
  UpdateRoom room(1);
  std::vector<const void*> memory;
  {
    std::vector<Tensor> values;
    for (int i = 0; i < 3; ++i) values.push_back(room.make(0, type));
    for (const Tensor& value : values) memory.push_back(value.raw());
  }
  const Tensor spare = room.make(0, type);
  EXPECT_NE(std::ranges::find(memory, spare.raw()), memory.end());
}

TEST(UpdateRoom, AValueOutlivesIt) {
  std::optional<Tensor> value;
  {
    UpdateRoom room(1);
    value = room.make(0, type);
    value->data<float>()[14] = 7;
  }
  EXPECT_EQ(value->at(14), 7);
}

TEST(UpdateRoom, WhoRemembersAValueIsNotDeceivedByTheNextInItsMemory) {
  UpdateRoom room(1);
  std::optional<Tensor> value = room.make(0, type);
  const TensorIdentity seen(*value);
  EXPECT_TRUE(seen.is_of(*value));
  EXPECT_TRUE(seen.is_of(value->reshaped({15})));
  EXPECT_FALSE(TensorIdentity().is_of(*value));
  const void* const memory = value->raw();
  value.reset();
  const Tensor next = room.make(0, type);
  ASSERT_EQ(next.raw(), memory);
  EXPECT_FALSE(seen.is_of(next));
}

TEST(UpdateRoom, ServesManyThreads) {
  UpdateRoom room(1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&room, t] {
      for (int i = 0; i < 2000; ++i) {
        Tensor value = room.make(0, type);
        for (float& x : value.data<float>()) x = static_cast<float>(t);
        for (const float x : value.data<float>()) ASSERT_EQ(x, static_cast<float>(t));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

class UpdateRoomOfFunctions : public ::testing::TestWithParam<const char*> {};

// Another function that reads the parameter has to see every value, and a value that somebody holds
// stays what it was.
TEST_P(UpdateRoomOfFunctions, EveryReaderSeesTheValueOfItsTime) {
  const auto w =
      std::make_shared<ParameterState>("w", Tensor::full(DType::float32, {1, 3, 1, 1}, 1), true);
  const Value x = input("x", {DType::float32, {1, 3, 4, 4}});
  const CompileOptions on{.backend = GetParam()};
  CompileOptions training = on;
  training.updates.emplace_back(w, mul(parameter(w), scalar(2, DType::float32)));
  const Function step = compile({}, std::vector<Value>{}, training);
  const Function forward = compile({x}, {conv(x, parameter(w))}, on);
  Context context = forward.new_context();
  const std::vector<Tensor> in{Tensor::full(DType::float32, {1, 3, 4, 4}, 1)};
  std::vector<Tensor> out{Tensor(DType::float32, {1, 1, 4, 4})};
  std::vector<std::shared_ptr<const Tensor>> held;
  double value = 1;
  for (int i = 0; i < 12; ++i, value *= 2) {
    forward.run_into(context, in, out);
    ASSERT_EQ(out[0].at(5), 3 * value) << i;
    ASSERT_EQ(forward(in)[0].at(5), 3 * value) << i;
    if (i % 3 == 1) held.push_back(w->value());
    step({});
  }
  for (size_t k = 0; k < held.size(); ++k)
    EXPECT_EQ(held[k]->at(0), 2 * (int64_t{1} << (3 * k))) << k;
}

INSTANTIATE_TEST_SUITE_P(Backends, UpdateRoomOfFunctions, ::testing::Values("reference", "cpu"));

}  // namespace
}  // namespace convoy
