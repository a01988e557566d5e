"""One WebSocket connection, from the upgrade to its end, in one task.

Does what python-engineio's own handler does: the upgrade from polling, receiving, ending silent
connections. Different are the ways out (`member` instead of a queue and a task that writes) and
in (`dispatch`). Not here: rooms (`manager`).
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import WSCloseCode, web
from engineio.exceptions import SocketIsClosedError, UnknownPacketError
from engineio.packet import NOOP, PING, PONG, UPGRADE, Packet

from .dispatch import Dispatcher
from .event import Screen
from .heartbeat import RunningTime
from .member import Member
from .stepping import Suspended, within
from .stock import DirectResponse

_CLOSE_S = 0.5
"""How long a client may take to answer the close of its WebSocket."""
_LINGER_S = 10.0
"""How long after it what was written may still be on its way."""


Screening = Callable[[str, Callable[[str], None]], Screen]
"""Makes, from an Engine.IO session id and what ends its WebSocket with a reason, what looks at
each of its messages."""


class Owner(Protocol):
    """Whose members connections become: the manager."""

    server: Any
    clock: RunningTime
    """What silence is measured by."""
    screen: "Screening | None"
    """Looks at each message of a client before anything else does."""
    message_bytes: int | None
    upgrade_s: float
    """How long the upgrade from polling may take."""

    def take_over(
        self, socket: Any, transport: asyncio.Transport, end: Callable[[str], None]
    ) -> Member:
        """The connection is up: its client's packets leave through it from now on."""

    def let_go(self, member: Member) -> None:
        """The connection has ended."""


