#include "convoy/graph/parameter.h"

#include "convoy/base/error.h"

namespace convoy {

void ParameterState::set_value(Tensor value) {
  const std::string message = "parameter '" + name_ + "' is " + to_string(type_) +
                              ", its new value is " + to_string(value.type());
  if (value.dtype() != type_.dtype) throw TypeError(message);
  if (value.type().shape != type_.shape) throw ShapeError(message);
  replace(std::make_shared<const Tensor>(std::move(value)));
}

}  // namespace convoy
