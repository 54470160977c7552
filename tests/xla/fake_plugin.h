// A plugin with PJRT's interface that computes nothing: its programs hand their arguments on. Tests
// tell it what to get wrong, and ask it what it still holds.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "convoy/xla/pjrt_abi.h"

namespace convoy::xla::fake {

struct FakePlugin {
  // What it is, set before it is opened.
  int32_t major = abi::major_version;
  int32_t minor = 42;
  size_t table_size = sizeof(abi::Api);
  bool has_table = true;
  int device_count = 1;

  /// The slot of the table whose calls fail, by its offset; 0: none does.
  size_t failing = 0;
  abi::ErrorCode failure = abi::ErrorCode::internal;
  /// Those whose event fails.
  size_t failing_event = 0;

  // What happened.
  int initialized = 0;
  std::atomic<int> arrays_sent = 0;
  std::atomic<int> alive = 0;    // objects that were made and not given back
  std::atomic<int> ignored = 0;  // events that were given back before anyone waited for them
  std::string compile_options = {};
  int device_used = -1;
};

/// What the library exports as `new_fake_plugin`: in place of the one before.
using NewFakePlugin = FakePlugin* (*)();

}  // namespace convoy::xla::fake
