"""A test client for a python-socketio server, in the test's own process and without a port.

    sio = socketio.AsyncServer(async_mode="aiohttp")      # with our manager or without
    with InProcess(sio) as server:
        ann = server.test_client("/chat", auth={"name": "ann"})
        bob = server.test_client("/chat")
        assert ann.emit("say", {"text": "hi"}, callback=True) == {"ok": True}
        assert bob.get_received() == [{"name": "said", "args": [{…}], "namespace": "/chat"}]

As Flask-SocketIO's test client, it is synchronous: a call returns when the handler has ended and
all that it caused has come to rest, tasks and timers due within `rest_s` included; a thread or a
foreign socket is waited for only by a handler that awaits it. What a handler raises, and what a
task raises that nobody awaits, comes out of the call (a real server would log it and go on).
Packets are encoded and decoded as on the wire, but no transport is tested: no HTTP, WebSocket,
heartbeat, size limit or slow reader. Not here: the client (`testing_client`), when the loop is at
rest (`settling`).
"""

from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self

from socketio.async_pubsub_manager import AsyncPubSubManager

from .settling import NotSettled, SettlingLoop
from .testing_client import InProcessClient

__all__ = ["InProcess", "InProcessClient", "NotSettled"]


class InProcess:
    """Runs a `socketio.AsyncServer` on an event loop of its own, as a context manager.

    The server may be used again afterwards, in-process or not: all clients have left.

    Args:
        sio: the server, in any async mode.
        rest_s: a timer due within this time is waited for; a later one is not the call's.
        limit_s: the longest time that one call may take; then it raises `NotSettled`.

    Raises:
        ValueError: the server hears from others over a message queue.
    """

    def __init__(self, sio: Any, *, rest_s: float = 0.05, limit_s: float = 5.0) -> None:
        if isinstance(sio.manager, AsyncPubSubManager):
            raise ValueError("the in-process client cannot test a server with a message queue")
        self._sio = sio
        self._loop = SettlingLoop(rest_s, limit_s)
        self._clients: list[InProcessClient] = []

    def __enter__(self) -> Self:
        self._loop.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect every client, cancel what still runs, and close the loop."""
        failure: Exception | None = None
        for client in self._clients:
            try:
                client.close()
            except Exception as raised:
                failure = failure or raised
        self._clients.clear()
        # What the manager began with its first client has ended here; another loop begins it anew.
        self._sio.manager_initialized = False
        self._loop.__exit__(kind, error, trace)
        # Where the test itself has failed, that is what to show.
        if failure is not None and error is None:
            raise failure

    def test_client(
        self,
        namespace: str = "/",
        *,
        query_string: str = "",
        headers: Mapping[str, str] | None = None,
        auth: object = None,
    ) -> InProcessClient:
        """A client that has asked to be connected; `is_connected()` tells whether it is.

        Args:
            namespace: connected to now, and meant by its methods where none is named.
            query_string: of the handshake, in the connect handler's environ.
            headers: of the handshake, likewise; a `Cookie` among them.
            auth: the connect handler's third argument.
        """
        client = InProcessClient(self._sio, self._loop, namespace)
        self._clients.append(client)
        client.connect(query_string=query_string, headers=headers, auth=auth)
        return client

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the server's loop until all is at rest; returns its result.

        For `sio.emit(…)` and the like from a test, `asyncio.sleep(…)` to let time go by, and what
        an application does at its start.
        """
        return self._loop.run(coroutine, getattr(coroutine, "__qualname__", "the coroutine"))
