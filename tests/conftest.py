"""Fixtures for every test: real servers on loopback, and the JavaScript client.

The helpers themselves are plain modules (`servers`, `js_client`, `needs`), so that a test may
use them without a fixture. Not here: options and timeouts, which are in `pyproject.toml`.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import hypothesis
import pytest
from needs import MISSING
from servers import HURRIED, Server, flask_demo, running_server

# How long an example takes is the machine's business, which others may be using.
hypothesis.settings.register_profile("shared machine", deadline=None)
hypothesis.settings.load_profile("shared machine")

# Nothing here trusts who the system trusts: each of some hundred processes would read all of their
# certificates as soon as it imports aiohttp, which takes as long as a tenth of its start.
os.environ |= {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}

# numpy's pool of threads takes a third of its import to start, and spins on cores that are busy.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# A shell starts its background jobs with Ctrl-C ignored, and so would be all that is started here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

StartServer = Callable[..., Server]


@pytest.fixture(scope="session")
def grid_server() -> Iterator[Server]:
    """Our server, shared: use a room of your own, and count on no other.

    As its defaults are, but for the rate of events: tests hurry.
    """
    with running_server(*HURRIED) as server:
        yield server


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    """Start servers of ours with the options given; each ends with the test."""
    with ExitStack() as servers:

        def start(*args: str) -> Server:
            return servers.enter_context(running_server(*args))

        yield start


@pytest.fixture
def flask_server() -> Iterator[Server]:
    """A Flask-SocketIO server that speaks protocol 1 only."""
    with flask_demo() as server:
        yield server


@pytest.fixture(scope="session")
def js_modules() -> None:
    """Ask for it where a test uses `JsClient`: socket.io-client is there, or the test ends."""
    from js_client import install  # imports fcntl, which not every test needs

    install()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say under the results what this machine was too bare to test."""
    told: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        reason = reason.removeprefix("Skipped: ")
        if reason.startswith(MISSING):
            told[reason] = told.get(reason, 0) + 1
    if told:
        terminalreporter.section("NOT TESTED", sep="!", yellow=True, bold=True)
        for reason, count in told.items():
            terminalreporter.write_line(f"{count} skipped, {reason}")
