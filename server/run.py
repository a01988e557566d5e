"""Run one server until a signal: bind, say where, serve, drain, close. Not here: the options
(`server.options`), the application (`server.app`)."""

import asyncio
import errno
import os
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

import uvloop
from aiohttp import web

from gridcli.core.errors import SetupError
from gridcli.heap import steady_heap

from .app import EDGE, GAME, SOCKETIO, create_app
from .drain import move_out
from .edge.door import Door
from .handover import Handover
from .open_files import places_for
from .settings import Settings

CLOSE_S = 1.0
"""How long connections may take to end after the drain."""
KEEP_ALIVE_S = 15.0
"""How long a connection may be there between two requests, or take for the head of one. Who polls
asks more often, and nginx lets go earlier."""


def run(
    settings: Settings, *, while_stdin_open: bool = False, siblings: Path | None = None
) -> bool:
    """Serve until SIGTERM, SIGINT or, if asked, the end of standard input.

    Args:
        settings: whom to be, and where.
        while_stdin_open: whether the end of standard input ends the server.
        siblings: the folder where the workers of one port meet, if this is one of them.

    Returns:
        Whether it was the end of standard input.

    Raises:
        SetupError: the address can't be listened on.
    """
    with (
        bind(settings.host, settings.port, shared=siblings is not None) as listener,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_serve(settings, listener, while_stdin_open, siblings))


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket that has the address and does not listen yet.

    Args:
        host: a name or an address.
        port: 0 for a free one.
        shared: whether other processes of the same user may listen there, too.

    Raises:
        SetupError: the address can't be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise SetupError(f"cannot listen on {host}: {error.strerror}") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SetupError(
                f"port {port} on {host} is taken; choose another with --port, or 0 for a free one"
            ) from None
        reason = os.strerror(error.errno or 0)
        raise SetupError(f"cannot listen on {host}:{port}: {reason}") from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Where others find what listens there."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(
    settings: Settings, listener: socket.socket, while_stdin_open: bool, siblings: Path | None
) -> bool:
    stop, input_ended = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if while_stdin_open:
        await watch_stdin(input_ended, stop)
    places = places_for(settings.edge.connections)
    settings = replace(settings, edge=replace(settings.edge, connections=places))
    app = create_app(settings)
    handover = siblings and Handover(settings.node, siblings, settings.edge.body_bytes)
    if handover:
        handover.attach(app)
    app_runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=CLOSE_S,
        keepalive_timeout=KEEP_ALIVE_S,
        auto_decompress=False,  # a small body would be a large one
    )
    await app_runner.setup()
    if handover:
        handover.open(app_runner)
    web_server = app_runner.server
    assert web_server is not None
    door = Door(app[EDGE], web_server) if EDGE in app else web_server
    listening = await loop.create_server(door, sock=listener, backlog=1024)
    steady_heap()
    print(f"gridcli serves on {url_of(listener)} (Ctrl-C stops it)", flush=True)
    try:
        await stop.wait()
        orphaned = input_ended.is_set()
        if settings.message_queue:
            # Still listening: whoever asks is told that this node is not ready any more.
            await move_out(app[SOCKETIO], app[GAME])
    finally:
        listening.close()
        if isinstance(door, Door):
            door.close()
        if handover:
            handover.close()
        await app_runner.cleanup()
    return orphaned


async def watch_stdin(*ended: asyncio.Event) -> None:
    """Set these at the end of standard input: the process that holds its other end is gone,
    however it went."""

    class EndOfInput(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            for event in ended:
                event.set()

    await asyncio.get_running_loop().connect_read_pipe(EndOfInput, sys.stdin)
