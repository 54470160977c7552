// What runs a model: the options --backend, those of the backend cpu (--threads, --precision,
// --instruction-set), those of xla (--plugin, --layout), and --cache, which both have.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "convoy/compile/function.h"

namespace convoy::cli {

/// Adds --backend to a verb; the default is that of CompileOptions where `backend` is empty.
void add_backend_option(CLI::App& verb, std::string& backend);

/// What can be said to the backend cpu.
class CpuArguments {
 public:
  void add_to(CLI::App& verb);
  /// For a verb that runs `used`; UsageError when something is said, and cpu is not among them, or
  /// when this machine has no such instruction set.
  CpuOptions options(const std::vector<std::string>& used) const;
  bool said() const { return threads_ > 0 || !precision_.empty() || !instruction_set_.empty(); }

 private:
  int threads_ = 0;
  std::string precision_, instruction_set_;
};

/// What can be said to the backend xla.
class XlaArguments {
 public:
  void add_to(CLI::App& verb);
  /// For a verb that runs `used`; UsageError when something is said, and xla is not among them.
  XlaOptions options(const std::vector<std::string>& used) const;

 private:
  std::string plugin_, layout_;
};

/// The folder of backends that keep something for later processes.
class CacheArgument {
 public:
  void add_to(CLI::App& verb);
  /// For a verb that runs `used`; UsageError when it is said and none of them has one.
  std::filesystem::path folder(const std::vector<std::string>& used) const;

 private:
  std::string folder_;
};

/// All that can be said to backends but which one it is.
class BackendArguments {
 public:
  void add_to(CLI::App& verb);
  /// For running on `backend`, in a verb that runs `used`; UsageError as above.
  CompileOptions options(const std::string& backend, const std::vector<std::string>& used) const;

 private:
  CpuArguments cpu_;
  XlaArguments xla_;
  CacheArgument cache_;
};

/// Adds --plugin alone.
void add_plugin_option(CLI::App& verb, std::string& plugin);
/// Adds --layout alone.
void add_layout_option(CLI::App& verb, std::string& layout, const std::string& help);
/// Of "channels_first" and "channels_last"; none for nothing.
std::optional<stablehlo::Layout> to_layout(const std::string& text);

}  // namespace convoy::cli
