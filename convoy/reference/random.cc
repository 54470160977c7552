#include "convoy/ops/random.h"

#include "convoy/base/philox.h"
#include "convoy/reference/kernels.h"

namespace convoy::reference {

void run(const Random& op, Call& call) {
  const auto words = call.inputs[0].data<uint64_t>();
  const RandomKey key{words[0], words[1]};
  const int digits = uniform_digits(op.dtype);
  visit_floating(op.dtype, [&]<class T>(std::type_identity<T>) {
    const auto to = call.outputs[0].data<T>();
    for (size_t i = 0; i < to.size(); ++i) {
      if (i % 65536 == 0) call.cancellation.check();
      const uint64_t bits = random_bits(key, i);
      store(to[i], op.kind == RandomKind::uniform ? uniform_from_bits(bits, digits)
                                                  : normal_from_bits(bits));
    }
  });
}

}  // namespace convoy::reference
