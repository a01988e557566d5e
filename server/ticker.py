"""When protocol 2's deltas are made.

The first change after idle goes out at once; under load no sooner than a multiple of what the
last flush cost, between a floor and a ceiling, so that fan-out never takes the whole loop. Not
here: what is in a delta (`gridcli.core.changes`), who gets it (`server.audience`).
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from gridcli.core.changes import Changes
from gridcli.core.protocol.names import TICKS
from gridcli.core.world import Change, Room

from .audience import Audience
from .metrics import Metrics

log = logging.getLogger("gridcli.server")

REST = 3.0
"""A flush is followed by a pause of so many times its own cost."""
# The cost is processor time: on a machine that is busy with other things the clock on the wall
# would count their work three times over.


@dataclass(slots=True)
class _Due:
    room: Room
    changes: Changes = field(default_factory=Changes)
    flushing: asyncio.Task[None] | None = None


class Ticker:
    """Makes and sends the deltas of all rooms.

    Args:
        audience: who gets them.
        metrics: takes the cost of each flush.
        floor_s: the shortest pause between two deltas of a room.
        ceiling_s: the longest.
    """

    def __init__(
        self, audience: Audience, metrics: Metrics, *, floor_s: float, ceiling_s: float
    ) -> None:
        self._audience = audience
        self._metrics = metrics
        self._floor_s = floor_s
        self._ceiling_s = ceiling_s
        self._due: dict[str, _Due] = {}

    def changed(self, room: Room, change: Change) -> None:
        """A change was applied to a room: its protocol-2 members are told with the next delta."""
        due = self._due.get(room.name)
        if not self._audience.count(room.name, TICKS):
            # Whoever comes next is given the full state. What waits for the next delta goes too:
            # it may be about the one who just left.
            if due is not None:
                due.changes.clear()
            return
        if due is None or due.room is not room:
            due = self._due[room.name] = _Due(room)
        due.changes.add(change)
        if due.flushing is None:
            due.flushing = asyncio.get_running_loop().create_task(self._flush(due))
            due.flushing.add_done_callback(_log_failure)

    async def _flush(self, due: _Due) -> None:
        loop = asyncio.get_running_loop()
        try:
            while due.changes:
                started_s, cpu_s = loop.time(), time.thread_time()
                delta = due.changes.flush(due.room)
                await self._audience.tell_room(due.room.name, delta, TICKS)
                self._metrics.flush_seconds.observe(loop.time() - started_s)
                pause_s = REST * (time.thread_time() - cpu_s)
                await asyncio.sleep(min(max(pause_s, self._floor_s), self._ceiling_s))
        finally:
            due.flushing = None
            if self._due.get(due.room.name) is due:
                del self._due[due.room.name]


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("a room's delta could not be made", exc_info=task.exception())
