"""Convolutional networks: build, differentiate, compile and run them."""

from . import _convoy
from ._convoy import (
    CancelledError,
    Dim,
    Error,
    Function,
    Graph,
    IndexError as IndexError,
    LimitError,
    NotSupportedError,
    Parameter,
    ShapeError,
    TypeError as TypeError,
    Value,
    ValueError as ValueError,
    backends,
    compile as compile,
    constant,
    gradients,
    input as input,
    parameter,
)
from ._eager import eager as _eager

__version__ = _convoy.__version__

# Operators, on graph values and on arrays.
abs = _eager(_convoy.abs)
add = _eager(_convoy.add)
arg_max = _eager(_convoy.arg_max)
arg_min = _eager(_convoy.arg_min)
atan = _eager(_convoy.atan)
cast = _eager(_convoy.cast)
ceil = _eager(_convoy.ceil)
celu = _eager(_convoy.celu)
clip = _eager(_convoy.clip)
conv = _eager(_convoy.conv)
conv_input_grad = _eager(_convoy.conv_input_grad)
conv_transpose = _eager(_convoy.conv_transpose)
conv_weight_grad = _eager(_convoy.conv_weight_grad)
convolution_backward = _eager(_convoy.convolution_backward)
cos = _eager(_convoy.cos)
div = _eager(_convoy.div)
dropout = _eager(_convoy.dropout)
elu = _eager(_convoy.elu)
equal = _eager(_convoy.equal)
erf = _eager(_convoy.erf)
exp = _eager(_convoy.exp)
expand = _eager(_convoy.expand)
eye = _eager(_convoy.eye)
floor = _eager(_convoy.floor)
full = _eager(_convoy.full)
gelu = _eager(_convoy.gelu)
gelu_tanh = _eager(_convoy.gelu_tanh)
gemm = _eager(_convoy.gemm)
greater = _eager(_convoy.greater)
greater_equal = _eager(_convoy.greater_equal)
hard_sigmoid = _eager(_convoy.hard_sigmoid)
hard_swish = _eager(_convoy.hard_swish)
iota = _eager(_convoy.iota)
leaky_relu = _eager(_convoy.leaky_relu)
less = _eager(_convoy.less)
less_equal = _eager(_convoy.less_equal)
log = _eager(_convoy.log)
log_softmax = _eager(_convoy.log_softmax)
logical_and = _eager(_convoy.logical_and)
logical_not = _eager(_convoy.logical_not)
logical_or = _eager(_convoy.logical_or)
logical_xor = _eager(_convoy.logical_xor)
matmul = _eager(_convoy.matmul)
max = _eager(_convoy.max)
min = _eager(_convoy.min)
mish = _eager(_convoy.mish)
mul = _eager(_convoy.mul)
neg = _eager(_convoy.neg)
not_equal = _eager(_convoy.not_equal)
one_hot = _eager(_convoy.one_hot)
pow = _eager(_convoy.pow)
prelu = _eager(_convoy.prelu)
random_normal = _eager(_convoy.random_normal)
random_uniform = _eager(_convoy.random_uniform)
range = _eager(_convoy.range)
reciprocal = _eager(_convoy.reciprocal)
reduce_l1 = _eager(_convoy.reduce_l1)
reduce_l2 = _eager(_convoy.reduce_l2)
reduce_log_sum_exp = _eager(_convoy.reduce_log_sum_exp)
reduce_max = _eager(_convoy.reduce_max)
reduce_mean = _eager(_convoy.reduce_mean)
reduce_min = _eager(_convoy.reduce_min)
reduce_prod = _eager(_convoy.reduce_prod)
reduce_sum = _eager(_convoy.reduce_sum)
relu = _eager(_convoy.relu)
reshape = _eager(_convoy.reshape)
round = _eager(_convoy.round)
rsqrt = _eager(_convoy.rsqrt)
selu = _eager(_convoy.selu)
sigmoid = _eager(_convoy.sigmoid)
sign = _eager(_convoy.sign)
silu = _eager(_convoy.silu)
sin = _eager(_convoy.sin)
softmax = _eager(_convoy.softmax)
softplus = _eager(_convoy.softplus)
softsign = _eager(_convoy.softsign)
sqrt = _eager(_convoy.sqrt)
sub = _eager(_convoy.sub)
tanh = _eager(_convoy.tanh)
top_k = _eager(_convoy.top_k)
where = _eager(_convoy.where)

# All public names but those of builtins: `from convoy import *` must not replace abs or ValueError.
__all__ = [
    "CancelledError",
    "Dim",
    "Error",
    "Function",
    "Graph",
    "LimitError",
    "NotSupportedError",
    "Parameter",
    "ShapeError",
    "Value",
    "add",
    "arg_max",
    "arg_min",
    "atan",
    "backends",
    "cast",
    "ceil",
    "celu",
    "clip",
    "constant",
    "conv",
    "conv_input_grad",
    "conv_transpose",
    "conv_weight_grad",
    "convolution_backward",
    "cos",
    "div",
    "dropout",
    "elu",
    "equal",
    "erf",
    "exp",
    "expand",
    "eye",
    "floor",
    "full",
    "gelu",
    "gelu_tanh",
    "gemm",
    "gradients",
    "greater",
    "greater_equal",
    "hard_sigmoid",
    "hard_swish",
    "iota",
    "leaky_relu",
    "less",
    "less_equal",
    "log",
    "log_softmax",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "matmul",
    "mish",
    "mul",
    "neg",
    "not_equal",
    "one_hot",
    "parameter",
    "prelu",
    "random_normal",
    "random_uniform",
    "reciprocal",
    "reduce_l1",
    "reduce_l2",
    "reduce_log_sum_exp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "relu",
    "reshape",
    "rsqrt",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "sub",
    "tanh",
    "top_k",
    "where",
]
