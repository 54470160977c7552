// A library with PJRT's C interface: found, checked, called.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "convoy/xla/pjrt_abi.h"

namespace convoy::xla {

/// A plugin, loaded for the rest of the process: its threads and its exit handlers would outlive
/// an unloading. A small handle, to be copied.
class Plugin {
 public:
  /// Loads the library, unless it is loaded already, and sets it up. ValueError when it cannot be
  /// loaded or is no plugin; NotSupportedError when it speaks another version of the interface.
  static Plugin load(const std::filesystem::path& library);

  /// "0.116": the version of the interface that the plugin was built with.
  std::string interface_version() const;

  /// Whether the plugin's table reaches as far as this function, and has it.
  template <class F>
  bool has(F abi::Api::* function) const {
    return reaches(&(api_->*function)) && api_->*function != nullptr;
  }

  /// Calls a function. Its error is thrown with the plugin's own words after `task` ("compile the
  /// program"): ValueError for an invalid argument or program, NotSupportedError for what is not
  /// implemented, LimitError for lack of memory, Error for all else.
  template <class Arguments>
  void call(abi::Function<Arguments> abi::Api::* function, Arguments& arguments,
            std::string_view task) const {
    if (!has(function)) throw_missing(task);
    if (abi::Error* error = invoke(function, arguments)) throw_error(error, task);
  }

  /// Calls a function that takes something down: its error interests nobody.
  template <class Arguments>
  void release(abi::Function<Arguments> abi::Api::* function, Arguments arguments) const noexcept {
    if (has(function)) destroy(invoke(function, arguments));
  }

 private:
  Plugin(const abi::Api* api, std::string name) : api_(api), name_(std::move(name)) {}

  void check_table() const;
  void initialize() const;
  bool reaches(const void* slot) const;
  [[noreturn]] void throw_missing(std::string_view task) const;
  [[noreturn]] void throw_error(abi::Error* error, std::string_view task) const;
  void destroy(abi::Error* error) const noexcept;

  template <class Arguments>
  abi::Error* invoke(abi::Function<Arguments> abi::Api::* function, Arguments& arguments) const {
    arguments.header = {sizeof(Arguments), nullptr};
    return (api_->*function)(&arguments);
  }

  const abi::Api* api_;
  std::string name_;  // of the file, for messages
};

}  // namespace convoy::xla
