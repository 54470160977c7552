#include "convoy/io/npz.h"

#include <gmock/gmock.h>

#include "convoy/io/npy.h"
#include "tests/io/support.h"

namespace convoy::io {
namespace {

using testing::HasSubstr;

NamedTensors some() {
  return {{"a", Tensor::of<float>({2, 2}, {1, 2, 3, 4})},
          {"layer.weight", Tensor::zeros(DType::float64, {1000})},
          {"ñ", Tensor::of<int64_t>({}, {7})}};
}

TEST(Npz, GivesBackWhatWasSaved) {
  for (const bool compressed : {false, true}) {
    save_npz(scratch("a.npz"), some(), compressed);
    const NamedTensors read = load_npz(scratch("a.npz"));
    ASSERT_EQ(read.size(), some().size());
    for (const auto& [name, tensor] : some()) EXPECT_TRUE(read.at(name).identical(tensor)) << name;
  }
}

TEST(Npz, OfNothingIsEmpty) {
  save_npz(scratch("a.npz"), {});
  EXPECT_TRUE(load_npz(scratch("a.npz")).empty());
}

TEST(Npz, IsTheSameFileFromTheSameArrays) {
  save_npz(scratch("a.npz"), some());
  save_npz(scratch("b.npz"), some());
  EXPECT_EQ(contents(scratch("a.npz")), contents(scratch("b.npz")));
}

TEST(Npz, BombsMeetTheLimitBeforeTheyAreUnpacked) {
  save_npz(scratch("a.npz"), {{"zeros", Tensor::zeros(DType::uint8, {50'000'000})}}, true);
  EXPECT_LT(std::filesystem::file_size(scratch("a.npz")), 100'000U);
  EXPECT_THAT(refusal([] { load_npz(scratch("a.npz"), {.max_bytes = 1 << 20}); }),
              HasSubstr("limit of 1048576 bytes, from 'zeros' on"));
  EXPECT_THAT(refusal([] { load_npz(scratch("a.npz"), {.max_arrays = 0}); }),
              HasSubstr("1 arrays, more than the limit of 0"));
}

// Replaces every `from` by `to`, of the same length.
std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
  for (size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1))
    bytes.replace(at, from.size(), to);
  return bytes;
}

TEST(Npz, RefusesMembersThatAreNoArraysOrThereTwice) {
  save_npz(scratch("a.npz"), {{"ab", Tensor::zeros(DType::float32, {1})},
                              {"cd", Tensor::zeros(DType::float32, {1})}});
  const std::string bytes = contents(scratch("a.npz"));
  EXPECT_THAT(refusal([&] { parse_npz(replaced(bytes, "ab.npy", "ab.txt")); }),
              HasSubstr("'ab.txt', which is no .npy file"));
  EXPECT_THAT(refusal([&] { parse_npz(replaced(bytes, "ab.npy", "cd.npy")); }),
              testing::AnyOf(HasSubstr("twice"), HasSubstr("already exists")));
  EXPECT_THAT(refusal([&] { parse_npz(replaced(bytes, "NUMPY", "NUMPX")); }),
              HasSubstr("does not begin"));
  EXPECT_THAT(refusal([&] { parse_npz("nothing"); }), HasSubstr("not an .npz file"));
  EXPECT_THAT(refusal([&] { parse_npz(""); }), HasSubstr("not an .npz file"));
}

TEST(Npz, NoticesAByteThatChanged) {
  save_npz(scratch("a.npz"), {{"a", Tensor::of<float>({2}, {1.5f, 2.5f})}});
  std::string bytes = contents(scratch("a.npz"));
  const std::string number("\x00\x00\xc0\x3f", 4);  // 1.5
  ASSERT_NE(bytes.find(number), std::string::npos);
  bytes[bytes.find(number)] = 1;
  EXPECT_THAT(refusal([&] { parse_npz(bytes); }), HasSubstr("CRC"));
}

TEST(Npz, DamagedIsReadOrRefused) {
  for (const bool compressed : {false, true}) {
    save_npz(scratch("a.npz"), some(), compressed);
    damage(contents(scratch("a.npz")),
           [](const std::string& bytes) { parse_npz(bytes, {.max_bytes = 1 << 24}); });
  }
}

}  // namespace
}  // namespace convoy::io
