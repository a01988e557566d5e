"""Connections among the workers of one port: each request reaches the worker that has its session.

The system gives a new connection to any worker. One that is asked for another's session (the
prefix of its id tells whose) passes the connection itself on, with the bytes of the request, over
a Unix socket `<folder>/<node>.sock`; from then on the connection lives at the owner. If there is
none, the session is answered for here, as unknown.
Not here: starting workers (`server.workers`), the ids (`server.node_id`).
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import hdrs, web

from gridcli.core.protocol.names import PATH

from .node_id import owner_of

log = logging.getLogger("gridcli.handover")

MAX_BYTES = 128 * 1024
"""The longest request that is passed on, head and body."""
PATIENCE_S = 1.0
"""How long an owner may take that has no room for another connection."""

_BACKLOG = 1024
_RETRY_S = 0.005
# Said anew about the body as it was read, or answered before it was.
_OWN_HEADERS = {b"content-length", b"content-encoding", b"transfer-encoding", b"expect"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Handover:
    """One worker's end: passes on what is another's, and takes in what is its own.

    Args:
        node: this worker's name.
        folder: where all workers of the port have their sockets.
        max_body_bytes: the longest body that a request may have.
    """

    def __init__(self, node: str, folder: Path, max_body_bytes: int) -> None:
        self.path = folder / f"{node}.sock"
        """Where others find this worker, while it is open."""
        self._node = node
        self._folder = folder
        self._max_body_bytes = max_body_bytes
        self._listener: socket.socket | None = None
        self._adopting: set[asyncio.Task[None]] = set()

    def attach(self, app: web.Application) -> None:
        """Look at each request before the application does; before the application has started."""

        @web.middleware
        async def pass_on(request: web.Request, handler: Handler) -> web.StreamResponse:
            owner = self._foreign_owner(request)
            return await (self._pass_on(request, handler, owner) if owner else handler(request))

        app.middlewares.append(pass_on)

    def open(self, runner: web.AppRunner) -> None:
        """Take connections in from now on, and serve them with the runner, which is set up."""
        factory = runner.server
        assert factory is not None
        self.path.unlink(missing_ok=True)  # of one that was killed
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.setblocking(False)
        listener.bind(str(self.path))
        self.path.chmod(0o700)
        listener.listen(_BACKLOG)
        loop = asyncio.get_running_loop()
        loop.add_reader(listener, self._accept, listener, factory)
        self._listener = listener

    def close(self) -> None:
        """Take no more in."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
            self.path.unlink(missing_ok=True)

    def _foreign_owner(self, request: web.Request) -> str:
        if request.path != PATH:
            return ""
        owner = owner_of(request.query.get("sid", ""))
        return "" if owner == self._node else owner

    async def _pass_on(
        self, request: web.Request, handler: Handler, owner: str
    ) -> web.StreamResponse:
        path = self._folder / f"{owner}.sock"
        if not path.exists():
            return await handler(request)
        body = await request.read()
        transport = request.transport
        if len(body) > self._max_body_bytes:
            raise web.HTTPRequestEntityTooLarge(self._max_body_bytes, len(body))
        if transport is None:
            return web.Response()
        message = _bytes_of(request, body)
        if len(message) > MAX_BYTES:
            raise web.HTTPRequestHeaderFieldsTooLarge
        # Read by its owner from here on. Nothing is lost: a client waits for the answer.
        transport.pause_reading()
        if not await _send(path, message, transport.get_extra_info("socket").fileno()):
            transport.resume_reading()
            return await handler(request)
        transport.abort()
        return web.Response()  # written to nobody: this end of the connection is closed

    def _accept(self, listener: socket.socket, factory: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sender = listener.accept()[0]
            except BlockingIOError:
                return
            except OSError as error:
                log.warning("a connection was not taken over: %s", error.strerror)
                return
            sender.setblocking(False)
            loop.add_reader(sender, self._receive, sender, factory)

    def _receive(self, sender: socket.socket, factory: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        try:
            message, handles, flags, _ = socket.recv_fds(
                sender, MAX_BYTES, 1, socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError:
            message, handles, flags = b"", [], 0
        loop.remove_reader(sender)
        sender.close()
        for handle in handles:
            client = socket.socket(fileno=handle)
            if not message or flags & socket.MSG_TRUNC:
                client.close()
                continue
            task = loop.create_task(_adopt(client, message, factory))
            self._adopting.add(task)
            task.add_done_callback(self._adopting.discard)


class _Adopted(asyncio.Protocol):
    """Stands in until the connection is up, so that the request comes before all later bytes."""

    def __init__(self, message: bytes, factory: Callable[[], asyncio.Protocol]) -> None:
        self._message = message
        self._factory = factory

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        protocol = self._factory()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(self._message)


async def _adopt(
    client: socket.socket, message: bytes, factory: Callable[[], asyncio.Protocol]
) -> None:
    loop = asyncio.get_running_loop()
    client.setblocking(False)
    try:
        await loop.connect_accepted_socket(lambda: _Adopted(message, factory), client)
    except OSError as error:
        log.debug("a client left on the way: %s", error)
        client.close()


async def _send(path: Path, message: bytes, handle: int) -> bool:
    """Pass a connection on; whether somebody has it now."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + PATIENCE_S
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sender:
        sender.setblocking(False)
        while True:
            try:
                sender.connect(str(path))
                return socket.send_fds(sender, [message], [handle]) == len(message)
            except OSError as error:
                # Its queue is full, which is not the same as nobody there.
                if error.errno != errno.EAGAIN or loop.time() > deadline_s:
                    log.debug("%s does not take a connection: %s", path.name, error)
                    return False
            await asyncio.sleep(_RETRY_S)


def _bytes_of(request: web.Request, body: bytes) -> bytes:
    """The request as it would come over the wire, its body plain and of known length."""
    version = request.version
    line = f"{request.method} {request.raw_path} HTTP/{version.major}.{version.minor}\r\n"
    kept = [
        b"%s: %s\r\n" % field
        for field in request.raw_headers
        if field[0].lower() not in _OWN_HEADERS
    ]
    if body or request.method not in (hdrs.METH_GET, hdrs.METH_OPTIONS):
        kept.append(b"Content-Length: %d\r\n" % len(body))
    return b"".join([line.encode("utf-8", "surrogateescape"), *kept, b"\r\n", body])
