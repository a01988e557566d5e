"""Throws sessions at a server over raw sockets, and keeps the accounts of what was thrown.

It reads what comes back only as far as it must: to learn the ids of sessions and players, and to
see a connection end. Not here: what is thrown (`fuzz.sessions`), who looks at what becomes of
the server (`fuzz.watch`).
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

from fuzz import bodies, frames, grammar
from fuzz.sessions import Session

PATIENCE_S = 0.5
"""How long a server may take to answer, or to end a connection that has said good-bye. It need
not do either: what came before may be half a frame, or a body that is shorter than announced."""
_STUCK_S = 10.0
"""How long a session may take."""
_KEPT = 1 << 15
_TOKENS = 1000

_GOOD_BYE = frames.frame(b"\x03\xe8", frames.CLOSE)
_SID = re.compile(rb'"sid":"([^"]+)"')
_WELCOME = re.compile(rb'\["message",\{"userId":"([^"]+)","symbol":"[^}]*\}')
_RESUME = re.compile(rb'"resume":"([^"]+)"')


class Lane(asyncio.Protocol):
    """One connection. `head` is the first that came; `answers` counts responses of HTTP."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.head = b""
        self.answers = 0
        self.acks = 0
        self.ended = asyncio.get_running_loop().create_future()
        self._moved = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # of TCP, so it writes

    def data_received(self, data: bytes) -> None:
        self.answers += data.count(b"HTTP/1.1 ")
        self.acks += data.count(b"43/grid-game,")
        if len(self.head) < _KEPT:
            self.head += data
        self._moved.set()

    def eof_received(self) -> None:
        self._moved.set()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
        self._moved.set()

    def write(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    async def until(self, found: Callable[[bytes], object]) -> bool:
        """Wait until what has come satisfies a condition; False where the connection ends first."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not found(self.head):
                    if self.ended.done() or len(self.head) >= _KEPT:
                        return False
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def answered(self, count: int) -> None:
        """Wait until so many requests are answered, or none more will be."""
        await self.until(lambda head: self.answers >= count)

    async def end(self, patience_s: float) -> bool:
        """Wait for the server to end it; False, and an end by us, if it does not."""
        done, _ = await asyncio.wait([self.ended], timeout=patience_s)
        if not done:
            self.transport.abort()
        return bool(done)


class Accounts:
    """What was thrown, and what is known of the attackers.

    `left` is called with the id of a player whose last connection has ended, and the session's
    number; `entered` with the id of one that has a connection.
    """

    def __init__(self) -> None:
        self.cases = 0
        self.sessions = 0
        self.kinds: Counter[str] = Counter()
        self.acks = 0
        self.players = 0
        self.stuck: list[int] = []
        """Sessions that took too long."""
        self.silent: list[float] = []
        """When polling sessions were left open: they end when their next ping is due."""
        self.active: set[int] = set()
        self.left: Callable[[str, int], None] = lambda user_id, number: None
        self.entered: Callable[[str], None] = lambda user_id: None
        self._resume = b"none"
        self._owners: dict[bytes, str] = {}
        self._connections: Counter[str] = Counter()

    def with_resume(self, connect: bytes) -> tuple[bytes, str]:
        """The message with the newest token in it, and the id of whom that calls back."""
        if grammar.RESUME not in connect:
            return connect, ""
        owner = self._owners.get(self._resume, "")
        if owner:
            self.hold(owner)
        return connect.replace(grammar.RESUME, self._resume), owner

    def hold(self, user_id: str) -> None:
        """A connection is this player."""
        self._connections[user_id] += 1
        self.entered(user_id)

    def release(self, user_id: str, number: int) -> None:
        """It is no more."""
        self._connections[user_id] -= 1
        if not self._connections[user_id]:
            del self._connections[user_id]
            self.left(user_id, number)

    def welcomed(self, head: bytes) -> set[str]:
        """The players that the server made of a connection, as far as it said so."""
        players = set()
        for found in _WELCOME.finditer(head):
            user_id = found[1].decode()
            players.add(user_id)
            token = _RESUME.search(found[0])
            if token:
                self._resume = token[1]
                self._owners[token[1]] = user_id
                if len(self._owners) > _TOKENS:
                    del self._owners[next(iter(self._owners))]
        self.players += len(players)
        return players


class Thrower:
    """Attackers against one server on loopback.

    Args:
        port: the server's.
        slots: sessions at a time.
    """

    def __init__(self, port: int, slots: int = 32) -> None:
        self.accounts = Accounts()
        self._port = port
        self._slots = slots

    async def throw(self, sessions: Iterator[tuple[int, Session]]) -> None:
        """Throw all of them, so many at a time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._slots):
                group.create_task(self._slot(sessions))

    async def _slot(self, sessions: Iterator[tuple[int, Session]]) -> None:
        for number, session in sessions:
            await self.one(number, session)

    async def one(self, number: int, session: Session) -> None:
        """Throw one session; return when its connections have ended."""
        accounts = self.accounts
        accounts.active.add(number)
        lanes: list[Lane] = []
        called_back = ""
        try:
            connect, called_back = accounts.with_resume(session.connect)
            async with asyncio.timeout(_STUCK_S):
                if session.kind == "websocket":
                    await self._websocket(session, connect, lanes)
                elif session.kind == "polling":
                    await self._polling(session, connect, lanes)
                else:
                    await self._http(session, lanes)
        except TimeoutError:
            accounts.stuck.append(number)
        except ConnectionError:
            pass  # ended by the server at any point, as it may
        finally:
            players = accounts.welcomed(b"".join(lane.head for lane in lanes))
            for user_id in players:
                accounts.hold(user_id)
            for lane in lanes:
                lane.transport.abort()
                accounts.acks += lane.acks
            if session.kind == "polling" and session.leaves_s is not None:
                accounts.silent.append(time.monotonic())
            else:
                for user_id in [*players, *filter(None, [called_back])]:
                    accounts.release(user_id, number)
            accounts.cases += len(session.steps)
            accounts.kinds[session.kind] += len(session.steps)
            accounts.sessions += 1
            accounts.active.discard(number)

    async def _connected(self, lanes: list[Lane]) -> Lane:
        loop = asyncio.get_running_loop()
        _, lane = await loop.create_connection(Lane, "127.0.0.1", self._port)
        lanes.append(lane)
        return lane

    async def _websocket(self, session: Session, connect: bytes, lanes: list[Lane]) -> None:
        lane = await self._connected(lanes)
        first = session.opening + (frames.frame(connect) if connect else b"")
        if session.waits:
            lane.write(first)
            await lane.until(
                lambda head: b"/grid-game," in head or (not connect and b'"sid"' in head)
            )
            first = b""
        if session.together:
            lane.write(first + b"".join(step.data for step in session.steps))
        else:
            lane.write(first)
            for step in session.steps:
                lane.write(step.data)
                await asyncio.sleep(0)
        if session.leaves_s is not None:
            await lane.end(session.leaves_s)
        else:
            lane.write(_GOOD_BYE)
            await lane.end(PATIENCE_S)

    async def _polling(self, session: Session, connect: bytes, lanes: list[Lane]) -> None:
        lane = await self._connected(lanes)
        lane.write(session.opening)
        if not await lane.until(_SID.search):
            return
        found = _SID.search(lane.head)
        assert found is not None
        sid = found[1]
        others = {0: lane}
        if connect:
            lane.write(bodies.post(connect).replace(bodies.SID, sid))
        for step in session.steps:
            if step.lane not in others:
                others[step.lane] = await self._connected(lanes)
            others[step.lane].write(step.data.replace(bodies.SID, sid))
            if not session.together:
                await asyncio.sleep(0)
        if session.leaves_s is not None:
            await lane.end(session.leaves_s)
            return
        await lane.answered(1 + bool(connect) + sum(step.lane == 0 for step in session.steps))
        good_bye = await self._connected(lanes)
        good_bye.write(bodies.post(b"1", bodies.LAST).replace(bodies.SID, sid))
        await good_bye.end(PATIENCE_S)

    async def _http(self, session: Session, lanes: list[Lane]) -> None:
        lane = await self._connected(lanes)
        for step in session.steps:
            lane.write(step.data)
            if not session.together:
                await asyncio.sleep(0)
        if session.leaves_s is not None:
            await lane.end(session.leaves_s)
        else:
            await lane.answered(len(session.steps))
