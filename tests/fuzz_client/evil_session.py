"""One session of a client with a hostile server: its packets, both ways.

Not here: what the server does in it (`acts`), who lets clients in (`evil_server`).
"""

import asyncio
from random import Random
from typing import Protocol

from fuzz_client.hostile import NAMESPACE, OWN_ID, Corpus, encoded
from odd_server import Peer
from wire_frames import frame


class Host(Protocol):
    """What an act needs of its server; see `evil_server.Evil`."""

    corpus: Corpus
    packets: int
    packets_each: int
    next_answer: bytes
    deaf: bool

    def more(self) -> bool: ...


class Gone(Exception):
    """The client has left."""


class Session:
    """One Engine.IO session of a client, over whichever transport it chose.

    Args:
        evil: the server.
        rng: its chance.
    """

    def __init__(self, evil: Host, rng: Random) -> None:
        self.evil = evil
        self.rng = rng
        self.corpus = evil.corpus
        self.peer: Peer | None = None
        """The WebSocket; None while the client polls."""
        self.tick = 0
        self._inbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue(4)

    async def send(self, *packets: bytes) -> None:
        """Send packets, once the client takes them. Raises `Gone`."""
        self.evil.packets += len(packets)
        if self.peer is not None:
            await self.write(b"".join(map(frame, packets)))
        else:
            await self._outbox.put(b"\x1e".join(packets))

    async def write(self, data: bytes) -> None:
        """Write bytes of a WebSocket. Raises `Gone`."""
        assert self.peer is not None
        if self.peer.writer.is_closing():
            raise Gone
        self.peer.writer.write(data)
        try:
            await self.peer.writer.drain()
        except ConnectionError:
            raise Gone from None
        await asyncio.sleep(0)  # `drain` waits only for those who do not read

    async def receive(self) -> str:
        """The client's next packet. Raises `Gone`."""
        packet = await self._inbox.get()
        if packet is None:
            raise Gone
        return packet

    async def join(self, protocol: int = 2, *, name: str = "Own") -> None:
        """Let the client in, in good order."""
        await self.receive()
        await self.send(f'40{NAMESPACE},{{"sid":"x"}}'.encode(), *welcome(protocol, name))

    async def linger(self) -> None:
        """Say nothing until the client leaves."""
        while True:
            await self.receive()

    # The server's side, for `Evil` alone.

    def put(self, packet: str | None) -> None:
        self._inbox.put_nowait(packet)

    async def polled(self) -> bytes:
        return await self._outbox.get()


def event(name: str, payload: object, rng: Random) -> bytes:
    """An event of the game, which may hold half characters."""
    text = f"42{NAMESPACE},{encoded([name, payload], rng)}"
    return text.encode("utf-8", "surrogatepass")


def welcome(protocol: int, name: str = "Own") -> list[bytes]:
    """What a newcomer is told, in either dialect."""
    rng = Random(0)
    hello = {"userId": OWN_ID, "symbol": "K", "gridDimension": [20, 10]}
    if protocol == 1:
        status = {OWN_ID: {"pos": [3, 3], "symbol": "K"}}
        return [event("message", hello, rng), event("grid_status", status, rng)]
    more = {"protocol": 2, "name": name, "room": "lobby", "resume": "r"}
    delta = {"tick": 1, "full": True, "joins": [[OWN_ID, "K", 3, 3, name]], "users": 1}
    return [event("message", hello | more, rng), event("grid_delta", delta, rng)]
