"""convoy.functional has PyTorch's argument order and defaults, as its documentation prints them."""

import inspect

import pytest

from convoy import functional as F

CONV = "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1"
TRANSPOSED = "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
MAX = (
    "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False"
)
AVERAGE = (
    "input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, "
    "divisor_override=None"
)
LP = "input, norm_type, kernel_size, stride=None, ceil_mode=False"
UNPOOL = "input, indices, kernel_size, stride=None, padding=0, output_size=None"
LOSS = "input, target, size_average=None, reduce=None, reduction='mean'"
WEIGHTED = "input, target, weight=None, size_average=None, reduce=None, reduction='mean'"
CLASSES = (
    "input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, "
    "reduction='mean'"
)
SOFTMAX = "input, dim=None, _stacklevel=3, dtype=None"

SIGNATURES = {
    "adaptive_avg_pool1d": "input, output_size",
    "adaptive_avg_pool2d": "input, output_size",
    "adaptive_avg_pool3d": "input, output_size",
    "adaptive_max_pool1d": "input, output_size, return_indices=False",
    "adaptive_max_pool2d": "input, output_size, return_indices=False",
    "adaptive_max_pool3d": "input, output_size, return_indices=False",
    "avg_pool1d": AVERAGE.removesuffix(", divisor_override=None"),
    "avg_pool2d": AVERAGE,
    "avg_pool3d": AVERAGE,
    "batch_norm": (
        "input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, "
        "eps=1e-05"
    ),
    "binary_cross_entropy": WEIGHTED,
    "binary_cross_entropy_with_logits": WEIGHTED + ", pos_weight=None",
    "celu": "input, alpha=1.0, inplace=False",
    "conv1d": CONV,
    "conv2d": CONV,
    "conv3d": CONV,
    "conv_transpose1d": TRANSPOSED,
    "conv_transpose2d": TRANSPOSED,
    "conv_transpose3d": TRANSPOSED,
    "cosine_similarity": "x1, x2, dim=1, eps=1e-08",
    "cross_entropy": CLASSES + ", label_smoothing=0.0",
    "dropout": "input, p=0.5, training=True, inplace=False",
    "dropout1d": "input, p=0.5, training=True, inplace=False",
    "dropout2d": "input, p=0.5, training=True, inplace=False",
    "dropout3d": "input, p=0.5, training=True, inplace=False",
    "elu": "input, alpha=1.0, inplace=False",
    "fold": "input, output_size, kernel_size, dilation=1, padding=0, stride=1",
    "gelu": "input, approximate='none'",
    "glu": "input, dim=-1",
    "group_norm": "input, num_groups, weight=None, bias=None, eps=1e-05",
    "hardshrink": "input, lambd=0.5",
    "hardsigmoid": "input, inplace=False",
    "hardswish": "input, inplace=False",
    "hardtanh": "input, min_val=-1.0, max_val=1.0, inplace=False",
    "huber_loss": "input, target, reduction='mean', delta=1.0",
    "instance_norm": (
        "input, running_mean=None, running_var=None, weight=None, bias=None, "
        "use_input_stats=True, momentum=0.1, eps=1e-05"
    ),
    "interpolate": (
        "input, size=None, scale_factor=None, mode='nearest', align_corners=None, "
        "recompute_scale_factor=None, antialias=False"
    ),
    "kl_div": LOSS + ", log_target=False",
    "l1_loss": LOSS,
    "layer_norm": "input, normalized_shape, weight=None, bias=None, eps=1e-05",
    "leaky_relu": "input, negative_slope=0.01, inplace=False",
    "linear": "input, weight, bias=None",
    "local_response_norm": "input, size, alpha=0.0001, beta=0.75, k=1.0",
    "log_softmax": SOFTMAX,
    "logsigmoid": "input",
    "lp_pool1d": LP,
    "lp_pool2d": LP,
    "lp_pool3d": LP,
    "max_pool1d": MAX,
    "max_pool2d": MAX,
    "max_pool3d": MAX,
    "max_unpool1d": UNPOOL,
    "max_unpool2d": UNPOOL,
    "max_unpool3d": UNPOOL,
    "mish": "input, inplace=False",
    "mse_loss": LOSS,
    "nll_loss": CLASSES,
    "normalize": "input, p=2.0, dim=1, eps=1e-12",
    "one_hot": "tensor, num_classes=-1",
    "pad": "input, pad, mode='constant', value=None",
    "pixel_shuffle": "input, upscale_factor",
    "pixel_unshuffle": "input, downscale_factor",
    "prelu": "input, weight",
    "relu": "input, inplace=False",
    "relu6": "input, inplace=False",
    "scaled_dot_product_attention": (
        "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None"
    ),
    "selu": "input, inplace=False",
    "sigmoid": "input",
    "silu": "input, inplace=False",
    "smooth_l1_loss": LOSS + ", beta=1.0",
    "softmax": SOFTMAX,
    "softmin": SOFTMAX,
    "softplus": "input, beta=1, threshold=20",
    "softshrink": "input, lambd=0.5",
    "softsign": "input",
    "tanh": "input",
    "tanhshrink": "input",
    "threshold": "input, threshold, value, inplace=False",
    "unfold": "input, kernel_size, dilation=1, padding=0, stride=1",
}


def shown(function):
    """Positional parameters; what stands behind `*` is Convoy's own (a seed)."""
    parameters = inspect.signature(function).parameters.values()
    return ", ".join(
        p.name if p.default is p.empty else f"{p.name}={p.default!r}"
        for p in parameters
        if p.kind is p.POSITIONAL_OR_KEYWORD
    )


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature(name):
    assert shown(getattr(F, name)) == SIGNATURES[name]


def test_the_table_is_complete():
    assert set(F.__all__) == set(SIGNATURES)


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_function_is_documented(name):
    assert getattr(F, name).__doc__
