"""Run in an environment that has nothing but `pip install convoy`."""

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import convoy

for name in ("py.typed", "__init__.py", "__init__.pyi", "_convoy/__init__.pyi", "_convoy/nn.pyi"):
    assert files("convoy").joinpath(name).is_file(), f"the wheel lacks {name}"
# Pictures and archives are other packages' business in Python: their libraries are not needed.
loaded = Path("/proc/self/maps").read_text()
for library in ("libpng", "libjpeg", "libzip"):
    assert library not in loaded, f"importing convoy loads {library}"
print(f"imported convoy {version('convoy')} from {convoy.__file__}")
