#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const Slice&, Lowering& l) { l.by_reference(); }

}  // namespace convoy::cpu
