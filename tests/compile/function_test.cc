// What a Function promises to those who call it: shapes, names, limits, memory.
#include "convoy/compile/function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convoy/base/error.h"
#include "convoy/ops/binary.h"
#include "convoy/ops/conv.h"
#include "convoy/ops/reduce.h"
#include "convoy/ops/reshape.h"
#include "convoy/ops/unary.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value vector_input(const std::string& name) {
  return input(name, {DType::float64, {Dim::symbol("N")}});
}

Tensor ramp(int64_t count) {
  Tensor tensor(DType::float64, {count});
  for (int64_t i = 0; i < count; ++i) tensor.data<double>()[static_cast<size_t>(i)] = double(i + 1);
  return tensor;
}

template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(Function, SpecialisesItselfToTheShapesOfEachCallAndKeepsThem) {
  const Value x = vector_input("x");
  const Function f = compile({x}, {reduce_sum(x)});
  EXPECT_EQ(f.specializations(), 0u);
  EXPECT_EQ(f({ramp(3)})[0].at(0), 6);
  EXPECT_EQ(f({ramp(4)})[0].at(0), 10);
  EXPECT_EQ(f({ramp(3)})[0].at(0), 6);
  EXPECT_EQ(f.specializations(), 2u);
}

TEST(Function, DropsTheSpecialisationThatWasNotUsedForTheLongestTime) {
  const Value x = vector_input("x");
  const Function f = compile({x}, {reduce_sum(x)}, {.specialization_limit = 2});
  for (const int64_t count : {1, 2, 1, 3, 1, 5, 4, 1})
    EXPECT_EQ(f({ramp(count)})[0].at(0), double(count * (count + 1)) / 2);
  EXPECT_EQ(f.specializations(), 2u);
}

TEST(Function, OneSymbolHasOneSize) {
  const Value x = vector_input("x"), y = vector_input("y");
  const Function f = compile({x, y}, {add(x, y)});
  EXPECT_THAT(message_of<ShapeError>([&] { f({ramp(3), ramp(4)}); }),
              AllOf(HasSubstr("'y'"), HasSubstr("'N' is 3 elsewhere")));
}

TEST(Function, RulesAreCheckedAgainWhenSizesBecomeKnown) {
  const Value x = input("x", {DType::float32, {1, 1, Dim::symbol("H")}});
  const Value w = constant(Tensor::full(DType::float32, {1, 1, 5}, 1));
  const Function f = compile({x}, {conv(x, w, {}, "stem")});
  EXPECT_EQ(f({Tensor::full(DType::float32, {1, 1, 5}, 1)})[0].at(0), 5);
  EXPECT_THAT(message_of<ShapeError>([&] { f({Tensor::zeros(DType::float32, {1, 1, 4})}); }),
              AllOf(HasSubstr("conv 'stem' (C8)"), HasSubstr("float32[1,1,4]")));
}

TEST(Function, RefusesArraysThatDoNotFit) {
  const Value x = input("x", {DType::float32, {2, 3}});
  const Function f = compile({x}, {exp(x)});
  EXPECT_THROW(f({}), ValueError);
  EXPECT_THROW(f({Tensor::zeros(DType::float64, {2, 3})}), TypeError);
  EXPECT_THROW(f({Tensor::zeros(DType::float32, {2, 3, 1})}), ShapeError);
  EXPECT_THROW(f({Tensor::zeros(DType::float32, {3, 2})}), ShapeError);
}

TEST(Function, NeedsEveryInputListedOnce) {
  const Value x = vector_input("x"), y = vector_input("y");
  EXPECT_THAT(message_of<ValueError>([&] { compile({x}, {add(x, y)}); }), HasSubstr("'y'"));
  EXPECT_THAT(message_of<ValueError>([&] { compile({x, x}, {exp(x)}); }),
              HasSubstr("'x' is listed twice"));
  const auto p = std::make_shared<ParameterState>("p", ramp(2), true);
  EXPECT_THROW(compile({x}, {x}, {.updates = {{p, y}}}), Error);
}

TEST(Function, TakesInputsItDoesNotNeedAndOutputsThatAreInputs) {
  const Value x = vector_input("x"), unused = vector_input("unused");
  const Function f = compile({unused, x}, {x, x, scalar(2, DType::float64)});
  const auto results = f({ramp(2), ramp(2)});
  EXPECT_TRUE(results[0].identical(ramp(2)) && results[1].identical(ramp(2)));
  EXPECT_EQ(results[2].at(0), 2);
}

TEST(Function, TakesInputsByName) {
  const Value x = vector_input("x"), y = vector_input("y");
  const Function f = compile({x, y}, {sub(x, y)});
  const auto difference = f.call({{"y", ramp(2)}, {"x", Tensor::zeros(DType::float64, {2})}})[0];
  EXPECT_THAT(difference.data<double>(), ElementsAre(-1, -2));
  EXPECT_THAT(message_of<ValueError>([&] { f.call({{"x", ramp(2)}}); }),
              HasSubstr("'y' is missing"));
  EXPECT_THAT(
      message_of<ValueError>([&] { f.call({{"x", ramp(2)}, {"y", ramp(2)}, {"z", ramp(2)}}); }),
      AllOf(HasSubstr("'z'"), HasSubstr("x, y")));
  const Function twice = compile({x, vector_input("x")}, {x});
  EXPECT_THROW(twice.call({{"x", ramp(2)}}), ValueError);
}

