"""TCP connections at the edge: how many there are, and whether they ask anything.

Each is held by a `_Doorman` until the head of its first request is whole, and is then the web
server's, with all its bytes: the way of later ones is as short as without. Not here: what is
asked (`requests`).
"""

import asyncio
import logging
from typing import cast

from aiohttp import web

from .addresses import parse_address, within
from .crowd import Crowd
from .edge import ONE_LINE, Edge

log = logging.getLogger("gridcli.edge")

MOST_HEAD = 32 * 1024
"""The longest head of a first request, in bytes."""
_END = b"\r\n\r\n"
_FULL = (
    b"HTTP/1.1 %d No Place\r\nContent-Type: application/json\r\nRetry-After: 5\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s"
)
_BODY = b'{"code":"full","text":"%s","message":"%s"}'


class Door:
    """Makes a protocol for each new connection to a listening socket.

    Args:
        edge: whose limits and counts these are.
        server: the web server behind it, of a runner that is set up.
    """

    def __init__(self, edge: Edge, server: web.Server) -> None:
        self.edge = edge
        self.crowd = Crowd(edge.limits)
        self._server = server
        self._accounts: dict[object, str] = {}
        self._waiting: set[_Doorman] = set()
        left = server.connection_lost

        def connection_lost(handler: web.RequestHandler, exc: BaseException | None = None) -> None:
            left(handler, exc)
            account = self._accounts.pop(handler, None)
            if account is not None:
                self.crowd.leave(account)

        # The web server is told of each connection's end, and so are we.
        server.connection_lost = connection_lost  # type: ignore[method-assign]

    def __call__(self) -> asyncio.Protocol:
        """A protocol for one connection."""
        return _Doorman(self)

    def close(self) -> None:
        """End the connections that have not asked anything yet."""
        for doorman in list(self._waiting):
            doorman.end()

    # Of the doormen

    def enter(self, doorman: "_Doorman", transport: asyncio.Transport) -> str | None:
        """Count a connection; None if there is no place for it."""
        peername = transport.get_extra_info("peername")
        address = parse_address(peername[0]) if isinstance(peername, tuple) else None
        if address is not None and within(address, self.edge.limits.trusted_proxies):
            address = None  # who is behind it is seen by its requests
        refused = self.crowd.no_place(address)
        if refused is not None:
            self.edge.count("connections")
            log.info("no connection for %s: %s", address, refused.text, extra=ONE_LINE)
            text = refused.text.encode()
            body = _BODY % (text, text)
            transport.write(_FULL % (refused.status, len(body), body))
            transport.close()
            return None
        self._waiting.add(doorman)
        return self.crowd.enter(address)

    def hand_over(self, doorman: "_Doorman", account: str) -> asyncio.Protocol:
        """The web server's own protocol for a connection that has asked something."""
        self._waiting.discard(doorman)
        handler = self._server()
        self._accounts[handler] = account
        return handler

    def leave(self, doorman: "_Doorman", account: str) -> None:
        """A connection has ended before it asked anything."""
        self._waiting.discard(doorman)
        self.crowd.leave(account)


class _Doorman(asyncio.Protocol):
    """Holds one connection until it has asked something."""

    __slots__ = ("_account", "_door", "_head", "_timer", "_transport")

    def __init__(self, door: Door) -> None:
        self._door = door
        self._account: str | None = None
        self._head = b""
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._account = self._door.enter(self, self._transport)
        if self._account is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(
                self._door.edge.limits.join_s, self.turn_away, "slow-request"
            )

    def data_received(self, data: bytes) -> None:
        if self._account is None:
            return
        # The end may be spread over two pieces.
        begun = max(0, len(self._head) - len(_END))
        self._head += data
        if self._head.find(_END, begun) < 0:
            if len(self._head) > MOST_HEAD:
                self.turn_away("slow-request")
            return
        self._stop()
        protocol = self._door.hand_over(self, self._account)
        self._account = None
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(self._head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self._account is not None:
            self._door.leave(self, self._account)
            self._account = None

    def turn_away(self, cause: str) -> None:
        """End a connection that asks nothing."""
        self._door.edge.count(cause)
        self.end()

    def end(self) -> None:
        """End the connection."""
        self._transport.abort()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
