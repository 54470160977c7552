// What tests of files share.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "convoy/base/error.h"

namespace convoy::io {

/// A path in a folder of the running test's own.
inline std::filesystem::path scratch(const std::string& name) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) /
      (std::string("convoy.") + test->test_suite_name() + "." + test->name());
  std::filesystem::create_directories(folder);
  return folder / name;
}

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// The message of the Error that `function` throws.
template <class Function>
std::string refusal(Function&& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// Calls `function` with every beginning of `bytes` (all of them, or about 500), and with about
/// 2000 copies in which one bit is another: it may throw the library's errors and nothing else.
template <class Function>
void damage(const std::string& bytes, Function&& function) {
  const auto attempt = [&](const std::string& damaged) {
    try {
      function(damaged);
    } catch (const Error&) {
    }
  };
  for (size_t end = 0; end < bytes.size(); end += 1 + bytes.size() / 500)
    attempt(bytes.substr(0, end));
  for (size_t bit = 0; bit < 8 * bytes.size(); bit += 1 + 8 * bytes.size() / 2000) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    attempt(flipped);
  }
}

}  // namespace convoy::io
