"""Nodes that share a grid, as processes with a port each, and what they say of themselves.

Not here: the brokers (`brokers`), nodes that are killed and started again (`faults.nodes`).
"""

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from servers import Server

from gridcli.core.protocol.updates import Update
from gridcli.link.link import Link
from gridcli.link.target import Target

SECRET = "a secret of the tests"


@contextmanager
def nodes(url: str, count: int, *args: str) -> Iterator[list[Server]]:
    """So many nodes, n1, n2, …, each with a port of its own."""
    started: list[Server] = []
    try:
        for number in range(1, count + 1):
            started.append(start_node(url, f"n{number}", *args))
        yield started
    finally:
        for server in started:
            server.stop()


def start_node(url: str, name: str, *args: str) -> Server:
    command = [sys.executable, "-m", "gridcli", "serve", "--port", "0", "--node", name]
    command += ["--message-queue", url, *args]
    return Server(command, env={"GRIDCLI_SERVE_CLUSTER_SECRET": SECRET})


def health(server: Server) -> dict[str, Any]:
    with urllib.request.urlopen(f"{server.url}/healthz", timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def metric(server: Server, name: str) -> float:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=5) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(name + " "):
                return float(line.rpartition(" ")[2])
    raise AssertionError(f"no metric {name}")


def agree(servers: list[Server], players: int) -> Callable[[], bool]:
    """Whether all show the same world, of so many players."""

    def compare() -> bool:
        found = [health(server) for server in servers]
        return len({h["digest"] for h in found}) == 1 and found[0]["players"] == players

    return compare


class Player:
    """A link that keeps what it hears."""

    def __init__(self, server: Server, room: str = "lobby", name: str = "") -> None:
        self.heard: list[Update] = []
        self.link = Link(
            Target(server.url, room=room, name=name), on_update=lambda u, _: self.heard.append(u)
        )

    def of(self, kind: type[Any]) -> list[Any]:
        return [update for update in self.heard if isinstance(update, kind)]
