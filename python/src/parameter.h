// A parameter as Python sees it: a value that knows its state.
#pragma once

#include "convoy/convoy.h"

namespace convoy::python {

struct ParameterValue : Value {
  explicit ParameterValue(const ParameterPtr& its_state)
      : Value(parameter(its_state)),
        state(its_state) {}
  ParameterValue(Value value, ParameterPtr its_state)
      : Value(std::move(value)),
        state(std::move(its_state)) {}
  ParameterPtr state;
};

}  // namespace convoy::python
