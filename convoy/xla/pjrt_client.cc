#include "convoy/xla/pjrt_client.h"

#include "convoy/xla/pjrt_program.h"

namespace convoy::xla {

namespace {

class PluginClient : public Client {
 public:
  explicit PluginClient(const std::filesystem::path& library)
      : connection_(std::make_shared<const Connection>(library)) {}

  std::string platform() const override { return connection_->platform(); }
  std::string fingerprint() const override { return connection_->fingerprint(); }
  std::vector<Device> devices() const override { return connection_->devices(); }

  std::shared_ptr<const Program> compile(const Source& source) override {
    return PluginProgram::compile(connection_, source);
  }
  std::shared_ptr<const Program> load(const Source& source, std::string_view serialized) override {
    return PluginProgram::load(connection_, source, serialized);
  }
  std::shared_ptr<const Buffer> keep(const Tensor& tensor) override {
    return std::make_shared<const DeviceBuffer>(connection_, tensor);
  }

 private:
  std::shared_ptr<const Connection> connection_;
};

}  // namespace

std::shared_ptr<Client> open_plugin(const std::filesystem::path& library) {
  return std::make_shared<PluginClient>(library);
}

}  // namespace convoy::xla
