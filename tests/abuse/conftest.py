"""One server, a hundred honest bots on it for as long as a module's attacks go on, and attackers.

Beside it the stock server, for what it does by itself. Not here: the fixtures of all tests
(`tests/conftest.py`).
"""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from abuse.arena import Arena, arena_on
from abuse.crowd import Crowd, losses
from abuse.stock_stage import PlayStock, Stage, stage_on
from servers import Server, running_server

_HERE = Path(__file__).parent
HONEST = 100
T = TypeVar("T")
Play = Callable[[Callable[[Arena], Awaitable[T]]], T]
"""What `play` is: runs an attack, or any scene in the arena, to its end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that share the crowd in one process of tests."""
    for item in items:
        if item.path.is_relative_to(_HERE) and "attacked" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("abuse"))


@pytest.fixture(scope="session")
def attacked() -> Iterator[Server]:
    """The server, with its defaults."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def crowd(attacked: Server) -> Iterator[Crowd]:
    """They are all in the lobby."""
    with Crowd(attacked.url, HONEST) as honest:
        yield honest


class Honest:
    """The crowd as it plays beside a module's attacks."""

    def __init__(self, crowd: Crowd, server: Server) -> None:
        self._crowd, self._server = crowd, server
        self._printed = len(server.output)
        self._playing = True
        crowd.begin()

    def end(self) -> None:
        """They stop; demand that they lost nothing, and that the log is as it should be."""
        self._playing = False
        step = self._crowd.end()
        assert losses(step) == {}
        assert step.counts.seen == step.counts.moves * HONEST > 0
        printed = self._server.output[self._printed :]
        assert not [line for line in printed if "Traceback" in line], "\n".join(printed[-40:])

    def stop(self) -> None:
        """They stop, whatever became of them."""
        if self._playing:
            self._crowd.end()


@pytest.fixture(scope="module")
def honest(crowd: Crowd, attacked: Server) -> Iterator[Honest]:
    """They play from the module's first test to its last."""
    playing = Honest(crowd, attacked)
    yield playing
    playing.stop()


@pytest.fixture
def play(attacked: Server, honest: Honest) -> Play[Any]:
    """Attack the server beside the honest."""
    return playing_on(attacked)


@pytest.fixture(scope="session")
def strict() -> Iterator[Server]:
    """A server whose limits are soon reached, behind a proxy that it trusts: the tests."""
    options = ["--join-timeout", "1", "--max-rooms", "3", "--max-connections", "30"]
    options += ["--max-address-connections", "5", "--trusted-proxy", "127.0.0.0/8"]
    with running_server(*options) as server:
        yield server


@pytest.fixture
def play_strict(strict: Server) -> Play[Any]:
    """Attack the strict one."""
    return playing_on(strict)


@pytest.fixture(scope="session")
def stock() -> Iterator[Server]:
    """python-socketio's server as it comes, with nothing of ours."""
    server = Server([sys.executable, str(_HERE / "stock_server.py")])
    yield server
    server.stop()


@pytest.fixture
def play_stock(stock: Server) -> PlayStock:
    """Run a scene on it."""

    async def run(scene: Callable[[Stage], Awaitable[None]]) -> None:
        async with stage_on(stock.url) as stage:
            await scene(stage)

    return lambda scene: asyncio.run(run(scene))


def playing_on(server: Server) -> Play[Any]:
    """What runs a scene in the arena of a server."""

    def run(scene: Callable[[Arena], Awaitable[T]]) -> T:
        async def whole() -> T:
            async with arena_on(server.url) as arena:
                return await scene(arena)

        return asyncio.run(whole())

    return run


def resident_kib(server: Server) -> int:
    """How much memory a server's process has."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1])
