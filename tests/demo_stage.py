"""The engines, ways and clients that protocol 1 is played with, and what a scene plays on.

Not here: the scenes and their fixture (`tests/blackbox`).
"""

import asyncio
import json
import urllib.request
from contextlib import AbstractContextManager, ExitStack
from typing import Any, NamedTuple

from heard import TRANSPORTS, Heard
from js_client import JsClient
from js_page import JsPage, PagePlayer
from js_play import in_game
from needs import need_binary
from py_client import PyClient
from servers import HURRIED, Server, flask_demo, running_server

_OPTIONS = ("--grid", "4x3")
# Whoever polls no more is noticed by this alone.
_HEARTBEAT = ("--ping-interval", "1", "--ping-timeout", "4")

ENGINES = {
    "fanout": HURRIED,
    "stock": ("--stock",),
    "uvicorn": ("--engine", "uvicorn"),
    "threading": ("--engine", "flask", "--async-mode", "threading"),
    "gevent": ("--engine", "flask", "--async-mode", "gevent"),
    "eventlet": ("--engine", "flask", "--async-mode", "eventlet"),
}
"""Names and options of `gridcli serve`."""
PEER = "peer"
"""The Flask demo, which shares no code with them: what our own clients are tested with."""
NODE = "node"
"""Socket.IO for Node, which shares none, either."""
FOREIGN = (PEER, NODE)

BY_PAGES_ALONE = ("stock", "uvicorn", "gevent", "eventlet")
"""Played with the JavaScript client only, as a page would: for the suite's time."""

CASES = [
    *[
        (engine, way, who)
        for engine in ENGINES
        for way in TRANSPORTS
        for who in (("js",) if engine in BY_PAGES_ALONE else ("js", "py"))
    ],
    (PEER, "websocket", "js"),
    *[(NODE, way, "js") for way in TRANSPORTS],
]


class Stage(NamedTuple):
    """A server whose grid is empty, and those who come to play on it."""

    engine: str
    url: str
    transport: str
    client: str
    players: ExitStack
    loop: asyncio.AbstractEventLoop
    page: JsPage | None
    """The node of the JavaScript clients, where this case has any."""

    def enter(self, moves: tuple[str, ...] = (), alone: bool = False) -> Heard:
        """The player whom the scene is about, with this case's client and transport.

        Args:
            moves: steps to send as soon as the game is on.
            alone: in a process of its own if it is a JavaScript client, so that it can vanish.
        """
        player: JsClient | PagePlayer | PyClient
        if self.page is not None and alone:
            player = JsClient(self.url, self.transport, moves=moves)
        elif self.page is not None:
            player = self.page.enter(self.url, self.transport, moves)
        else:
            player = PyClient(self.loop, self.url, self.transport, moves=moves)
        return self._entered(player)

    def watcher(self) -> Heard:
        """Someone else, on a transport of another kind."""
        other = TRANSPORTS[TRANSPORTS.index(self.transport) - 1]
        return self._entered(PyClient(self.loop, self.url, other))

    def _entered(self, player: JsClient | PagePlayer | PyClient) -> Heard:
        self.players.enter_context(player)
        in_game(player)
        return player


class Engines:
    """Runs each engine that is asked for until the end of a stack."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, Server] = {}

    def foreign(self, engine: str) -> AbstractContextManager[Server]:
        """One of one's own; it does not tell whether anyone is there."""
        if engine == NODE:
            need_binary("node")
            need_binary("npm")
            return running_server(*_OPTIONS, "--engine", "node")
        return flask_demo(*_OPTIONS)

    def get(self, engine: str) -> Server:
        if engine not in self._running:
            server = running_server(*_OPTIONS, *_HEARTBEAT, *ENGINES[engine])
            self._running[engine] = self._stack.enter_context(server)
        return self._running[engine]


def players_on(server: Server) -> int:
    """How many players a server of ours has."""
    with urllib.request.urlopen(f"{server.url}/healthz") as response:
        health: dict[str, Any] = json.load(response)
    return int(health["players"])
