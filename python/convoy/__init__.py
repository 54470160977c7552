"""Convolutional networks: build, differentiate, compile and run them."""

from . import _convoy
from ._convoy import (
    CancelledError,
    Dim,
    Error,
    Function,
    Graph,
    LimitError,
    NotSupportedError,
    Parameter,
    Plan,
    Profile,
    ShapeError,
    StableHLO,
    Value,
    backends,
    constant,
    gradients,
    parameter,
    to_stablehlo,
)
from ._eager import eager as _eager

__version__ = _convoy.__version__

# These share their names with builtins.
IndexError = _convoy.IndexError
TypeError = _convoy.TypeError
ValueError = _convoy.ValueError
compile = _convoy.compile
input = _convoy.input

# Operators, on graph values and on arrays.
abs = _eager(_convoy.abs)
adaptive_avg_pool = _eager(_convoy.adaptive_avg_pool)
adaptive_avg_pool_input_grad = _eager(_convoy.adaptive_avg_pool_input_grad)
adaptive_max_pool = _eager(_convoy.adaptive_max_pool)
add = _eager(_convoy.add)
arg_max = _eager(_convoy.arg_max)
arg_min = _eager(_convoy.arg_min)
atan = _eager(_convoy.atan)
avg_pool = _eager(_convoy.avg_pool)
avg_pool_input_grad = _eager(_convoy.avg_pool_input_grad)
batch_norm = _eager(_convoy.batch_norm)
batch_norm_training = _eager(_convoy.batch_norm_training)
binary_cross_entropy = _eager(_convoy.binary_cross_entropy)
binary_cross_entropy_with_logits = _eager(_convoy.binary_cross_entropy_with_logits)
cast = _eager(_convoy.cast)
ceil = _eager(_convoy.ceil)
celu = _eager(_convoy.celu)
channels_first = _eager(_convoy.channels_first)
channels_last = _eager(_convoy.channels_last)
clip = _eager(_convoy.clip)
concat = _eager(_convoy.concat)
conv = _eager(_convoy.conv)
conv_bn_silu = _eager(_convoy.conv_bn_silu)
conv_input_grad = _eager(_convoy.conv_input_grad)
conv_transpose = _eager(_convoy.conv_transpose)
conv_weight_grad = _eager(_convoy.conv_weight_grad)
convolution_backward = _eager(_convoy.convolution_backward)
cos = _eager(_convoy.cos)
cross_entropy = _eager(_convoy.cross_entropy)
depth_to_space = _eager(_convoy.depth_to_space)
div = _eager(_convoy.div)
dropout = _eager(_convoy.dropout)
elu = _eager(_convoy.elu)
equal = _eager(_convoy.equal)
erf = _eager(_convoy.erf)
exp = _eager(_convoy.exp)
expand = _eager(_convoy.expand)
eye = _eager(_convoy.eye)
flatten = _eager(_convoy.flatten)
flip = _eager(_convoy.flip)
floor = _eager(_convoy.floor)
fold = _eager(_convoy.fold)
full = _eager(_convoy.full)
gather = _eager(_convoy.gather)
gather_elements = _eager(_convoy.gather_elements)
gather_nd = _eager(_convoy.gather_nd)
gelu = _eager(_convoy.gelu)
gelu_tanh = _eager(_convoy.gelu_tanh)
gemm = _eager(_convoy.gemm)
global_avg_pool = _eager(_convoy.global_avg_pool)
global_max_pool = _eager(_convoy.global_max_pool)
greater = _eager(_convoy.greater)
greater_equal = _eager(_convoy.greater_equal)
group_norm = _eager(_convoy.group_norm)
hard_sigmoid = _eager(_convoy.hard_sigmoid)
hard_swish = _eager(_convoy.hard_swish)
huber_loss = _eager(_convoy.huber_loss)
hwio_to_oihw = _eager(_convoy.hwio_to_oihw)
instance_norm = _eager(_convoy.instance_norm)
iota = _eager(_convoy.iota)
kl_div = _eager(_convoy.kl_div)
l1_loss = _eager(_convoy.l1_loss)
layer_norm = _eager(_convoy.layer_norm)
leaky_relu = _eager(_convoy.leaky_relu)
less = _eager(_convoy.less)
less_equal = _eager(_convoy.less_equal)
local_conv = _eager(_convoy.local_conv)
log = _eager(_convoy.log)
log_softmax = _eager(_convoy.log_softmax)
logical_and = _eager(_convoy.logical_and)
logical_not = _eager(_convoy.logical_not)
logical_or = _eager(_convoy.logical_or)
logical_xor = _eager(_convoy.logical_xor)
lp_pool = _eager(_convoy.lp_pool)
matmul = _eager(_convoy.matmul)
max = _eager(_convoy.max)
max_pool = _eager(_convoy.max_pool)
max_unpool = _eager(_convoy.max_unpool)
max_unpool_grad = _eager(_convoy.max_unpool_grad)
min = _eager(_convoy.min)
mish = _eager(_convoy.mish)
mse_loss = _eager(_convoy.mse_loss)
mul = _eager(_convoy.mul)
neg = _eager(_convoy.neg)
nll_loss = _eager(_convoy.nll_loss)
non_max_suppression = _eager(_convoy.non_max_suppression)
not_equal = _eager(_convoy.not_equal)
ohwi_to_oihw = _eager(_convoy.ohwi_to_oihw)
oihw_to_hwio = _eager(_convoy.oihw_to_hwio)
oihw_to_ohwi = _eager(_convoy.oihw_to_ohwi)
one_hot = _eager(_convoy.one_hot)
pad = _eager(_convoy.pad)
pad_input_grad = _eager(_convoy.pad_input_grad)
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
repeat = _eager(_convoy.repeat)
reshape = _eager(_convoy.reshape)
resize = _eager(_convoy.resize)
resize_input_grad = _eager(_convoy.resize_input_grad)
round = _eager(_convoy.round)
rsqrt = _eager(_convoy.rsqrt)
scatter_elements = _eager(_convoy.scatter_elements)
scatter_nd = _eager(_convoy.scatter_nd)
selu = _eager(_convoy.selu)
shape_of = _eager(_convoy.shape_of)
sigmoid = _eager(_convoy.sigmoid)
sign = _eager(_convoy.sign)
silu = _eager(_convoy.silu)
sin = _eager(_convoy.sin)
slice = _eager(_convoy.slice)
slice_input_grad = _eager(_convoy.slice_input_grad)
smooth_l1_loss = _eager(_convoy.smooth_l1_loss)
softmax = _eager(_convoy.softmax)
softplus = _eager(_convoy.softplus)
softsign = _eager(_convoy.softsign)
space_to_depth = _eager(_convoy.space_to_depth)
split = _eager(_convoy.split)
sqrt = _eager(_convoy.sqrt)
squeeze = _eager(_convoy.squeeze)
stack = _eager(_convoy.stack)
sub = _eager(_convoy.sub)
tanh = _eager(_convoy.tanh)
tile = _eager(_convoy.tile)
top_k = _eager(_convoy.top_k)
transpose = _eager(_convoy.transpose)
unfold = _eager(_convoy.unfold)
unsqueeze = _eager(_convoy.unsqueeze)
where = _eager(_convoy.where)

