"""A proxy that loses, doubles and delays events on their way to clients, and cuts connections.

    python tests/truth/proxy.py HOST PORT NOTES [options]

It prints its address. Bytes pass as they come, but for the server's WebSocket frames that begin as
`--events` says: these it may drop, write twice, or hold back until some later ones have passed, by
seed and connection. It begins with the first event that a client sends, so that everybody is in.
At SIGTERM it writes down all frames that it read from clients and wrote to them, in order (see
`notes`). It imports nothing of the product. Not here: what follows from the notes (`account`).
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from truth.notes import RECEIVED, SENT, Notes
from wire_frames import unmasked

_HELD_AT_MOST = 3
_HELD_FOR_S = 0.2


class Faults:
    """What is done to which frames."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.seed: int = options.seed
        self.events = tuple(event.encode() for event in options.events)
        self.sparing = tuple(word.encode() for word in options.sparing)
        self.drop: float = options.drop
        self.double: float = options.double
        self.hold: float = options.hold
        self.begun = False

    def may_befall(self, payload: bytes) -> bool:
        """Whether a frame is one of those that things happen to."""
        return (
            self.begun
            and payload.startswith(self.events)
            and not any(word in payload for word in self.sparing)
        )


class Route:
    """One connection: the way to the client, on which things happen, and the way back."""

    def __init__(self, number: int, proxy: "Proxy", client: asyncio.Transport) -> None:
        self.client = client
        self.server: asyncio.Transport | None = None
        self.early = b""
        """What the client said before the server was reached."""
        self._number = number
        self._proxy = proxy
        self._rng = Random(f"{proxy.faults.seed} {number}")
        self._in = b""
        self._out = b""
        self._asked = self._agreed = False
        self._held: list[tuple[int, bytes, bytes]] = []
        self._passed = 0
        self._late: asyncio.TimerHandle | None = None

    def from_client(self, data: bytes) -> None:
        """Pass it on; note the frames."""
        if self.server is None:
            self.early += data
        else:
            self.server.write(data)
        rest = self._in + data
        if not self._asked:
            _, asked, rest = rest.partition(b"\r\n\r\n")
            self._asked = bool(asked)
        while (found := unmasked(rest)) is not None:
            opcode, payload, rest = found
            if opcode == 1:
                self._proxy.notes.add(SENT, self._number, payload)
                if payload.startswith(b"42"):
                    self._proxy.begin()
        self._in = rest

    def from_server(self, data: bytes) -> None:
        """Cut it into frames, and do to them what the seed wants."""
        waits = self._out + data
        if not self._agreed:
            head, agreed, waits = waits.partition(b"\r\n\r\n")
            if not agreed:
                self._out = head
                return
            self._agreed = True
            self.client.write(head + agreed)
        at, end = 0, len(waits)
        while at + 2 <= end:
            size, start = waits[at + 1] & 0x7F, at + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                start += width
                if start > end:
                    break
                size = int.from_bytes(waits[at + 2 : start], "big")
            stop = start + size
            if stop > end:
                break
            assert waits[at] & 0x80, "a server in these tests sends whole messages"
            self._pass(waits[at:stop], waits[start:stop])
            at = stop
        self._out = waits[at:]

    def cut(self) -> None:
        """End it, without a word to anybody."""
        for side in (self.client, self.server):
            if side is not None:
                side.abort()

    def _pass(self, frame: bytes, payload: bytes) -> None:
        faults = self._proxy.faults
        if not faults.may_befall(payload):
            self._release()
            self._write(frame, payload)
            return
        chance = self._rng.random()
        if chance < faults.drop:
            pass
        elif chance < faults.drop + faults.double:
            self._write(frame, payload)
            self._write(frame, payload)
        elif chance < faults.drop + faults.double + faults.hold:
            until = self._passed + self._rng.randint(1, _HELD_AT_MOST)
            self._held.append((until, frame, payload))
            if self._late is None:
                loop = asyncio.get_running_loop()
                self._late = loop.call_later(_HELD_FOR_S, self._release)
            return
        else:
            self._write(frame, payload)
        self._passed += 1
        due = [held for held in self._held if held[0] <= self._passed]
        self._held = [held for held in self._held if held[0] > self._passed]
        for _, *held in due:
            self._write(*held)

    def _release(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
        held, self._held = self._held, []
        for _, frame, payload in held:
            self._write(frame, payload)

    def _write(self, frame: bytes, payload: bytes) -> None:
        if not self.client.is_closing():
            self._proxy.notes.add(RECEIVED, self._number, payload)
            self.client.write(frame)


class _Client(asyncio.Protocol):
    """The side on which the client is; it brings the other one about."""

    def __init__(self, proxy: "Proxy") -> None:
        self._proxy = proxy

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._route = self._proxy.new_route(transport)
        self._reaching = asyncio.ensure_future(self._proxy.reach(self._route))

    def data_received(self, data: bytes) -> None:
        self._route.from_client(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._proxy.ended(self._route)


class _Server(asyncio.Protocol):
    """The side on which the server is."""

    def __init__(self, proxy: "Proxy", route: Route) -> None:
        self._proxy, self._route = proxy, route

    def data_received(self, data: bytes) -> None:
        self._route.from_server(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._proxy.ended(self._route)


class Proxy:
    """All connections, and what is noted of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.faults = Faults(options)
        self.notes = Notes()
        self._upstream = (options.host, options.port)
        self._cuts: int = options.cuts
        self._cut_every_s: float = options.cut_every
        self._rng = Random(f"{options.seed} cuts")
        self._routes: list[Route] = []
        self._made = 0

    def new_route(self, client: asyncio.Transport) -> Route:
        """A client has come."""
        route = Route(self._made, self, client)
        self._made += 1
        self._routes.append(route)
        return route

    async def reach(self, route: Route) -> None:
        """Connect it to the server."""
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_connection(lambda: _Server(self, route), *self._upstream)
        route.server = server
        server.write(route.early)

    def ended(self, route: Route) -> None:
        """One of its sides has gone."""
        if route in self._routes:
            self._routes.remove(route)
            route.cut()

    def begin(self) -> None:
        """From now on things happen."""
        if not self.faults.begun:
            self.faults.begun = True
            self._cut_one_later()

    def _cut_one_later(self) -> None:
        if self._cuts > 0:
            asyncio.get_running_loop().call_later(self._cut_every_s, self._cut_one)

    def _cut_one(self) -> None:
        self._cuts -= 1
        if self._routes:
            self.ended(self._rng.choice(self._routes))
        self._cut_one_later()


async def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("notes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", nargs="+", default=['42/grid-game,["grid_delta",'])
    parser.add_argument("--sparing", nargs="*", default=['"joins"', '"leaves"', '"full"'])
    parser.add_argument("--drop", type=float, default=0.0)
    parser.add_argument("--double", type=float, default=0.0)
    parser.add_argument("--hold", type=float, default=0.0)
    parser.add_argument("--cuts", type=int, default=0)
    parser.add_argument("--cut-every", type=float, default=0.2)
    options = parser.parse_args()
    proxy, ended = Proxy(options), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    listener = await loop.create_server(lambda: _Client(proxy), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", flush=True)
    await ended.wait()
    proxy.notes.write(options.notes)


if __name__ == "__main__":
    asyncio.run(main())
