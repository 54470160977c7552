// Between Convoy's layouts, channels first, and those of other systems.
#pragma once

#include "convoy/graph/value.h"

namespace convoy {

/// x[N,C,S…] as [N,S…,C].
Value channels_last(const Value& x);
/// x[N,S…,C] as [N,C,S…].
Value channels_first(const Value& x);
/// Convolution weights w[O,I,K…] as [K…,I,O], as JAX and TensorFlow have them.
Value oihw_to_hwio(const Value& w);
Value hwio_to_oihw(const Value& w);
/// Convolution weights w[O,I,K…] as [O,K…,I].
Value oihw_to_ohwi(const Value& w);
Value ohwi_to_oihw(const Value& w);

}  // namespace convoy
