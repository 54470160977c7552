#include "convoy/io/safetensors.h"

#include <gmock/gmock.h>

#include "convoy/io/tensors.h"
#include "tests/io/support.h"

namespace convoy::io {
namespace {

using testing::HasSubstr;

std::string file(const std::string& header, const std::string& data) {
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size() & 0xff);
  bytes[1] = static_cast<char>(header.size() >> 8);
  return bytes + header + data;
}

std::string refused(const std::string& header, const std::string& data = "") {
  return refusal([&] { parse_safetensors(file(header, data)); });
}

std::string entry(const std::string& shape, const std::string& offsets,
                  const std::string& dtype = "F32") {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST(Safetensors, GiveBackWhatWasSavedOfEveryDtype) {
  NamedTensors tensors;
  for (const DType dtype : {DType::boolean, DType::int8, DType::uint8, DType::int16, DType::uint16,
                            DType::int32, DType::uint32, DType::int64, DType::uint64,
                            DType::float16, DType::bfloat16, DType::float32, DType::float64})
    tensors.emplace("t." + std::string(to_string(dtype)), Tensor::full(dtype, {3}, 1));
  tensors.emplace("empty", Tensor(DType::float32, {0, 4}));
  tensors.emplace("scalar \"ñ\"", Tensor::of<double>({}, {2.5}));
  save_safetensors(scratch("a.safetensors"), tensors, {{"format", "pt"}});
  const Safetensors read = load_safetensors(scratch("a.safetensors"));
  ASSERT_EQ(read.tensors.size(), tensors.size());
  for (const auto& [name, tensor] : tensors)
    EXPECT_TRUE(read.tensors.at(name).identical(tensor)) << name;
  EXPECT_EQ(read.metadata.at("format"), "pt");
}

TEST(Safetensors, AreReadInPlaceWhereAligned) {
  save_safetensors(scratch("a.safetensors"), {{"a", Tensor::zeros(DType::float32, {4})}});
  auto bytes = std::make_shared<const std::string>(contents(scratch("a.safetensors")));
  const Tensor tensor = parse_safetensors(*bytes, bytes).tensors.at("a");
  EXPECT_EQ(static_cast<const char*>(tensor.raw()) + 16, bytes->data() + bytes->size());
  const std::string odd = file("{\"a\":" + entry("[1]", "[0,4]") + "} ", std::string(4, '\0'));
  EXPECT_EQ(parse_safetensors(odd).tensors.at("a").at(0), 0);
}

TEST(Safetensors, RefuseWhatTheFormatForbids) {
  const std::string four(4, '\0'), eight(8, '\0');
  EXPECT_THAT(refused(" {}"), HasSubstr("begin with '{'"));
  EXPECT_THAT(refused("{"), HasSubstr("not JSON"));
  EXPECT_THAT(refused("{\"a\":1}"), HasSubstr("'a' is not described"));
  EXPECT_THAT(
      refused("{\"a\":" + entry("[1]", "[0,4]") + ",\"a\":" + entry("[1]", "[4,8]") + "}", eight),
      HasSubstr("'a' twice"));
  EXPECT_THAT(
      refused(R"({"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}})", four),
      HasSubstr("'dtype' twice"));
  EXPECT_THAT(refused("{\"a\":" + entry("[1]", "[0,8]") + "}", eight), HasSubstr("takes 4 bytes"));
  EXPECT_THAT(refused("{\"a\":" + entry("[1]", "[4,0]") + "}", four), HasSubstr("takes 4 bytes"));
  EXPECT_THAT(refused("{\"a\":" + entry("[1]", "[4,8]") + "}", eight),
              HasSubstr("begins at byte 4 of the data, where 0 was due"));
  EXPECT_THAT(
      refused("{\"a\":" + entry("[1]", "[0,4]") + ",\"b\":" + entry("[1]", "[0,4]") + "}", four),
      HasSubstr("where 4 was due"));
  EXPECT_THAT(refused("{\"a\":" + entry("[1]", "[0,4]") + "}", eight), HasSubstr("has 8"));
  EXPECT_THAT(refused("{\"a\":" + entry("[1]", "[0,4]") + "}"), HasSubstr("but it has 0"));
  EXPECT_THAT(refused("{\"a\":" + entry("[-1]", "[0,4]") + "}", four), HasSubstr("whole numbers"));
  EXPECT_THAT(refused("{\"a\":" + entry("[1.5]", "[0,4]") + "}", four), HasSubstr("whole numbers"));
  EXPECT_THAT(refused("{\"a\":" + entry("[18446744073709551615]", "[0,4]") + "}", four),
              HasSubstr("63 bits"));
  EXPECT_THAT(refused("{\"a\":" + entry("[4294967296,4294967296]", "[0,4]") + "}", four),
              HasSubstr("overflows"));
  EXPECT_THAT(refused("{\"a\":" + entry("[4]", "[0,4]", "F8_E4M3") + "}", four),
              HasSubstr("F8_E4M3, which Convoy does not have"));
  EXPECT_THAT(refused("{\"__metadata__\":{\"a\":1}}"), HasSubstr("not a text"));
  EXPECT_THAT(refused("{\"a\":[[[[[[1]]]]]]}"), HasSubstr("too deeply"));
  EXPECT_THAT(refused("{\"\xff\":1}"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal([] { parse_safetensors(std::string(8, '\x7f')); }), HasSubstr("claims"));
  EXPECT_THAT(refusal([] { parse_safetensors("{}"); }), HasSubstr("shorter than 8"));
}

TEST(Safetensors, DamagedAreReadOrRefused) {
  save_safetensors(scratch("a.safetensors"), {{"a", Tensor::zeros(DType::float32, {4})},
                                              {"b", Tensor::zeros(DType::boolean, {4})}});
  damage(contents(scratch("a.safetensors")),
         [](const std::string& bytes) { parse_safetensors(bytes); });
}

TEST(Tensors, AreReadByTheSuffix) {
  const NamedTensors tensors{{"a", Tensor::of<float>({2}, {1, 2})}};
  for (const char* name : {"x.npz", "x.safetensors"}) {
    save_tensors(scratch(name), tensors);
    EXPECT_TRUE(load_tensors(scratch(name)).at("a").identical(tensors.at("a"))) << name;
  }
  EXPECT_THAT(refusal([] { load_tensors("x.pt"); }), HasSubstr(".npy, .npz and .safetensors"));
  EXPECT_THAT(refusal([] { save_tensors("x.npy", {}); }), HasSubstr(".npz and .safetensors"));
}

}  // namespace
}  // namespace convoy::io
