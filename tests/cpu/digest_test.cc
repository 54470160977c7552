// Hashes of many bytes.
#include "convoy/cpu/digest.h"

#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace convoy::cpu {
namespace {

std::string random_bytes(size_t count) {
  std::mt19937 random(static_cast<uint32_t>(count));
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string of(std::vector<std::string_view> pieces, int threads = 1) {
  return digest(pieces, threads);
}

TEST(Digest, AnyBitCounts) {
  std::string bytes = random_bytes((size_t{3} << 20) + 5);
  const std::string whole = of({bytes});
  EXPECT_EQ(whole.size(), 32u);
  std::mt19937 random(1);
  for (int i = 0; i < 50; ++i) {
    char& byte = bytes[random() % bytes.size()];
    const char bit = static_cast<char>(1 << random() % 8);
    byte = static_cast<char>(byte ^ bit);
    EXPECT_NE(of({bytes}), whole);
    byte = static_cast<char>(byte ^ bit);
  }
  EXPECT_EQ(of({bytes}), whole);
}

TEST(Digest, SoDoesWherePiecesPart) {
  const std::string bytes = random_bytes((size_t{1} << 20) + 17);
  const std::string_view all = bytes;
  std::set<std::string> found{of({}), of({""}), of({"", ""}), of({all}), of({all, ""})};
  for (const size_t at : {size_t{1}, size_t{16}, size_t{1} << 19, size_t{1} << 20})
    found.insert(of({all.substr(0, at), all.substr(at)}));
  EXPECT_EQ(found.size(), 9u);
}

TEST(Digest, ThreadsDoNot) {
  const std::string bytes = random_bytes((size_t{9} << 20) + 1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(of({bytes, "x"}, threads), of({bytes, "x"}));
}

}  // namespace
}  // namespace convoy::cpu
