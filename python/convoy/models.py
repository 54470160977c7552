"""Networks of the literature, built by name.

::

    model = convoy.models.build("resnet18", classes=10, batch="N")
    f = convoy.compile(model.graph)

`model.network` is a module of `convoy.nn` and owns the parameters; `model.graph` is a graph like
any other. With `training=True` the graph is that of a training step, and `model.updates` are the
new running statistics for `convoy.compile`.
"""

from ._convoy.models import Architecture, Model, architectures, build

__all__ = ["Architecture", "Model", "architectures", "build"]
