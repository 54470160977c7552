"""Set-up shared by all Python tests."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")  # thousands of small compilations
# Two test processes share two cores: each library keeps to one thread.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import hypothesis
import pytest

# Every test states how many configurations it draws (support.configurations); a failing one is
# shrunk and printed with the line that repeats it.
hypothesis.settings.register_profile(
    "convoy",
    deadline=None,
    print_blob=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("convoy")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--backend",
        default="reference",
        help="what functions and calls on arrays are compiled for where a test does not say",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "differs_on(backend, reason): what is tested is documented to differ there"
    )
    import support

    support.use_backend(config.getoption("--backend"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    backend = config.getoption("--backend")
    for item in items:
        for mark in item.iter_markers("differs_on"):
            if mark.args[0] == backend:
                item.add_marker(pytest.mark.skip(reason=f"on {backend}: {mark.args[1]}"))
