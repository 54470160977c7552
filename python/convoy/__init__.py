"""Convolutional networks: build, differentiate, compile and run them."""

from . import _convoy
from ._convoy import *  # noqa: F403
from ._eager import eager as _eager

__version__ = _convoy.__version__

conv = _eager(_convoy.conv)
conv_input_grad = _eager(_convoy.conv_input_grad)
conv_weight_grad = _eager(_convoy.conv_weight_grad)
