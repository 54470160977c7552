#include "convoy/ops/clip.h"

#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Clip& op, Call& call) {
  visit_number(call.inputs[0].dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = call.inputs[0].data<T>();
    const auto to = call.outputs[0].data<T>();
    const auto min = convert<Arithmetic<T>>(op.min), max = convert<Arithmetic<T>>(op.max);
    for (size_t i = 0; i < from.size(); ++i) {
      Arithmetic<T> value = load(from[i]);
      if (value < min) value = min;  // false for NaN, which stays
      if (value > max) value = max;
      store(to[i], value);
    }
  });
}

}  // namespace convoy::reference
