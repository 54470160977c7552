// How verbs fail other than by a plain Error: each has an exit code of its own.
#pragma once

#include "convoy/base/error.h"

namespace convoy::cli {

/// The command line asks for what is not there or makes no sense: exit code 2.
class UsageError : public ValueError {
 public:
  using ValueError::ValueError;
};

/// Results were compared and are too far apart: exit code 3.
class Disagreement : public Error {
 public:
  using Error::Error;
};

}  // namespace convoy::cli
