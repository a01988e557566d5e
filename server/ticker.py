"""Protocol 2's deltas: what has changed in each room, and newcomers' full state, with each flush.
What a room's game has to tell goes with them.

Fan-out calls `tick` when a flush begins, so a delta holds everything up to that moment; on the
stock manager `server.stock_pace` calls it instead. Not here: what is in a delta
(`gridcli.core.changes`), who gets it (`server.audience`).
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gridcli.core.changes import Changes, full_delta
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.updates import Update
from gridcli.core.world import Change, Room

from .audience import Audience


@dataclass(slots=True, eq=False)
class _Due:
    room: Room
    changes: Changes = field(default_factory=Changes)
    turned: bool = False
    """Whether the room's game has something to tell."""
    not_before_s: float = 0.0


@dataclass(slots=True)
class _Newcomer:
    sid: str
    present: Callable[[], bool]
    shown: asyncio.Future[None]


class Ticker:
    """Collects changes, and makes and sends the deltas of all rooms.

    Args:
        audience: who gets them.
        floor_s: the shortest time between two deltas of a room. Fan-out could be faster; each
            delta costs every client of the room, too, and few draw more often.
        clock: monotonic seconds, by which games are played.
    """

    def __init__(self, audience: Audience, floor_s: float, clock: Callable[[], float]) -> None:
        self.soon: Callable[[], None]
        """Called when there is something to tell: sees to it that `tick` is called."""
        self.beside: Callable[[Room], Iterable[Update]] = lambda room: ()
        """Asked what a newcomer is told behind all of the room."""
        self._audience = audience
        self._floor_s = floor_s
        self._clock = clock
        self._flushing: list[_Due] = []
        self._early: asyncio.TimerHandle | None = None
        self._due: dict[str, _Due] = {}
        self._newcomers: dict[str, tuple[Room, list[_Newcomer]]] = {}

    def changed(self, room: Room, change: Change) -> None:
        """A change was applied to a room: its protocol-2 members are told with the next delta."""
        due = self._due.get(room.name)
        if not self._audience.count(room.name, TICKS):
            # Whoever comes next is given the full state. What waits for the next delta goes too:
            # it may be about the one who just left.
            if due is not None:
                due.changes.clear()
                del self._due[room.name]
            return
        if due is None or due.room is not room:
            due = self._due[room.name] = _Due(room)
        due.changes.add(change)
        self.soon()

    def turned(self, room: Room) -> None:
        """The game of a room has something to tell: its members are told with the next flush."""
        if not self._audience.count(room.name, TICKS):
            if room.contest is not None:
                room.contest.flush(room, self._clock())  # whoever comes next is told everything
            return
        due = self._due.get(room.name)
        if due is None or due.room is not room:
            due = self._due[room.name] = _Due(room)
        due.turned = True
        self.soon()

    async def show(self, sid: str, room: Room, present: Callable[[], bool]) -> None:
        """Give a client the whole room with the next flush, and every delta from then on.

        All who come between two flushes are given one and the same state: made for each, it
        would cost the players of a full room dearly when many come at once.

        Args:
            present: asked at that time, whether the client is still there and wants it.
        """
        shown = asyncio.get_running_loop().create_future()
        _, waiting = self._newcomers.setdefault(room.name, (room, []))
        waiting.append(_Newcomer(sid, present, shown))
        self.soon()
        await shown

    def whole(self, room: Room) -> list[Update]:
        """All of a room: who is where, and how its game stands."""
        updates: list[Update] = [full_delta(room)]
        if room.contest is not None:
            updates.append(room.contest.full(room, self._clock()))
        return updates

    async def tick(self) -> bool:
        """A flush begins: tell rooms that changed, and show newcomers theirs; False if none."""
        now_s = asyncio.get_running_loop().time()
        changed = [due for due in self._due.values() if due.changes or due.turned]
        self._flushing = [due for due in changed if due.not_before_s <= now_s]
        for due in self._flushing:
            due.not_before_s = now_s + self._floor_s
        if self._early is None and len(changed) > len(self._flushing):
            earliest_s = min(due.not_before_s for due in changed if due not in self._flushing)
            self._early = asyncio.get_running_loop().call_at(earliest_s, self._no_longer_early)
        await self.tick_again()
        newcomers, self._newcomers = self._newcomers, {}
        for room, waiting in newcomers.values():
            await self._show(room, waiting)
        return bool(self._flushing or newcomers)

    async def tick_again(self) -> None:
        """The flush goes on: tell those rooms what has changed since, in time for many members."""
        for due in self._flushing:
            room, contest = due.room, due.room.contest
            updates: list[Update] = []
            joined: Iterable[str] = ()
            if due.changes:
                delta = due.changes.flush(room)
                joined = (row.user_id for row in delta.joins)
                updates.append(delta)
            if contest is not None and (updates or due.turned):
                due.turned = False
                told = contest.flush(room, self._clock(), joined)
                if told is not None:
                    updates.append(told)
            # All made before any is sent: sending may wait, and a game follows its delta.
            for update in updates:
                await self._audience.tell_room(room.name, update, TICKS)

    def _no_longer_early(self) -> None:
        self._early = None
        self.soon()

    async def _show(self, room: Room, waiting: list[_Newcomer]) -> None:
        sids = [newcomer.sid for newcomer in waiting if newcomer.present()]
        if sids:
            # On the list before the state is sent: a delta that is made while the sending waits
            # must reach them, behind it.
            updates = (*self.whole(room), *self.beside(room))
            for sid in sids:
                await self._audience.enter(sid, room.name, TICKS)
            for update in updates:
                await self._audience.tell_each(sids, update, TICKS)
        for newcomer in waiting:
            if not newcomer.shown.done():
                newcomer.shown.set_result(None)
