#include "convoy/base/tensor.h"

#include <cmath>

#include <gtest/gtest.h>

#include "convoy/base/error.h"

namespace convoy {
namespace {

TEST(Tensor, HoldsValuesInRowMajorOrder) {
  const Tensor t = Tensor::of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(t.dtype(), DType::int32);
  EXPECT_EQ(t.rank(), 2);
  EXPECT_EQ(t.size(), 6);
  EXPECT_EQ(t.bytes(), 24);
  EXPECT_EQ(t.at(4), 5);
  EXPECT_EQ(to_string(t), "int32[2,3] {1, 2, 3, 4, 5, 6}");
  EXPECT_EQ(to_string(t, 2), "int32[2,3] {1, 2, …}");
}

TEST(Tensor, StorageIsAlignedForVectorCode) {
  for (const int64_t size : {0, 1, 3, 1000}) {
    const Tensor t(DType::uint8, {size});
    EXPECT_EQ(reinterpret_cast<uintptr_t>(t.raw()) % 64, 0u);
  }
}

TEST(Tensor, CopiesShareAndClonesDoNot) {
  Tensor t = Tensor::of<float>({2}, {1, 2});
  const Tensor shared = t, deep = t.clone();
  t.data<float>()[0] = 9;
  EXPECT_EQ(shared.at(0), 9);
  EXPECT_EQ(deep.at(0), 1);
  EXPECT_EQ(t.reshaped({1, 2, 1}).raw(), t.raw());
}

TEST(Tensor, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Tensor(DType::float32, {-1}), ShapeError);
  EXPECT_THROW(Tensor(DType::float32, {int64_t{1} << 62}), LimitError);
  EXPECT_THROW(Tensor(DType::float32, {int64_t{1} << 40, int64_t{1} << 40}), LimitError);
  EXPECT_THROW(Tensor::of<float>({3}, {1, 2}), ShapeError);
  const Tensor t = Tensor::zeros(DType::float32, {4});
  EXPECT_THROW(t.data<double>(), TypeError);
  EXPECT_THROW(t.at(4), IndexError);
  EXPECT_THROW(t.at(-1), IndexError);
  EXPECT_THROW(t.reshaped({3}), ShapeError);
}

TEST(Tensor, BorrowedStorageIsCheckedAndItsOwnerKept) {
  auto owner = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3, 4});
  const std::weak_ptr<std::vector<float>> watch = owner;
  {
    const Tensor t(DType::float32, {2, 2}, owner->data(), owner);
    owner.reset();
    EXPECT_EQ(t.at(3), 4);
    auto* shifted = static_cast<char*>(const_cast<void*>(t.raw())) + 1;
    EXPECT_THROW(Tensor(DType::float32, {1}, shifted, t.owner()), ValueError);
  }
  EXPECT_TRUE(watch.expired());
  EXPECT_THROW(Tensor(DType::float32, {1}, nullptr, nullptr), ValueError);
  EXPECT_EQ(Tensor(DType::float32, {0}, nullptr, nullptr).size(), 0);
}

TEST(Tensor, IdenticalMeansEveryBit) {
  const Tensor zero = Tensor::of<float>({1}, {0.0f}), minus = Tensor::of<float>({1}, {-0.0f});
  const Tensor nan = Tensor::of<float>({1}, {std::nanf("")});
  EXPECT_FALSE(zero.identical(minus));
  EXPECT_TRUE(nan.identical(nan.clone()));
  EXPECT_FALSE(zero.identical(zero.cast(DType::float64)));
  EXPECT_FALSE(zero.identical(zero.reshaped({1, 1})));
}

TEST(Tensor, CastsEveryDtypeToEveryOther) {
  for (const DType from : {DType::boolean, DType::int8, DType::uint64, DType::float16,
                           DType::bfloat16, DType::float32, DType::float64})
    for (const DType to : {DType::boolean, DType::uint8, DType::int64, DType::float16,
                           DType::bfloat16, DType::float64})
      EXPECT_EQ(Tensor::full(from, {2}, 1).cast(to).at(1), 1);
}

TEST(DTypes, HaveNamesThatParse) {
  for (const char* name : {"bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64",
                           "uint64", "float16", "bfloat16", "float32", "float64"})
    EXPECT_EQ(to_string(parse_dtype(name)), name);
  EXPECT_THROW(parse_dtype("float"), ValueError);
}

TEST(Types, PrintAndParse) {
  for (const char* text :
       {"float32[]", "int64[3]", "bool[N,3,H,W]", "float64[(H//2) + 1,max(H, W),`a, ]b`]"})
    EXPECT_EQ(to_string(parse_type(text)), text);
  for (const char* text : {"", "float32", "float32[", "float32]", "float32[,]", "float[2]", "[2]"})
    EXPECT_THROW(parse_type(text), ValueError) << text;
}

}  // namespace
}  // namespace convoy
