"""The servers that are measured, each a fresh process for each row.

Ours, the same handlers on python-socketio's stock manager, and Socket.IO for Node; ours in both
dialects. Not here: starting and stopping in general (`servers`), the load (`bench.measure`).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple

from servers import ROOT, Server

from gridcli.core.errors import SetupError
from gridcli.core.geometry import Grid
from server.engines.node_run import node_command
from server.settings import Settings


class Side(NamedTuple):
    """A server, and the dialect that is played with it."""

    key: str
    label: str
    protocol: int


GRIDCLI = Side("gridcli", "gridcli", 1)
STOCK = Side("stock", "gridcli on the stock manager", 1)
NODE_JS = Side("node", "Node Socket.IO 4", 1)
TICKS = Side("ticks", "gridcli, protocol 2", 2)
SIDES = (GRIDCLI, STOCK, NODE_JS, TICKS)


class Unavailable(Exception):
    """A side cannot be measured here; the message says what is missing."""


@cache
def knows_stock() -> bool:
    """Whether our server can still be run on the stock manager."""
    asked = [sys.executable, "-m", "gridcli", "serve", "--stock", "--help"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True).returncode == 0


def command(side: Side, grid: str) -> list[str]:
    """How the side's server is started on a free port."""
    if side is NODE_JS:
        try:
            return node_command(Settings(port=0, grid=Grid(*map(int, grid.split("x")))))
        except SetupError as error:
            raise Unavailable(str(error)) from None
    room = ("--max-room-players", "10000", "--max-players", "20000")
    stock = ("--stock",) if side is STOCK and knows_stock() else ()
    gridcli = (sys.executable, "-m", "gridcli", "serve", "--port", "0")
    return [*gridcli, "--grid", grid, *room, *stock]


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Processes that are started meanwhile stay on one core, with all of their threads."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(side: Side, grid: str, core: int | None) -> Iterator[Server]:
    """The side's server, fresh, until the end of the block.

    Raises:
        Unavailable: it does not start.
    """
    try:
        with on_core(core):
            server = Server(command(side, grid))
    except AssertionError as error:
        raise Unavailable(str(error)) from None
    try:
        yield server
    finally:
        server.stop()
