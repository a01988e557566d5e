"""Fixtures that run Locust, and what they run it against.

Not here: how it is run (`run_locust`), servers (`servers`), the faulty one (`slow_server`).
"""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from run_locust import SCENARIOS, Locust, Result
from servers import Server

from gridcli.core.run.file import decode_run
from gridcli.core.run.model import Run

StartLocust = Callable[..., Locust]
RunLocust = Callable[..., Result]


@pytest.fixture
def start_locust(tmp_path: Path) -> Iterator[StartLocust]:
    """Start Locust with further options, on our scenarios or a file; it ends with the test."""
    with ExitStack() as ends:

        def start(options: str, file: Path = SCENARIOS, **settings: str) -> Locust:
            locust = Locust(tmp_path, options, settings, file)
            ends.callback(locust.stop)
            return locust

        yield start


@pytest.fixture
def run_locust(start_locust: StartLocust) -> RunLocust:
    """Run Locust without its web interface, to its end."""

    def run(options: str, **settings: Any) -> Result:
        return start_locust(f"--headless --only-summary {options}", **settings).result()

    return run


@pytest.fixture
def read_run(tmp_path: Path) -> Callable[[], Run]:
    """The run file that Locust has written as `run.json`."""
    return lambda: decode_run((tmp_path / "run.json").read_bytes())


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A port of loopback that nobody listens on."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture
def slow_server() -> Iterator[Callable[..., Server]]:
    """Start the faulty server with the options given."""
    with ExitStack() as ends:

        def start(*args: str) -> Server:
            script = Path(__file__).with_name("slow_server.py")
            server = Server([sys.executable, str(script), *args])
            ends.callback(server.stop)
            return server

        yield start
