#include "convoy/ops/iota.h"

#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Iota& op, Call& call) {
  visit_number(op.dtype, [&]<class T>(std::type_identity<T>) {
    const auto to = call.outputs[0].data<T>();
    for (size_t i = 0; i < to.size(); ++i) to[i] = convert<T>(static_cast<Arithmetic<T>>(i));
  });
}

}  // namespace convoy::reference
