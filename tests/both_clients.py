"""Our transports and python-socketio's client behind one face, each with all that it heard.

Not here: a player of the game made of python-socketio's client (`socketio_player`).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import reading_whole
import socketio
from odd_server import NAMESPACE
from waiting import until

from gridcli.core.errors import BadInput
from gridcli.core.protocol.packets import (
    Connected,
    Event,
    decode_packet,
    encode_connect,
    encode_event,
)
from gridcli.link.dial import client_session, dial
from gridcli.link.target import Target, Transport

Heard = tuple[str, list[Any]]
THEIRS = {
    Transport.WEBSOCKET: ["websocket"],
    Transport.POLLING: ["polling"],
    Transport.UPGRADE: ["polling", "websocket"],
}


class Ours:
    """Our transports, with no more than the decoding of packets on top."""

    def __init__(self) -> None:
        self.events: list[Heard] = []
        self.faults = 0
        self.ended = ""
        self.joined = False

    def _hear(self, payload: bytes) -> None:
        try:
            packet = decode_packet(payload.decode())
        except (BadInput, UnicodeDecodeError):
            self.faults += 1
            return
        if isinstance(packet, Event):
            self.events.append((packet.name, list(packet.args)))
        elif isinstance(packet, Connected):
            self.joined = True

    @asynccontextmanager
    async def connected(self, url: str, transport: Transport) -> AsyncIterator["Ours"]:
        async with client_session() as http:
            self.connection = await dial(http, Target(url, transport=transport))
            running = self.running = asyncio.create_task(self.connection.run(self._hear))
            self.connection.send(encode_connect(None))
            await until(lambda: self.joined or running.done(), "the namespace")
            try:
                yield self
            finally:
                self.connection.end("enough")
                self.ended = await running

    async def emit(self, name: str) -> None:
        self.connection.send(encode_event(name, None))


class Theirs:
    """python-socketio's client; it keeps all arguments of every event."""

    def __init__(self) -> None:
        self.events: list[Heard] = []
        self.sio = socketio.AsyncClient(
            reconnection=False, handle_sigint=False, http_session=reading_whole.session
        )
        self.sio.on("*", self._hear, namespace=NAMESPACE)

    async def _hear(self, name: str, *args: Any) -> None:
        self.events.append((name, list(args)))

    @asynccontextmanager
    async def connected(self, url: str, transport: Transport) -> AsyncIterator["Theirs"]:
        await self.sio.connect(url, transports=THEIRS[transport], namespaces=[NAMESPACE])
        try:
            yield self
        finally:
            await leave(self.sio)

    async def emit(self, name: str) -> None:
        await self.sio.emit(name, None, namespace=NAMESPACE)


async def leave(sio: socketio.AsyncClient) -> None:
    """Disconnect; its own way waits for the last poll, which nobody answers any more."""
    if sio.transport() != "polling":
        await sio.disconnect()
        return
    tasks = [sio.eio.read_loop_task, sio.eio.write_loop_task]
    await sio.eio.disconnect(abort=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def names(events: Sequence[Heard]) -> list[str]:
    return [name for name, _ in events]
