"""The edge of one Socket.IO server: its visitors, and how they are refused and ended.

Not here: HTTP (`requests`), TCP (`door`), one session's packets (`visitor`).
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import orjson
from aiohttp import web

from gridcli.core.errors import Refusal
from gridcli.core.protocol.names import UNAUTHORIZED
from gridcli.heap import give_back

from ..fanout.event import Screen
from ..fanout.manager import FanoutManager
from ..fanout.stock import close_session, put_message
from .addresses import Address, Origin
from .crowd import Crowd, NoPlace
from .limits import UPGRADE_S, EdgeLimits
from .visitor import Visitor

log = logging.getLogger("gridcli.edge")

QUIET_S = 1.0
"""How long after the last session has ended its memory is given back."""
ONE_LINE = {"per_minute": 1}
"""For the log (`server.log_limit`): what strangers do is said once a minute for each cause."""
ORIGIN: web.RequestKey[Origin] = web.RequestKey("origin", Origin)
"""Where a request comes from, once it has passed `requests`."""


class Application(Protocol):
    """What the edge asks of the game behind it."""

    def acknowledgement(self, eio_sid: str, refusal: Refusal) -> list[object]:
        """The arguments of the acknowledgement of an event that was refused."""

    def has_joined(self, eio_sid: str) -> bool:
        """Whether a session is of any use to the game."""

    def refusal_of(self, what: str, error: Exception) -> Refusal:
        """What a client is told of an error; it is logged if it is the server's own."""

    def say_why(self, eio_sid: str, refusal: Refusal) -> None:
        """A session is about to be ended."""


class Edge:
    """Looks at whatever comes to a server before the server does.

    Args:
        sio: a `socketio.AsyncServer` on aiohttp.
        fanout: its client manager.
        limits: how much each may do.
        application: what is behind it.
    """

    def __init__(
        self, sio: Any, fanout: FanoutManager, limits: EdgeLimits, application: Application
    ) -> None:
        self.limits = limits
        self.refused: Counter[str] = Counter()
        """What was refused, by cause."""
        self.sessions = Crowd(limits)
        self.visitors: dict[str, Visitor] = {}
        """By Engine.IO session id."""
        self._sio = sio
        self._fanout = fanout
        self._application = application
        self._ending: set[asyncio.Task[None]] = set()
        self.now_s: Callable[[], float] = lambda: 0.0
        self._arrived = sio.eio.handlers["connect"]
        self._departed = sio.eio.handlers["disconnect"]
        sio.eio.on("connect", self._arrive)
        sio.eio.on("disconnect", self._depart)
        fanout.screen = self._screen
        fanout.upgrade_s = UPGRADE_S

    # Sessions

    async def _arrive(self, sid: str, environ: dict[str, Any]) -> object:
        self.now_s = asyncio.get_running_loop().time
        limits = self.limits
        # No request has begun the session of a test client that needs no port.
        origin = environ.get("aiohttp.request", {}).get(ORIGIN)
        account = self.sessions.enter(origin.address if origin else None)
        visitor = self.visitors[sid] = Visitor(
            sid, account, self, limits.events_per_s, limits.events_burst
        )
        self.may_have_left(visitor)
        return await self._arrived(sid, environ)

    async def _depart(self, sid: str, reason: str) -> None:
        visitor = self.visitors.pop(sid, None)
        if visitor is not None:
            self.sessions.leave(visitor.account)
            if not self.visitors:
                asyncio.get_running_loop().call_later(QUIET_S, self._rest)
        await self._departed(sid, reason)

    def _rest(self) -> None:
        if not self.visitors:
            give_back()

    def ended(self, sid: str) -> bool:
        """Whether a session that has ended is not forgotten yet."""
        return sid in self._sio.eio.sockets and sid not in self.visitors

    def may_have_left(self, visitor: Visitor) -> None:
        """A session has not joined, or may have left: it has to join in time."""
        loop = asyncio.get_running_loop()
        loop.call_later(self.limits.join_s, self._check_joined, visitor.sid)

    def _check_joined(self, sid: str) -> None:
        visitor = self.visitors.get(sid)
        if visitor is None or self._application.has_joined(sid):
            return
        text = f"you did not join within {self.limits.join_s:g} s"
        self.end(visitor, "not-joined", Refusal(UNAUTHORIZED, text))

    # Packets

    def _screen(self, sid: str, end: Callable[[str], None]) -> Screen:
        """Who looks at the messages of a session's WebSocket."""
        visitor = self.visitors.get(sid)
        if visitor is None:  # ended while its WebSocket began
            end("the session has ended")
            return lambda _: False
        visitor.connection = end
        return visitor.admit

    def refuse(self, sid: str, cause: str, refusal: Refusal, namespace: str, number: int) -> None:
        """Acknowledge an event that goes no further."""
        self.count(cause)
        args = orjson.dumps(self._application.acknowledgement(sid, refusal)).decode()
        place = "" if namespace == "/" else f"{namespace},"
        put_message(self._sio.eio, sid, f"3{place}{number}{args}")

    def count(self, cause: str) -> None:
        """Something was refused."""
        self.refused[cause] += 1

    def end(self, visitor: Visitor, cause: str, refusal: Refusal) -> None:
        """End a session, saying why, whatever it is doing."""
        if visitor.refusal is not None:
            return
        visitor.refusal = refusal
        self.count(cause)
        whose = visitor.account or "an exempt address"
        log.info(_ENDED[cause], whose, refusal.text, extra=ONE_LINE)
        self._application.say_why(visitor.sid, refusal)
        if visitor.connection is not None:
            visitor.connection(f"{refusal.text} [{refusal.code}]")
        if visitor.sid not in self._fanout.members:
            task = asyncio.get_running_loop().create_task(close_session(self._sio.eio, visitor.sid))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def failed(self, what: str, error: Exception) -> Refusal:
        """What a client is told of a failure of ours."""
        return self._application.refusal_of(what, error)

    def no_place(self, address: Address | None) -> NoPlace | None:
        """Why a new session from there is not begun; None if it may be."""
        refused = self.sessions.no_place(address)
        if refused is not None:
            self.count("connections")
            log.info("no session for %s: %s", address, refused.text, extra=ONE_LINE)
        return refused


# Each cause is a template of its own, so that the log counts it by itself.
_ENDED = {
    cause: f"{what} from %s: its session was ended: %s"
    for cause, what in {
        "malformed": "no packet",
        "strikes": "malformed events",
        "flood": "a flood",
        "overlap": "overlapping requests",
        "too-large": "too much in one body",
        "not-joined": "nobody joined",
    }.items()
}