class FanoutWebSocket:
    """What python-engineio awaits with the environ of a request to upgrade.

    Args:
        manager: takes the connection as a `Member`.
        socket: python-engineio's socket of the client.
    """

    __slots__ = (
        "_begun",
        "_dispatcher",
        "_heard_s",
        "_manager",
        "_response",
        "_silence",
        "_socket",
        "_why",
    )

    def __init__(self, manager: Owner, socket: Any) -> None:
        self._manager = manager
        self._socket = socket
        most = manager.message_bytes or socket.server.max_http_buffer_size
        self._response = DirectResponse(most, _CLOSE_S)
        self._dispatcher: Dispatcher
        self._silence: asyncio.TimerHandle
        self._begun: Suspended | None = None
        self._heard_s = 0.0
        self._why = ""

    async def __call__(self, environ: dict[str, Any]) -> web.StreamResponse:
        """Serve the connection until it ends."""
        request = environ["aiohttp.request"]
        socket = self._socket
        prepared = False
        try:
            if (screen := self._manager.screen) is not None:
                self._response.screening = lambda: screen(socket.sid, self.end)
            await self._response.prepare(request)
            prepared = True
            if socket.connected and not await self._upgrade():
                return self._response
            transport = request.transport
            if transport is None:
                raise ConnectionResetError("the client is gone")
        except ConnectionError:  # gone before it was there; if it was polling, it still is
            if not socket.connected:
                reason = socket.server.reason.TRANSPORT_ERROR
                await socket.close(wait=False, abort=True, reason=reason)
            # A WebSocket that never began can't be ended, which aiohttp would do; the other one is
            # written to nobody.
            return self._response if prepared else web.Response()
        socket.connected = socket.upgraded = True
        task = asyncio.current_task()
        assert task is not None
        self._dispatcher = Dispatcher(
            self._manager.server, socket, task, self._hand_over, self._pong
        )
        self._response.inbox.direct = self._dispatcher.dispatch
        member = self._manager.take_over(socket, transport, self.end)
        self._heard_s = self._manager.clock.now_s()
        self._end_when_silent()
        try:
            await self._receive()
        finally:
            self._silence.cancel()
            self._response.inbox.direct = None
            member.flush()
            reason = self._why or socket.server.reason.TRANSPORT_CLOSE
            await socket.close(wait=False, abort=True, reason=reason)
            self._manager.let_go(member)
            await self._close(member)
            self._untie(member)
        return self._response

    def _untie(self, member: Member) -> None:
        """Let nothing of it refer to itself in a circle.

        Memory is then free at once. The collector is made to come seldom, because it stalls all
        players, and each connection leaves it fifty objects: megabytes a minute at a few a second.
        """
        del self._dispatcher
        member.end = _drop
        self._socket.queue = self._socket.server.create_queue()

    def end(self, why: str = "") -> None:
        """End the connection soon, telling the client and the disconnect handler why."""
        self._why = self._why or why
        self._response.hand_over(None)

    async def _upgrade(self) -> bool:
        """The client is polling and asks for this connection instead; whether it gets it."""
        socket = self._socket
        # From here on its polls are answered with nothing, and what it is sent waits.
        socket.upgrading = True
        try:
            async with asyncio.timeout(self._manager.upgrade_s):
                probe = await self._packet()
                if probe is None or probe.packet_type != PING or probe.data != "probe":
                    return False
                await self._response.send_str(Packet(PONG, data="probe").encode())
                await socket.queue.put(Packet(NOOP))  # ends the poll that is under way
                answer = await self._packet()
                return answer is not None and answer.packet_type == UPGRADE
        except TimeoutError:
            return False  # it may go on polling
        finally:
            socket.upgrading = False

    async def _packet(self) -> Any:
        data = (await self._response.receive()).data
        return _decode(data) if isinstance(data, str | bytes) else None

    async def _receive(self) -> None:
        socket, dispatcher = self._socket, self._dispatcher
        now_s = self._manager.clock.now_s
        while not socket.closed:
            self._heard_s = now_s()
            dispatcher.ready = True
            data = await self._next()
            dispatcher.ready = False
            if type(data) is Suspended:
                self._begun = None
                await self._finish(data)
            elif isinstance(data, str | bytes):
                packet = _decode(data)
                if packet is None:
                    break
                await within(self._take(packet), dispatcher.context)
            else:
                break  # closed, from either side

    async def _next(self) -> object:
        try:
            return (await self._response.receive()).data
        except ConnectionError:
            return None  # aiohttp could not answer a ping: the client is gone
        except asyncio.CancelledError:
            # A handler that was begun in our name may have been meant: it is taken up below.
            if self._begun is None:
                raise
            self._begun.cancel()
            return (await self._response.receive()).data

    def _hand_over(self, handler: Suspended) -> None:
        self._begun = handler
        self._response.hand_over(handler)

    async def _finish(self, handler: Suspended) -> None:
        try:
            await handler.finish()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        except Exception:
            self._dispatcher.log_failure()

    async def _take(self, packet: Any) -> None:
        """The stock way of a packet."""
        try:
            await self._socket.receive(packet)
        except (UnknownPacketError, SocketIsClosedError):
            pass  # the one is ignored, the other ends the loop
        except Exception:
            self._socket.server.logger.exception("Unknown receive error")

    def _pong(self) -> None:
        self._heard_s = self._manager.clock.now_s()
        self._socket.schedule_ping()

    def _end_when_silent(self) -> None:
        """Like stock: who says nothing for a heartbeat's interval and timeout is gone."""
        loop = asyncio.get_running_loop()
        server = self._socket.server
        silent_s = self._manager.clock.now_s() - self._heard_s
        left_s = server.ping_interval + server.ping_timeout - silent_s
        if left_s <= 0:
            self.end()
        else:
            self._silence = loop.call_later(left_s, self._end_when_silent)

    async def _close(self, member: Member) -> None:
        code = WSCloseCode.POLICY_VIOLATION if self._why else WSCloseCode.OK
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._response.close(code=code, message=self._why.encode())
        except (TimeoutError, ConnectionError):
            pass
        if member.held_bytes:
            # What the client has not read yet may still reach it, but not for ever.
            asyncio.get_running_loop().call_later(_LINGER_S, member.abort)


def _drop(why: str) -> None:
    """Ends what has ended."""


def _decode(data: str | bytes) -> Any:
    """An Engine.IO packet, or None for what is none."""
    try:
        return Packet(encoded_packet=data)
    except (ValueError, IndexError, RecursionError):
        return None
