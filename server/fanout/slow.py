"""Clients that do not read: what is held for them is bounded, and so is their time.

A member whose transport is full gets no more frames. If the application can bring it up to date
later it is skipped until it drains, else it is closed with a reason; either is cut off when it is
stuck for too long. Not here: noticing that a transport is full (`member`).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from .member import Member

log = logging.getLogger(__name__)

CHECK_S = 0.1
"""Time between two looks at those who are stuck."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How much is held for a client that does not read, in bytes, and how long, in seconds."""

    hold_bytes: int = 256 * 1024
    stuck_s: float = 10.0


class SlowReaders:
    """Those whose transports are full.

    Args:
        patience: the bounds.
        may_skip: asked once for each; whether it can be brought up to date later.
        drained: called for one that was skipped and has taken everything.
    """

    def __init__(
        self,
        patience: Patience,
        *,
        may_skip: Callable[[Member], bool],
        drained: Callable[[Member], None],
    ) -> None:
        self.patience = patience
        self.skipped = 0
        """Members that were skipped so far, and `closed` those that were closed."""
        self.closed = 0
        self._may_skip = may_skip
        self._drained = drained
        self._since_s: dict[Member, float] = {}
        self._closing: set[Member] = set()
        self._watch: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._since_s)

    def add(self, member: Member) -> None:
        """The member's transport is full; may be said again."""
        if member in self._since_s:
            if member.pending_bytes > self.patience.hold_bytes and member not in self._closing:
                self._end(member, "slow reader: too much is waiting for it")
            return
        loop = asyncio.get_running_loop()
        self._since_s[member] = loop.time()
        if self._watch is None:
            self._watch = loop.call_later(CHECK_S, self._look)
        member.stuck = True
        if self._may_skip(member):
            self.skipped += 1
        else:
            self._end(member, "slow reader: it takes messages slower than they come")

    def forget(self, member: Member) -> None:
        """The member's connection has ended."""
        self._since_s.pop(member, None)
        self._closing.discard(member)

    def _end(self, member: Member, reason: str) -> None:
        self.closed += 1
        self._closing.add(member)
        member.end(reason)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        for member, since_s in list(self._since_s.items()):
            if not member.held_bytes:
                if member not in self._closing:
                    del self._since_s[member]
                    member.stuck = False
                    try:
                        self._drained(member)
                    except Exception:
                        log.exception("a client that has drained could not be brought up to date")
                        self._end(member, "slow reader: could not be brought up to date")
            elif now_s - since_s > self.patience.stuck_s:
                if member not in self._closing:
                    self._end(member, "slow reader: stuck")
                member.abort()
        self._watch = loop.call_later(CHECK_S, self._look) if self._since_s else None
