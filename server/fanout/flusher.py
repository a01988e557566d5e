"""When frames leave: at once after idle, then no sooner than the last flush allows.

A flush writes to the members of every room that was emitted to. It is cut into slices, between
which the loop reads what clients sent, and a member's write takes all that its rooms were sent up
to that moment, so nobody waits for the end of a long flush. Not here: what is written (`member`).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .feed import Feed
from .member import Member

log = logging.getLogger(__name__)

_CHUNK = 16
"""Members written between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to flush.

    A flush is followed by a pause of `rest` times what it cost in processor time (on a busy
    machine the clock on the wall would count others' work), never shorter than `floor_s` and
    never longer than `ceiling_s`. `slice_s` is the longest stretch of writing at a time.
    """

    rest: float = 0.5
    floor_s: float = 0.0005
    ceiling_s: float = 0.1
    slice_s: float = 0.003

    def pause_s(self, cost_s: float) -> float:
        """How long to wait after a flush that cost so much."""
        return min(max(self.rest * cost_s, self.floor_s), self.ceiling_s)


class Flusher:
    """Writes to members at the given pace.

    Args:
        pace: how often.
    """

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.before: list[Callable[[], None]] = []
        """Called at the start of each flush: the last moment to emit to it."""
        self.between: list[Callable[[], None]] = []
        """Called at the start of each later slice of it."""
        self.after: list[Callable[[float], None]] = []
        """Called with the processor time in seconds that a flush cost."""
        self.fed: dict[Feed[Member], None] = {}
        """Rooms with frames that not every reader was written."""
        self.bytes_out = 0
        self._own: dict[Member, None] = {}
        self._own_due = False
        self._busy = False
        self._todo: Iterator[Member] = iter(())
        self._passed: list[tuple[Feed[Member], int]] = []
        self._cost_s = 0.0

    def soon(self) -> None:
        """Something was emitted to a room, or will be by a `before` hook."""
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._begin)

    def soon_own(self, member: Member) -> None:
        """Something was put for this member alone; that costs one write, so it is not held back."""
        self._own[member] = None
        if not self._own_due:
            self._own_due = True
            asyncio.get_running_loop().call_soon(self._flush_own)

    def forget(self, member: Member) -> None:
        """The member is gone."""
        self._own.pop(member, None)

    def _flush_own(self) -> None:
        self._own_due = False
        members, self._own = self._own, {}
        for member in members:
            self.bytes_out += _flush(member)

    def _begin(self) -> None:
        _run(self.before)
        if not self.fed:
            self._busy = False
            return
        fed, self.fed = self.fed, {}
        self._cost_s = 0.0
        self._passed = [(feed, feed.end) for feed in fed]
        # Those who come while the flush is under way have nothing to get from it.
        self._todo = iter([member for feed in fed for member in feed.readers])
        self._write_slice()

    def _slice(self) -> None:
        _run(self.between)
        self._write_slice()

    def _write_slice(self) -> None:
        began_s = time.thread_time()
        until_s = began_s + self.pace.slice_s
        bytes_out = count = 0
        for member in self._todo:
            bytes_out += _flush(member)
            count += 1
            if not count % _CHUNK and time.thread_time() > until_s:
                break
        else:
            count = 0
        self.bytes_out += bytes_out
        self._cost_s += time.thread_time() - began_s
        loop = asyncio.get_running_loop()
        if count:
            loop.call_soon(self._slice)
            return
        for feed, end in self._passed:
            feed.trim(end)
        for hook in self.after:
            hook(self._cost_s)
        loop.call_later(self.pace.pause_s(self._cost_s), self._begin)


def _flush(member: Member) -> int:
    try:
        return member.flush()
    except Exception:
        # One member's trouble must not stop everybody's flushes, and it has lost what it was owed.
        log.exception("a member could not be written")
        member.abort()
        return 0


def _run(hooks: list[Callable[[], None]]) -> None:
    for hook in hooks:
        try:
            hook()
        except Exception:
            # One room's trouble must not stop everybody's flushes.
            log.exception("a hook of the flush failed")
