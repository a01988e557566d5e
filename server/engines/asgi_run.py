"""Run the ASGI application under uvicorn until a signal. Not here: the application
(`server.engines.asgi_app`), the options (`server.options`)."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
import uvloop

from gridcli.heap import steady_heap

from ..run import CLOSE_S, bind, url_of, watch_stdin
from ..settings import Settings
from .asgi_app import create_app


class _Server(uvicorn.Server):
    """uvicorn, which says where it listens, and whose signals are ours: it would end the process
    by the signal that it was sent, and not with 0."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        steady_heap()
        print(f"gridcli serves on {url_of(sockets[0])} (Ctrl-C stops it)", flush=True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run_asgi(settings: Settings, *, while_stdin_open: bool = False) -> None:
    """Serve until SIGTERM, SIGINT or, if asked, the end of standard input.

    Raises:
        SetupError: the address can't be listened on.
    """
    with (
        bind(settings.host, settings.port) as listener,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(settings, listener, while_stdin_open))


async def _serve(settings: Settings, listener: socket.socket, while_stdin_open: bool) -> None:
    config = uvicorn.Config(
        create_app(settings),
        loop="none",  # it runs already, and is uvloop
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=2**20,  # python-engineio has a limit of its own, and says why
        log_config=None,
        access_log=False,
        lifespan="on",
        backlog=1024,
        timeout_graceful_shutdown=max(1, round(CLOSE_S)),
    )
    server = _Server(config)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if while_stdin_open:
        await watch_stdin(stop)
    serving = asyncio.create_task(server.serve([listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving
