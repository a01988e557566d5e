"""python-socketio's client as tests see it: the same player as the JavaScript one, in a thread.

All players of a process share one event loop in the background (`event_loop`), so that a test
itself waits for lines and not for coroutines. Not here: asynchronous scenes (`socketio_player`).
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import reading_whole
import socketio
from heard import Heard

NAMESPACE = "/grid-game"
_WAYS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}
_WAIT_S = 20.0


@contextmanager
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread until the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class PyClient(Heard):
    """A player in this process. Use it as a context manager.

    Args:
        loop: what it runs on.
        url: the server's address, without the namespace.
        transport: one of `heard.TRANSPORTS`.
        moves: steps to send as soon as the game is on.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        url: str,
        transport: str = "websocket",
        *,
        moves: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self._loop = loop
        self._moves = moves
        self._walking: asyncio.Task[None] | None = None
        self._run(self._connect(url, transport))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()

    def emit(self, event: str, *args: object) -> None:
        """Send an event, after the moves."""
        self._run(self._emit(event, args))

    def leave(self) -> None:
        """Disconnect, and wait until that is done."""
        self._run(self._leave())

    def vanish(self) -> None:
        """The sockets are closed, and nobody says goodbye."""
        self._run(self._http.close())

    async def _connect(self, url: str, transport: str) -> None:
        self._http = reading_whole.session()
        self._sio = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self._sio.on("*", lambda event, *args: self._hear(event, list(args)), NAMESPACE)
        self._sio.on("connect", lambda: self._told("connect", [self._sio.transport()]), NAMESPACE)
        self._sio.on("disconnect", lambda reason: self._told("disconnect", [reason]), NAMESPACE)
        await self._sio.connect(url, transports=_WAYS[transport], namespaces=[NAMESPACE])
        if transport == "upgrade":
            self._told("upgrade", [self._sio.transport()])

    async def _leave(self) -> None:
        eio = self._sio.eio
        if self._http.closed or self._sio.transport() != "polling":
            await self._sio.disconnect()
        else:
            # Whatever waits behind a post that is under way would be forgotten, the goodbye too.
            await eio.queue.join()
            writing, reading = eio.write_loop_task, eio.read_loop_task
            leaving = asyncio.create_task(self._sio.disconnect())
            await asyncio.wait([writing])
            # It would wait for its last poll, which nobody answers any more.
            reading.cancel()
            await asyncio.wait([leaving])
        await self._http.close()

    def _hear(self, event: str, args: list[Any]) -> None:
        self._told(event, args)
        if event == "grid_status" and self._walking is None:
            self._walking = asyncio.get_running_loop().create_task(self._walk())

    async def _walk(self) -> None:
        for direction in self._moves:
            await self._sio.emit("movement", {"direction": direction}, namespace=NAMESPACE)

    async def _emit(self, event: str, args: tuple[object, ...]) -> None:
        if self._walking is not None:
            await self._walking
        await self._sio.emit(event, args, namespace=NAMESPACE)

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_WAIT_S)
