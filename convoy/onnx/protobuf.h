// protozero, set up for bytes from anywhere: what it would only assert in a debug build (a field
// of another wire type than the schema says) is an exception in every build.
#pragma once

#include <protozero/exception.hpp>

namespace convoy::onnx {

struct WireTypeError : protozero::exception {
  const char* what() const noexcept override { return "a field is not of the type it must have"; }
};

}  // namespace convoy::onnx

#define protozero_assert(condition) \
  ((condition) ? void() : throw ::convoy::onnx::WireTypeError())  // NOLINT: its setting
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