from . import (  # noqa: E402  (they build on what stands above)
    functional,
    io,
    models,
    nn,
    onnx,
    pytensor,
)
from ._session import InferenceSession  # noqa: E402

# All public names but those of builtins: `from convoy import *` must not replace abs or ValueError.
__all__ = [
    "CancelledError",
    "Dim",
    "Error",
    "Function",
    "Graph",
    "InferenceSession",
    "LimitError",
    "NotSupportedError",
    "Parameter",
    "Plan",
    "Profile",
    "ShapeError",
    "StableHLO",
    "Value",
    "adaptive_avg_pool",
    "adaptive_avg_pool_input_grad",
    "adaptive_max_pool",
    "add",
    "arg_max",
    "arg_min",
    "atan",
    "avg_pool",
    "avg_pool_input_grad",
    "backends",
    "batch_norm",
    "batch_norm_training",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cast",
    "ceil",
    "celu",
    "channels_first",
    "channels_last",
    "clip",
    "concat",
    "constant",
    "conv",
    "conv_bn_silu",
    "conv_input_grad",
    "conv_transpose",
    "conv_weight_grad",
    "convolution_backward",
    "cos",
    "cross_entropy",
    "depth_to_space",
    "div",
    "dropout",
    "elu",
    "equal",
    "erf",
    "exp",
    "expand",
    "eye",
    "flatten",
    "flip",
    "floor",
    "fold",
    "full",
    "functional",
    "gather",
    "gather_elements",
    "gather_nd",
    "gelu",
    "gelu_tanh",
    "gemm",
    "global_avg_pool",
    "global_max_pool",
    "gradients",
    "greater",
    "greater_equal",
    "group_norm",
    "hard_sigmoid",
    "hard_swish",
    "huber_loss",
    "hwio_to_oihw",
    "instance_norm",
    "io",
    "iota",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "less",
    "less_equal",
    "local_conv",
    "log",
    "log_softmax",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lp_pool",
    "matmul",
    "max_pool",
    "max_unpool",
    "max_unpool_grad",
    "mish",
    "models",
    "mse_loss",
    "mul",
    "neg",
    "nll_loss",
    "nn",
    "non_max_suppression",
    "not_equal",
    "ohwi_to_oihw",
    "oihw_to_hwio",
    "oihw_to_ohwi",
    "one_hot",
    "onnx",
    "pad",
    "pad_input_grad",
    "parameter",
    "prelu",
    "pytensor",
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
    "repeat",
    "reshape",
    "resize",
    "resize_input_grad",
    "rsqrt",
    "scatter_elements",
    "scatter_nd",
    "selu",
    "shape_of",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "slice_input_grad",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "softsign",
    "space_to_depth",
    "split",
    "sqrt",
    "squeeze",
    "stack",
    "sub",
    "tanh",
    "tile",
    "to_stablehlo",
    "top_k",
    "transpose",
    "unfold",
    "unsqueeze",
    "where",
]
