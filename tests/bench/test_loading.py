"""Every benchmark finds what it takes from the packages: nobody runs them all each day.

Not here: what they measure (the benchmarks), their tables (`test_rows`).
"""

import importlib
from pathlib import Path

import pytest

_PATCHES = "flood_locust"
"""Makes the process one of gevent's, which none that runs tests may become."""
_ALL = sorted({file.stem for file in Path(__file__).parent.glob("[!_]*.py")} - {_PATCHES})


@pytest.mark.parametrize("name", _ALL)
def test_a_benchmark_finds_what_it_takes(name: str) -> None:
    importlib.import_module(f"bench.{name}")
