// The jaxlib in this process as a client of the backend "xla": arrays change hands without copies.
#include "convoy/xla/xla.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arguments.h"
#include "convoy/base/error.h"
#include "xla.h"

namespace convoy::python {

namespace {

/// An object of Python's that may be let go by any thread.
std::shared_ptr<nb::object> shared(nb::object object) {
  return {new nb::object(std::move(object)), [](nb::object* held) {
            if (!nb::is_alive()) return;  // the interpreter has gone before us
            const nb::gil_scoped_acquire gil;
            delete held;
          }};
}

/// Runs `f` with the interpreter, and turns exceptions of Python's into Convoy's.
template <class F>
auto with_python(F&& f) {
  const nb::gil_scoped_acquire gil;
  try {
    return f();
  } catch (nb::python_error& error) {
    const std::string message = python_text(nb::borrow(error.value()));
    if (error.matches(PyExc_ValueError)) throw ValueError(message);
    if (error.matches(PyExc_RuntimeError)) throw Error(message);
    if (error.matches(PyExc_ImportError)) throw NotSupportedError(message);
    throw;  // KeyboardInterrupt, or a fault of ours
  }
}

struct JaxBuffer : xla::Buffer {
  std::shared_ptr<nb::object> array;  // a jax.Array
};

class JaxProgram : public xla::Program {
 public:
  JaxProgram(std::shared_ptr<nb::object> client, nb::object program)
      : client_(std::move(client)),
        program_(shared(std::move(program))) {}

  std::vector<Tensor> run(std::vector<xla::Argument> arguments,
                          const Cancellation& cancellation) const override {
    cancellation.check();
    std::vector<Tensor> results = with_python([&] {
      nb::list given;
      for (const xla::Argument& argument : arguments)
        if (const auto* tensor = std::get_if<Tensor>(&argument))
          given.append(to_numpy(*tensor));
        else
          given.append(*static_cast<const JaxBuffer&>(
                            *std::get<std::shared_ptr<const xla::Buffer>>(argument))
                            .array);
      std::vector<Tensor> tensors;
      for (const nb::handle array : client_->attr("run")(*program_, given))
        tensors.push_back(to_tensor(array, "a result"));
      return tensors;
    });
    cancellation.check();
    return results;
  }

  std::string serialized() const override {
    return with_python([&] {
      const auto data = nb::cast<nb::bytes>(client_->attr("serialize")(*program_));
      return std::string(data.c_str(), data.size());
    });
  }

 private:
  std::shared_ptr<nb::object> client_, program_;
};

class JaxClient : public xla::Client {
 public:
  explicit JaxClient(nb::object client) : client_(shared(std::move(client))) {}

  std::string platform() const override {
    return with_python([&] { return nb::cast<std::string>(client_->attr("platform")); });
  }
  std::string fingerprint() const override {
    return with_python([&] { return nb::cast<std::string>(client_->attr("fingerprint")()); });
  }
  std::vector<xla::Device> devices() const override {
    return with_python([&] {
      std::vector<xla::Device> devices;
      for (const nb::handle device : client_->attr("devices")())
        devices.push_back({nb::cast<int64_t>(device[0]), nb::cast<std::string>(device[1]),
                           nb::cast<std::string>(device[2])});
      return devices;
    });
  }
  std::shared_ptr<const xla::Program> compile(const xla::Source& source) override {
    return with_python([&] {
      return std::make_shared<JaxProgram>(client_, client_->attr("compile")(source.text));
    });
  }
  std::shared_ptr<const xla::Program> load(const xla::Source&,
                                           std::string_view serialized) override {
    return with_python([&] {
      const nb::bytes data(serialized.data(), serialized.size());
      return std::make_shared<JaxProgram>(client_, client_->attr("load")(data));
    });
  }
  std::shared_ptr<const xla::Buffer> keep(const Tensor& tensor) override {
    return with_python([&] {
      auto buffer = std::make_shared<JaxBuffer>();
      buffer->array = shared(client_->attr("put")(to_numpy(tensor)));
      return buffer;
    });
  }

 private:
  std::shared_ptr<nb::object> client_;
};

}  // namespace

std::shared_ptr<xla::Client> jax_client() {
  static std::weak_ptr<xla::Client> known;
  static nb::ft_mutex mutex;
  const nb::ft_lock_guard lock(mutex);
  if (auto client = known.lock()) return client;
  auto client = with_python([] {
    return std::make_shared<JaxClient>(nb::module_::import_("convoy._jaxlib").attr("Client")());
  });
  known = client;
  return client;
}

}  // namespace convoy::python
