#include "convoy/io/npy.h"

#include <gmock/gmock.h>

#include "tests/io/support.h"

namespace convoy::io {
namespace {

using testing::HasSubstr;

// A file of version 1.0 with this header and data.
std::string file(std::string header, const std::string& data) {
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + data;
}

std::string refused(const std::string& header, const std::string& data = "") {
  return refusal([&] { parse_npy(file(header, data)); });
}

TEST(Npy, GivesBackWhatWasSavedOfEveryDtype) {
  for (const DType dtype : {DType::boolean, DType::int8, DType::uint8, DType::int16, DType::uint16,
                            DType::int32, DType::uint32, DType::int64, DType::uint64,
                            DType::float16, DType::bfloat16, DType::float32, DType::float64})
    for (const Extents& extents : {Extents{}, Extents{3}, Extents{2, 3}, Extents{2, 0, 3}}) {
      Tensor tensor = Tensor::full(dtype, extents, 1);
      save_npy(scratch("a.npy"), tensor);
      EXPECT_TRUE(load_npy(scratch("a.npy")).identical(tensor)) << to_string(tensor.type());
      EXPECT_EQ(npy_header(tensor).size() % 64, 0U);
    }
}

TEST(Npy, ReadsFortranOrderAndBigEndianNumbers) {
  const std::string columns = file("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }",
                                   std::string("\0\1\0\4\0\2\0\5\0\3\0\6", 12));
  EXPECT_TRUE(parse_npy(columns).identical(Tensor::of<int16_t>({2, 3}, {1, 2, 3, 4, 5, 6})));
}

TEST(Npy, ReadsHeadersAsOthersWriteThem) {
  const std::string data("\1\0\0\0", 4);
  for (const char* header : {"{\"shape\":(1,),\"descr\":\"<i4\",\"fortran_order\":False}",
                             "{'shape': ( 1 , 1 ), 'fortran_order': True, 'descr': '=i4',}",
                             "{'descr': '<i4', 'fortran_order': False, 'shape': ()}"})
    EXPECT_EQ(parse_npy(file(header, data)).at(0), 1) << header;
}

TEST(Npy, RefusesWhatIsNoPlainArray) {
  const auto with = [](const std::string& descr, const std::string& shape) {
    return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }";
  };
  EXPECT_THAT(refused(with("[('a', '<f4')]", "(1,)")), HasSubstr("structured"));
  EXPECT_THAT(refused(with("'|O'", "(1,)")), HasSubstr("dtype is '|O'"));
  EXPECT_THAT(refused(with("'<c8'", "(1,)")), HasSubstr("known are b1, i1"));
  EXPECT_THAT(refused(with("'<f4'", "(-1,)")), HasSubstr("not made of sizes"));
  EXPECT_THAT(refused(with("'<f4'", "(99999999999999999999,)")), HasSubstr("sizes"));
  EXPECT_THAT(refused(with("'<f4'", "(4611686018427387904, 4)")), HasSubstr("overflows"));
  EXPECT_THAT(refused(with("'<f4'", "(9223372036854775807, 0, 9223372036854775807)")),
              HasSubstr("overflows"));
  EXPECT_THAT(refused(with("'<f4'", "(1000000000,)")), HasSubstr("needs 4000000000 bytes"));
  EXPECT_THAT(refused(with("'<f4'", "(1,)"), "12345"),
              HasSubstr("needs 4 bytes of data, but has 5"));
  EXPECT_THAT(refused(with("'<f4'", "(1)")), HasSubstr("not a tuple"));
  EXPECT_THAT(refused("{'descr': '<f4'}"), HasSubstr("lacks one of"));
  EXPECT_THAT(refused("{'descr': '<f4', 'descr': '<f4'}"), HasSubstr("twice"));
  EXPECT_THAT(refused("{'x': 1}"), HasSubstr("unknown key 'x'"));
  EXPECT_THAT(refused(with("'<f4'", "()") + "x", "1234"), HasSubstr("text behind"));
  EXPECT_THAT(refused(std::string(10'001, ' ')), HasSubstr("more than 10000"));
  EXPECT_THAT(refusal([] { load_npy("/nowhere/a.npy"); }), HasSubstr("/nowhere/a.npy"));
}

TEST(Npy, OfAnyOtherByteIsTrue) {
  const Tensor tensor =
      parse_npy(file("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", "\x02z"));
  EXPECT_TRUE(tensor.identical(Tensor::full(DType::boolean, {2}, 1)));
}

TEST(Npy, DamagedIsReadOrRefused) {
  const Tensor tensor = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
  save_npy(scratch("a.npy"), tensor);
  damage(contents(scratch("a.npy")), [](const std::string& bytes) { parse_npy(bytes); });
}

}  // namespace
}  // namespace convoy::io