TEST(Function, RunsIntoBuffersOfTheCaller) {
  const Value x = vector_input("x");
  const Function f = compile({x}, {mul(x, x), neg(x)});
  Context context = f.new_context();
  std::vector<Tensor> room{Tensor::zeros(DType::float64, {3}), Tensor::zeros(DType::float64, {3})};
  const void* buffer = room[0].raw();
  f.run_into(context, std::vector{ramp(3)}, room);
  EXPECT_EQ(room[0].raw(), buffer);
  EXPECT_THAT(room[0].data<double>(), ElementsAre(1, 4, 9));
  EXPECT_THAT(room[1].data<double>(), ElementsAre(-1, -2, -3));
  // The same context serves other shapes, and other functions.
  std::vector<Tensor> smaller{Tensor::zeros(DType::float64, {2}),
                              Tensor::zeros(DType::float64, {2})};
  f.run_into(context, std::vector{ramp(2)}, smaller);
  EXPECT_THAT(smaller[0].data<double>(), ElementsAre(1, 4));
  const Function g = compile({x}, {exp(x), x});
  g.run_into(context, std::vector{Tensor::zeros(DType::float64, {2})}, smaller);
  EXPECT_THAT(smaller[0].data<double>(), ElementsAre(1, 1));
}

TEST(Function, RefusesRoomThatDoesNotFitOrOverlaps) {
  const Value x = vector_input("x");
  const Function f = compile({x}, {exp(x), neg(x)});
  Context context = f.new_context();
  const Tensor in = ramp(3), out = ramp(3);
  const auto into = [&](std::vector<Tensor> room) { f.run_into(context, std::vector{in}, room); };
  EXPECT_THROW(into({out}), ValueError);
  EXPECT_THROW(into({out, ramp(2)}), ShapeError);
  EXPECT_THROW(into({out, Tensor::zeros(DType::float32, {3})}), ShapeError);
  EXPECT_THAT(message_of<ValueError>([&] { into({out, out}); }), HasSubstr("overlap"));
  EXPECT_THAT(message_of<ValueError>([&] { into({out, in}); }), HasSubstr("input 0"));
  into({out, ramp(3)});
}

TEST(Function, TellsTheTypesOfItsOutputsWithoutRunning) {
  const Value x = vector_input("x");
  const Function f = compile({x}, {exp(x), reduce_sum(x)});
  const auto types = f.output_types({{7}});
  EXPECT_EQ(types[0], (Type{DType::float64, {7}}));
  EXPECT_EQ(types[1], (Type{DType::float64, {}}));
}

TEST(MemoryLimit, HoldsForEveryArray) {
  const Value x = vector_input("x");
  const Function f = compile({x}, {reduce_sum(mul(reshape(x, {-1, 1}), reshape(x, {1, -1})))},
                             {.memory_limit = 10000});
  EXPECT_EQ(f({ramp(2)})[0].at(0), 9);
  EXPECT_THAT(message_of<LimitError>([&] { f({ramp(100)}); }),
              AllOf(HasSubstr("80000 bytes"), HasSubstr("memory_limit (10000)"),
                    HasSubstr("float64[100,100]")));
}

TEST(MemoryLimit, HoldsForAllArraysThatLiveAtOnce) {
  const Value x = vector_input("x");
  Value y = x;
  for (int i = 0; i < 50; ++i) y = exp(y);
  // x, the result, and two neighbours of the chain: 4 × 800 bytes, however long the chain.
  EXPECT_NO_THROW(compile({x}, {y}, {.memory_limit = 3200})({ramp(100)}));
  EXPECT_THAT(
      message_of<LimitError>([&] { compile({x}, {y}, {.memory_limit = 3199})({ramp(100)}); }),
      AllOf(HasSubstr("3200 bytes at once"), HasSubstr("exp"), HasSubstr("(3199)")));
}

TEST(MemoryLimit, SizesThatOverflowAreALimitError) {
  const Value x = vector_input("x");
  const Value square = mul(reshape(x, {-1, 1}), reshape(x, {1, -1}));
  const Function f = compile({x}, {square});
  EXPECT_THROW(f.output_types({{int64_t{1} << 40}}), LimitError);
}

TEST(Compile, RefusesOptionsThatMakeNoSense) {
  const Value x = vector_input("x");
  EXPECT_THROW(compile({x}, {x}, {.memory_limit = -1}), ValueError);
  EXPECT_THROW(compile({x}, {x}, {.specialization_limit = 0}), ValueError);
  EXPECT_THAT(message_of<NotSupportedError>([&] { compile({x}, {x}, {.backend = "abacus"}); }),
              AllOf(HasSubstr("abacus"), HasSubstr("reference")));
}

}  // namespace
}  // namespace convoy
