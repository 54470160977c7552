"""What every Python test runs under: the same cases in every run, and no accelerator."""

import os

from hypothesis import settings

# The judges compare numbers on the processor, wherever the tests run.
os.environ.setdefault("JAX_PLATFORMS", "cpu")

# The cases are the same in every run, so a failure belongs to the change that brought it.
# CONVOY_HYPOTHESIS=search looks for new ones.
settings.register_profile("repeat", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("search", deadline=None, print_blob=True, max_examples=1000)
settings.load_profile(os.environ.get("CONVOY_HYPOTHESIS", "repeat"))
