"""A TCP listener before one upstream address, through which bytes pass, late, or not at all.

What is cut by a hole stays dead: its bytes were lost, so nothing good can follow them. Runs on
whichever event loop opens it. Not here: the process that a test has its gates in (`proxy`).
"""

import asyncio
from collections import deque
from enum import StrEnum
from typing import cast

_FULL_BYTES = 1024 * 1024
"""How much may wait for one side before the other is not read any more."""


class Mode(StrEnum):
    """What becomes of connections and of their bytes."""

    PASS = "pass"
    """All pass at once; or late, in order, where there is a delay."""
    HOLE = "hole"
    """Connections are taken and bytes are swallowed both ways, and no end is ever told of."""
    RESET = "reset"
    """Every connection is reset, a new one as soon as it comes."""


class Gate:
    """One listener. `change` says what it does from now on.

    Args:
        host: the upstream's.
        port: the upstream's.
    """

    def __init__(self, host: str, port: int) -> None:
        self.mode = Mode.PASS
        self.delay_s = 0.0
        self.sent_bytes = 0
        """Passed on to the upstream; what was swallowed is not counted."""
        self.received_bytes = 0
        self.routes: set[Route] = set()
        self._upstream = (host, port)
        self._server: asyncio.Server

    async def open(self) -> int:
        """Listen; returns the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _End(self, None), "127.0.0.1", 0, backlog=1024
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        """Listen no more, and reset what is open."""
        self._server.close()
        self._reset()

    def change(self, mode: Mode, delay_s: float = 0.0) -> None:
        """Do this from now on; a delay is for each way."""
        self.mode, self.delay_s = mode, delay_s
        if mode is Mode.RESET:
            self._reset()
        for route in list(self.routes):
            if mode is Mode.HOLE:
                route.die()
            else:
                route.bury()

    async def reach(self, route: "Route") -> None:
        """Connect a route to the upstream; a hole reaches nobody."""
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: _End(self, route), *self._upstream)
        except OSError:
            route.reset()

    def _reset(self) -> None:
        for route in list(self.routes):
            route.reset()


class Route:
    """A client's connection and the upstream's that belongs to it."""

    def __init__(self, gate: Gate, client: "_End") -> None:
        self.ends: list[_End | None] = [client, None]
        self.dead = False
        self._gate = gate
        gate.routes.add(self)

    def die(self) -> None:
        """Bytes are lost from here on."""
        self.dead = True
        for end in self.ends:
            if end is not None:
                end.forget()

    def bury(self) -> None:
        """The ends of a dead route may hear of each other's end again."""
        if self.dead and any(end is not None and end.gone for end in self.ends):
            self.reset()

    def ended(self) -> None:
        """One of the ends is gone, after all its bytes."""
        if not (self.dead and self._gate.mode is Mode.HOLE):
            self.reset()

    def reset(self) -> None:
        """End both, without a word."""
        self.dead = True
        self._gate.routes.discard(self)
        for end in self.ends:
            if end is not None:
                end.abort()


class _End(asyncio.Protocol):
    """One end of a route: what it reads goes to the other end, perhaps late."""

    def __init__(self, gate: Gate, route: Route | None) -> None:
        self.gone = False
        self._told_end = False
        self._gate = gate
        self._is_client = route is None
        self._route = Route(gate, self) if route is None else route
        self._waiting: deque[tuple[float, bytes | None]] = deque()
        """What was read and is not passed on yet, with the time when it may; None is the end."""
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's is none
        transport.set_write_buffer_limits(_FULL_BYTES)
        route = self._route
        if not self._is_client:
            if route.dead:
                transport.abort()
                return
            route.ends[1] = self
            client = route.ends[0]
            assert client is not None
            client.pass_on()
        elif self._gate.mode is Mode.RESET:
            route.reset()
        elif self._gate.mode is Mode.HOLE:
            route.dead = True
        else:
            self._reaching = self._loop.create_task(self._gate.reach(route))

    def data_received(self, data: bytes) -> None:
        self._put(data)

    def eof_received(self) -> bool:
        if self._route.dead:
            self.gone = True
            self._route.ended()
        else:
            self._put(None)
        return True  # the way back stays open

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        if self._route.dead:
            self._route.ended()
        else:
            self._route.reset()

    def pause_writing(self) -> None:
        if (other := self._other) is not None and not other.gone:
            other._transport.pause_reading()

    def resume_writing(self) -> None:
        if (other := self._other) is not None and not other.gone:
            other._transport.resume_reading()

    def pass_on(self) -> None:
        """Pass on what is due, if there is somebody to pass it to."""
        self._timer = None
        other = self._other
        while self._waiting and other is not None:
            due_s, data = self._waiting[0]
            if due_s > self._loop.time():
                self._timer = self._timer or self._loop.call_at(due_s, self.pass_on)
                return
            self._waiting.popleft()
            other._write(data)

    def forget(self) -> None:
        """What has not been passed on never will be, nor what comes."""
        self._waiting.clear()
        if not self._transport.is_closing():
            self._transport.resume_reading()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def abort(self) -> None:
        self.forget()
        self._transport.abort()

    @property
    def _other(self) -> "_End | None":
        return self._route.ends[1 if self._is_client else 0]

    def _put(self, data: bytes | None) -> None:
        if self._route.dead:
            return
        due_s = self._loop.time() + self._gate.delay_s
        if self._waiting:  # a delay that became shorter lets nothing overtake
            due_s = max(due_s, self._waiting[-1][0])
        self._waiting.append((due_s, data))
        if self._timer is None:
            self.pass_on()

    def _write(self, data: bytes | None) -> None:
        if data is None:
            self._told_end = True
            self._transport.write_eof()
            if (other := self._other) is not None and other._told_end:
                self._transport.close()
                other._transport.close()
            return
        if self._is_client:
            self._gate.received_bytes += len(data)
        else:
            self._gate.sent_bytes += len(data)
        self._transport.write(data)
