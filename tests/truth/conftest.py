"""`--whole` plays every proof at its full length; without it they are short, and some are left out.

Not here: the fixtures of all tests (`tests/conftest.py`).
"""

import pytest

_TIMEOUT_S = 600


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option is known where this folder is named on the command line."""
    parser.addoption("--whole", action="store_true", help="the proofs at their full length")


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark."""
    config.addinivalue_line("markers", "whole: only with --whole")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole proofs take minutes; without them, leave out what is worth nothing in short."""
    if config.getoption("--whole", default=False):
        for item in items:
            item.add_marker(pytest.mark.timeout(_TIMEOUT_S))
    else:
        items[:] = [item for item in items if item.get_closest_marker("whole") is None]


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether the proof is to be played at its full length."""
    return bool(request.config.getoption("--whole", default=False))
