// Weights of networks by name: counted, taken out, put in.
#pragma once

#include "convoy/base/named_tensors.h"
#include "convoy/nn/module.h"

namespace convoy::models {

/// Elements of all parameters, running statistics of normalisation left out: the number that
/// publications state.
int64_t parameter_count(const nn::Module& network);

/// The values of all parameters and statistics, by their names.
NamedTensors weights(const nn::Module& network);

/// Replaces the values of all parameters and statistics. ValueError, with nothing replaced, lists
/// every name that is missing, unexpected or of another shape or dtype. float16 and bfloat16 are
/// widened to float32; nothing is ever rounded. PyTorch's counters `num_batches_tracked` have no
/// meaning here and are passed over.
void load_weights(const nn::Module& network, const NamedTensors& weights);

}  // namespace convoy::models
