// What a plugin's functions make, each owned by one object that gives it back.
#pragma once

#include <string_view>
#include <utility>

#include "convoy/xla/pjrt_plugin.h"

namespace convoy::xla {

/// An object that one of the plugin's functions takes down. What it belongs to, such as its client,
/// has to outlive it.
template <class Object, abi::Function<abi::Only<Object>> abi::Api::* destroy>
class Handle {
 public:
  Handle(const Plugin& plugin, Object* object) : plugin_(plugin), object_(object) {}
  Handle(Handle&& other) noexcept
      : plugin_(other.plugin_),
        object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (object_ != nullptr) plugin_.release(destroy, abi::Only<Object>{.object = object_});
  }

  const Plugin& plugin() const { return plugin_; }
  Object* get() const { return object_; }

 private:
  Plugin plugin_;
  Object* object_;
};

using ClientHandle = Handle<abi::Client, &abi::Api::client_destroy>;
using BufferHandle = Handle<abi::Buffer, &abi::Api::buffer_destroy>;
using EventHandle = Handle<abi::Event, &abi::Api::event_destroy>;
using ExecutableHandle = Handle<abi::Executable, &abi::Api::executable_destroy>;
using LoadedExecutableHandle = Handle<abi::LoadedExecutable, &abi::Api::loaded_executable_destroy>;

/// Something that the plugin does meanwhile, with memory that is not its own: whoever forgets it
/// without having waited, because of an exception, waits all the same.
class Pending {
 public:
  /// A null event is one that has happened.
  Pending(const Plugin& plugin, abi::Event* event) : event_(plugin, event) {}
  Pending(Pending&&) = default;
  ~Pending() {
    if (event_.get() != nullptr && !waited_)
      event_.plugin().release(&abi::Api::event_await,
                              abi::Only<abi::Event>{.object = event_.get()});
  }

  /// Throws as Plugin::call does when it failed.
  void wait(std::string_view task) {
    if (event_.get() == nullptr) return;
    abi::Only<abi::Event> arguments{.object = event_.get()};
    waited_ = true;
    event_.plugin().call(&abi::Api::event_await, arguments, task);
  }

 private:
  EventHandle event_;
  bool waited_ = false;
};

}  // namespace convoy::xla
