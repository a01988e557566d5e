"""The heartbeat: who owes a pong for too long is gone, by the time that the server was running.

python-engineio goes by the wall clock, so an hour's jump of it makes everybody look silent, or
nobody for an hour; and after a stall it would close clients whose pongs wait unread. Here time is
monotonic, and a stall counts as little of it. Not here: a WebSocket's own silence (`websocket`),
what python-engineio's watch is replaced by (`stock`).
"""

import asyncio
from typing import Any

from engineio.async_socket import AsyncSocket
from engineio.exceptions import SocketIsClosedError
from engineio.packet import CLOSE, PING, Packet

from .held import HeldQueue

BEAT_S = 0.25
_LOOK_S = 0.25
"""Between looks at a quarter of the clients each."""
_LOOKS = 4
_MOST_S = 2 * BEAT_S
"""What a beat counts at most; it comes later only when the loop stood still."""


class RunningTime:
    """A clock that goes while the event loop runs: it beats, and what is between two beats counts
    as half a second at most. One that has never beaten is the loop's own."""

    def __init__(self) -> None:
        self._sum_s = 0.0
        self._beaten_s: float | None = None

    def now_s(self) -> float:
        """Seconds since some moment."""
        loop_s = asyncio.get_running_loop().time()
        if self._beaten_s is None:
            return loop_s
        return self._sum_s + min(loop_s - self._beaten_s, _MOST_S)

    def start(self) -> None:
        """Beat from now on, as long as the running loop lives."""
        self.beat()
        asyncio.get_running_loop().call_later(BEAT_S, self.start)

    def beat(self) -> None:
        """Once."""
        self._sum_s = self.now_s()
        self._beaten_s = asyncio.get_running_loop().time()


class SteadySocket(AsyncSocket):  # type: ignore[misc]
    """python-engineio's socket of a client, with `last_ping` in running time.

    One that polls holds no more than `most_held`, whatever it answers.
    """

    clock: RunningTime
    most_held: int
    last_ping: float | None
    """When the ping was sent that was not answered yet."""

    @property
    def overdue(self) -> bool:
        """Whether the client owes a pong for too long, or has fetched nothing for too long."""
        if isinstance(self.queue, HeldQueue) and self.queue.held > self.most_held:
            return True
        last_ping = self.last_ping
        if not last_ping:
            return False
        late: bool = self.clock.now_s() - last_ping > self.server.ping_timeout
        return late

    async def check_ping_timeout(self) -> bool:
        """Close the session of a client that is overdue; whether it is not.

        Raises:
            SocketIsClosedError: it was closed before.
        """
        if self.closed:
            raise SocketIsClosedError
        if not self.overdue:
            return True
        await self.close(wait=False, abort=True, reason=self.server.reason.PING_TIMEOUT)
        return False

    async def close(
        self, wait: bool = True, abort: bool = False, reason: str | None = None
    ) -> None:
        """As stock, and the server knows the session no more: a request of one that is closed
        and still known is an error of the server to it, with a traceback. Its poll ends, too."""
        ends = not (self.closed or self.closing)
        await super().close(wait, abort, reason)
        if self.closed:
            self.server.sockets.pop(self.sid, None)
            if ends and abort and not self.upgraded:
                self.queue.put_nowait(Packet(CLOSE))  # else it would wait as long as a heartbeat

    def schedule_ping(self) -> None:
        """The client lives: the next ping is due. Stock keeps a task for each client here."""
        if self.last_ping:
            self.last_ping = None
            asyncio.get_running_loop().call_later(self.server.ping_interval, self._ping)

    def _ping(self) -> None:
        if not self.closing and not self.closed:
            self.last_ping = self.clock.now_s()
            self.queue.put_nowait(Packet(PING))


def keep_time(engineio_server: Any, clock: RunningTime, most_held: int) -> None:
    """Have the heartbeats of all sessions of a server go by a clock, from their beginning on.

    Args:
        engineio_server: an `engineio.AsyncServer` whose handlers are there.
        clock: what their times are of.
        most_held: bytes that may wait for a client that polls.
    """
    begin = engineio_server.handlers["connect"]

    async def connect(sid: str, environ: dict[str, Any]) -> object:
        socket = engineio_server.sockets.get(sid)
        if type(socket) is AsyncSocket:
            socket.__class__ = SteadySocket
            socket.clock, socket.most_held = clock, most_held
            queue, socket.queue = socket.queue, HeldQueue()
            while not queue.empty():
                socket.queue.put_nowait(queue.get_nowait())
            if socket.last_ping is not None:
                socket.last_ping = clock.now_s()
        return await begin(sid, environ)

    engineio_server.on("connect", connect)


async def watch_heartbeats(engineio_server: Any) -> None:
    """Close silent clients, each within a second."""
    while True:
        sockets = list(engineio_server.sockets.values())
        size = -(-len(sockets) // _LOOKS)
        for look in range(_LOOKS):
            for socket in sockets[look * size : (look + 1) * size]:
                if socket.closed:
                    engineio_server.sockets.pop(socket.sid, None)
                elif overdue(socket) and not socket.closing:
                    try:
                        await socket.check_ping_timeout()
                    except Exception:
                        engineio_server.logger.exception("watching the heartbeats failed")
            await asyncio.sleep(_LOOK_S)


def overdue(socket: Any) -> bool:
    """Whether a client owes a pong for too long."""
    return isinstance(socket, SteadySocket) and socket.overdue
