// Weights that make comparisons of backends mean something, for tests.
#pragma once

#include "convoy/models/models.h"

namespace convoy::models {

/// Replaces scales, shifts, statistics and biases of a freshly built model by random ones, so that
/// values span their range everywhere in the network and a wrong number anywhere shows in the
/// results. As drawn by `build` they do not: all scores of a detector are near 0.001, say.
///
/// * Scales of normalisations are uniform in 0.5…1.5, shifts and biases in ±0.5; biases that end
///   in a sigmoid in ±4.6, so that scores and gates go from 0.01 to 0.99.
/// * Running statistics become such that activations neither vanish nor grow from layer to layer:
///   they are taken from the network's own on a few random pictures of the model's size, but at
///   most `side` high and wide. This runs the network once where it has normalisations. Statistics
///   of small pictures do not fit large ones, whose deep maps have more inside than border.
///
/// Reproducible from `seed`. Not for training: `build` draws better weights for that.
void randomize_statistics(const Model& model, uint64_t seed = 0, int64_t side = 256);

}  // namespace convoy::models
