"""One client that plays: when its connection was lost and back, and whether as who and where.

Protocol 2 comes back with its token; protocol 1 has none, so that only the interruption counts
there. Not here: many of them (`crowd`), clients that only look on (`watcher`).
"""

import time
from collections import deque
from dataclasses import dataclass
from random import Random

import aiohttp

from gridcli.core.geometry import Cell, Direction
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.updates import Delta, Notice, Update
from gridcli.link.link import Link
from gridcli.link.states import Live, State
from gridcli.link.target import Target

STALE_S = 1.0
"""How old a cell may be that a node which was killed has told the others."""


@dataclass(frozen=True, slots=True)
class Being:
    """Who and where a player was at some time."""

    user_id: str
    symbol: str
    name: str
    room: str
    cell: Cell | None

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """All but the cell."""
        return self.user_id, self.symbol, self.name, self.room


@dataclass(slots=True)
class Absence:
    """One interruption. Times are of `time.monotonic`."""

    lost_s: float
    before: Being
    reachable: frozenset[Cell | None]
    """Where the player may be, given the moves that were under way."""
    recent: frozenset[Cell | None]
    """Those, and where it was a moment ago."""
    back_s: float | None = None
    after: Being | None = None

    @property
    def took_s(self) -> float:
        """From the loss until live again, with the whole room in view."""
        return (self.back_s if self.back_s is not None else time.monotonic()) - self.lost_s

    @property
    def kept_identity(self) -> bool:
        """Whether it came back as who it was."""
        return self.after is not None and self.after.identity == self.before.identity

    @property
    def kept_cell(self) -> bool:
        """Whether it came back where it was, or where its moves under way led."""
        return self.after is not None and self.after.cell in self.reachable

    @property
    def kept_recent_cell(self) -> bool:
        """Whether it came back where it was a moment ago, at the oldest."""
        return self.after is not None and self.after.cell in self.recent


class Player:
    """A link that is moved from outside, and remembers what befell it."""

    def __init__(self, number: int, target: Target, http: aiohttp.ClientSession) -> None:
        self.number = number
        self.absences: list[Absence] = []
        self.notices: list[tuple[float, str]] = []
        """When, and the code."""
        self.seen_s: list[float] = []
        """From each move to the delta with it; protocol 2 only."""
        self.sent_s: list[float] = []
        """When each move of the present connection was sent; the first has number 1."""
        self.states: list[State] = []
        self.link = Link(
            target,
            on_update=self._hear,
            on_burst=self._hear_burst if target.protocol != TICKS else None,
            on_state=self._enter,
            rng=Random(number),
            http=http,
        )
        self._directions: list[Direction] = []
        self._acked = 0
        self._trail: deque[tuple[float, Cell | None]] = deque(maxlen=64)

    @property
    def live(self) -> bool:
        """Whether it plays."""
        return isinstance(self.link.state, Live)

    @property
    def ticks(self) -> bool:
        """Whether it speaks protocol 2."""
        return self.link.target.protocol == TICKS

    @property
    def user_id(self) -> str:
        """Who it is, or was last."""
        return self.link.mirror.user_id

    @property
    def node(self) -> str:
        """The node that it is connected to; empty without one."""
        return self.link.node if self.live else ""

    @property
    def waiting(self) -> bool:
        """Whether a move of its own is not seen yet."""
        return self.live and self.ticks and self._acked < len(self.sent_s)

    def step(self, direction: Direction) -> None:
        """Send one move, if it is live."""
        if self.live:
            self.sent_s.append(time.monotonic())
            self._directions.append(direction)
            self.link.step(direction)

    def noticed(self, code: str, since_s: float) -> float | None:
        """How long after that time the notice came; None if it did not."""
        return next(
            (at_s - since_s for at_s, c in self.notices if c == code and at_s >= since_s), None
        )

    def _being(self) -> Being:
        mirror = self.link.mirror
        return Being(mirror.user_id, mirror.symbol, mirror.name, mirror.room, mirror.cell)

    def _enter(self, state: State) -> None:
        self.states.append(state)
        away = bool(self.absences) and self.absences[-1].back_s is None
        if isinstance(state, Live):
            if away:
                self.absences[-1].back_s = time.monotonic()
                self.absences[-1].after = self._being()
        elif self.user_id and not away:
            self._lose()

    def _lose(self) -> None:
        now_s, mirror = time.monotonic(), self.link.mirror
        cell = mirror.cell
        reachable = [cell]
        for direction in self._directions[self._acked :] if cell is not None else ():
            cell = mirror.grid.step(cell, direction)
            reachable.append(cell)
        recent = [where for at_s, where in self._trail if at_s > now_s - STALE_S]
        # Where it had been when it left the oldest of these.
        older = [where for at_s, where in self._trail if at_s <= now_s - STALE_S][-1:]
        self.absences.append(
            Absence(
                now_s, self._being(), frozenset(reachable), frozenset(reachable + recent + older)
            )
        )
        self.sent_s, self._directions, self._acked = [], [], 0

    def _hear(self, update: Update, received_s: float) -> None:
        if isinstance(update, Delta):
            mirror = self.link.mirror
            acked = update.seqs.get(mirror.user_id, 0)
            # A newcomer's full state may still hold the number of an earlier connection.
            if self._acked < acked <= len(self.sent_s):
                self.seen_s += [received_s - sent_s for sent_s in self.sent_s[self._acked : acked]]
                self._acked = acked
                self._trail.append((received_s, mirror.cell))
        elif isinstance(update, Notice):
            self.notices.append((received_s, update.code))

    def _hear_burst(self, burst: Burst, received_s: float) -> None:
        """The demo's clients tell only whether they are there."""
