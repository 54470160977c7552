"""Run in an environment that has nothing but `pip install convoy`."""

from importlib.metadata import version
from importlib.resources import files

import convoy

for name in ("py.typed", "_convoy.pyi", "__init__.py"):
    assert files("convoy").joinpath(name).is_file(), f"the wheel lacks {name}"
print(f"imported convoy {version('convoy')} from {convoy.__file__}")
