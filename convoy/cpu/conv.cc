#include "convoy/cpu/lowerings.h"

namespace convoy::cpu {

void lower(const Conv&, Lowering& l) { l.by_reference(); }

}  // namespace convoy::cpu
