// The one exception family of the library: catch `convoy::Error` and nothing escapes.
#pragma once

#include <stdexcept>
#include <string>

namespace convoy {

/// Base of every exception thrown by the library.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An argument, attribute or file that breaks a stated rule.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// Shapes that do not fit together, or that an operator does not accept.
class ShapeError : public ValueError {
 public:
  using ValueError::ValueError;
};

/// An index outside its axis, found in attributes or in data while running.
class IndexError : public ValueError {
 public:
  using ValueError::ValueError;
};

/// dtypes that do not match, or that an operator does not accept.
class TypeError : public Error {
 public:
  using Error::Error;
};

/// Something that is legal but that this build, backend or operator cannot do.
class NotSupportedError : public Error {
 public:
  using Error::Error;
};

/// A stated limit (memory, size arithmetic) that would be exceeded.
class LimitError : public Error {
 public:
  using Error::Error;
};

/// A call that stopped because its caller asked for it.
class CancelledError : public Error {
 public:
  using Error::Error;
};

/// Throws the exception being handled again, as the same type, with `prefix` before its message.
/// To be called from a handler of Error.
[[noreturn]] void rethrow_with_prefix(const std::string& prefix);

}  // namespace convoy
