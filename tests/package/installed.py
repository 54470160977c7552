"""Run in an environment that has nothing but `pip install convoy`."""

from importlib.metadata import version
from importlib.resources import files

import convoy

for name in ("py.typed", "__init__.py", "__init__.pyi", "_convoy/__init__.pyi", "_convoy/nn.pyi"):
    assert files("convoy").joinpath(name).is_file(), f"the wheel lacks {name}"
print(f"imported convoy {version('convoy')} from {convoy.__file__}")
