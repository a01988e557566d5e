"""What `stage` keeps: connections, session ids, and the outcome.

Not here: the steps (`stage`).
"""

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from packet_client import PATIENCE_S, PacketClient
from programs import NAMESPACES, Program
from stage_application import Application


@dataclass
class Outcome:
    """What came of a program; session ids are left out of it."""

    received: list[list[str | bytes]] = field(default_factory=list)
    """For each connection."""
    cut_off: set[int] = field(default_factory=set)
    """Connections that were broken, so how much they received is chance."""
    parted: set[int] = field(default_factory=set)
    """Connections that left a namespace, so whether they answered in time is chance."""
    rooms: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    answers: dict[int, list[Any]] = field(default_factory=dict)
    """What acknowledgement callbacks were called with; -1 is those of rooms, in any order."""
    ends: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    """Error log lines, and what the event loop was told."""


class Backstage:
    """What a stage knows of clients and servers.

    Args:
        url: of the server.
        application: what runs on it.
        program: to be played.
    """

    def __init__(self, url: str, application: Application, program: Program) -> None:
        self.outcome = Outcome()
        self._url = url
        self._app = application
        self._sio = application.sio
        self._program = program
        self._connections: list[PacketClient] = []
        self._now: list[int] = []
        """By client, the number of its connection."""
        self._sids: dict[tuple[str, int], str] = {}
        """By namespace and connection, of those that are connected."""
        self._owners: dict[str, int] = {}
        self._ended: set[int] = set()
        self._going: set[str] = set()
        self._numbers = itertools.count()
        self._emits = itertools.count()

    def _name(self, kind: str) -> str:
        return f"{kind}{next(self._emits)}"

    async def _open(self, client: int) -> PacketClient:
        polling = self._program.kinds[client] != "websocket"
        connection = await PacketClient(self._url, polling=polling).open()
        self._now[client] = len(self._connections)
        self._connections.append(connection)
        return connection

    def _living(self, client: int) -> PacketClient | None:
        number = self._now[client]
        return None if number in self._ended else self._connections[number]

    def _sid(self, namespace: str, client: int) -> str | None:
        return self._sids.get((namespace, self._now[client]))

    def _skipped(self, namespace: str, skip: Any) -> Any:
        if isinstance(skip, list):
            return [self._sid(namespace, c) if c >= 0 else "nobody" for c in skip]
        return None if skip is None else self._sid(namespace, skip)

    def _forget(self, client: int) -> list[str]:
        number = self._now[client]
        self._ended.add(number)
        found = [self._part(namespace, number) for namespace in NAMESPACES]
        return [sid for sid in found if sid is not None]

    def _part(self, namespace: str, number: int) -> str | None:
        sid = self._sids.pop((namespace, number), None)
        if sid is not None:
            self.outcome.parted.add(number)
        return sid

    def _event(
        self, namespace: str, script: list[Any], returned: str, asks: bool, binary: bool
    ) -> list[str | bytes]:
        prefix = "" if namespace == "/" else f"{namespace},"
        number = str(next(self._numbers)) if asks else ""
        values: list[Any] = ["do", script, returned]
        if not binary:
            return [f"42{prefix}{number}{json.dumps(values)}"]
        values.append({"_placeholder": True, "num": 0})
        return [f"451-{prefix}{number}{json.dumps(values)}", b"blob"]

    def _callback(self, number: int) -> Callable[..., None]:
        return lambda *args: self.outcome.answers.setdefault(number, []).append(args)

    async def _settle_ends(self) -> None:
        await self._until(lambda: self._going <= {sid for _, sid, _ in self._app.gone})
        self._going.clear()

    async def _until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._app.changed.clear()
                await self._app.changed.wait()
