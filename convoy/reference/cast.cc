#include "convoy/ops/cast.h"

#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Cast& op, Call& call) {
  visit_dtype(call.inputs[0].dtype(), [&]<class From>(std::type_identity<From>) {
    visit_dtype(op.to, [&]<class To>(std::type_identity<To>) {
      const auto from = call.inputs[0].data<From>();
      const auto to = call.outputs[0].data<To>();
      for (size_t i = 0; i < from.size(); ++i) to[i] = convert<To>(from[i]);
    });
  });
}

}  // namespace convoy::reference
