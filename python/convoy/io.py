"""Files of arrays that NumPy does not read: safetensors.

.npy and .npz files are numpy.load's and numpy.save's; a network takes weights from either::

    model.load_weights(dict(numpy.load("weights.npz")))
    model.load_weights(convoy.io.load_safetensors("weights.safetensors")[0])
"""

from ._convoy.io import load_safetensors, save_safetensors

__all__ = ["load_safetensors", "save_safetensors"]
