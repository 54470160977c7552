// Arrays that a file carries: initialisers and tensor attributes.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "convoy/base/tensor.h"
#include "convoy/io/mapped_file.h"
#include "convoy/onnx/wire.h"

namespace convoy::onnx {

/// Turns TensorProtos into tensors. Data that lies aligned in the file is used where it is, and
/// keeps the file mapped; other data is copied.
class Weights {
 public:
  /// `bytes` holds what the views point into and is kept by tensors that use it. Without a `folder`
  /// weights stored outside of the model are refused. All sparse ones, with whatever else is
  /// charged, may take `max_expanded_bytes`.
  Weights(std::shared_ptr<const void> bytes, std::optional<std::filesystem::path> folder,
          int64_t max_expanded_bytes)
      : bytes_(std::move(bytes)),
        path_(std::move(folder)),
        max_expanded_bytes_(max_expanded_bytes) {}

  /// ValueError when the data is not what dims and type say, NotSupportedError for types that
  /// Convoy does not have. Nothing is allocated before the sizes have been held against the data.
  Tensor tensor(const TensorView& view);
  /// With its zeros filled in. LimitError where that takes more than is allowed.
  Tensor tensor(const SparseTensorView& view);

  /// What `make` gives for what lies at that address in the file: it is called once, however often
  /// functions bring the importer there.
  template <class Make>
  Tensor once(const void* address, const Make& make) {
    const auto found = made_.find(address);
    return found != made_.end() ? found->second : made_.emplace(address, make()).first->second;
  }

  /// LimitError when arrays that the file does not hold, but asks for, would take more than is
  /// allowed all together with these bytes.
  void charge(int64_t bytes);

 private:
  /// A stretch of bytes and what keeps it alive.
  struct Data {
    std::string_view bytes;
    std::shared_ptr<const void> owner;
  };
  Data external(const TensorView& view, int64_t bytes);

  std::shared_ptr<const void> bytes_;
  std::optional<std::filesystem::path> path_;
  int64_t max_expanded_bytes_, expanded_bytes_ = 0;
  std::unique_ptr<io::WeightFolder> folder_;  // opened when the first weight asks for it
  std::map<std::string, std::shared_ptr<const io::MappedFile>, std::less<>> files_;
  std::unordered_map<const void*, Tensor> made_;
};

}  // namespace convoy::onnx
