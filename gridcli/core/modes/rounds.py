"""What all games have in common: rounds that begin and end, points, and what is untold of them.

A round begins when there are enough players, ends when its time is up, and is followed by a podium
and the next one. A game belongs to one room and is told of each change there by the world; it is
given the room and the time with each call, and keeps neither. Not here: the rules themselves
(`tag`, `paint`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import ClassVar, NamedTuple

from ..geometry import Cell
from ..protocol.rounds import Mode, Phase, Place, Round
from ..world import Change, Joined, Moved, Room

PLACES = 3
"""How many of the best are shown."""
PATIENCE_S = 5.0
"""How long a round goes on with too few players: who lost the connection may come back."""


class Times(NamedTuple):
    """How long a round is, and how long its podium is shown, in seconds."""

    round_s: float = 120.0
    podium_s: float = 15.0


class Rounds(ABC):
    """One room's game.

    Args:
        rng: where chance comes from.
        times: how long rounds and podiums are.
    """

    mode: ClassVar[Mode]
    least: ClassVar[int]
    """How many players a round needs."""

    def __init__(self, rng: Random, times: Times) -> None:
        self.number = 0
        """Of the round; 0 before the first."""
        self.phase = Phase.WAITING
        self.it = ""
        """Who is it, in tag."""
        self.podium: Sequence[Place] = ()
        self.ends_s = 0.0
        """When the round or its podium is over; while players are waited for it means nothing."""
        self._rng = rng
        self._times = times
        self._short_s: float | None = None
        """Since when there have been too few players, within a round."""
        self._final: Mapping[str, int] = {}
        """The points at the end of the last round."""
        self._owed: set[str] = set()
        """Whose points are told next."""
        self._renewed = True
        """Whether everything is told next."""
        self._turned = False
        """Whether the phase, or who is it, is untold."""

    # What the world and the clock say

    def changed(self, room: Room, change: Change, now_s: float) -> None:
        """A change was carried out on the room. A step that led nowhere need not be told."""
        if isinstance(change, Moved):
            if self.phase is Phase.PLAYING:
                self._stepped(room, change.user_id, change.cell, now_s)
        elif isinstance(change, Joined):
            if self.phase is Phase.PLAYING:
                self._came(room, change.user_id, now_s)
            elif self.phase is Phase.WAITING and len(room.players) >= self.least:
                self._start(room, now_s)
        else:
            self._owed.discard(change.user_id)
            if self.phase is Phase.PLAYING:
                self._went(room, change.user_id, now_s)

    def beat(self, room: Room, now_s: float) -> None:
        """Time has passed: to be called about twice a second, and when `ends_s` has come.

        Points that have changed are told once a beat.
        """
        if self.phase is Phase.PLAYING:
            if now_s >= self.ends_s:
                self._end(room, now_s)
            elif self._too_few(room, now_s):
                self._wait()
            else:
                self._owed |= self._stale(room, now_s)
        elif self.phase is Phase.PODIUM and now_s >= self.ends_s:
            if len(room.players) >= self.least:
                self._start(room, now_s)
            else:
                self._wait()

    # What there is to tell

    @property
    def resting(self) -> bool:
        """Whether nothing happens by itself, however much time passes."""
        return self.phase is Phase.WAITING

    @property
    def untold(self) -> bool:
        """Whether there is anything to tell."""
        return self._renewed or self._turned or bool(self._owed)

    def flush(self, room: Room, now_s: float, joined: Iterable[str] = ()) -> Round | None:
        """What has changed since the last one; None for nothing.

        Whoever is told was told just before who has left and come, and has forgotten the points
        of both.

        Args:
            joined: those who have come.
        """
        if self.phase is not Phase.WAITING:
            self._owed.update(joined)
        if not self.untold:
            return None
        if self._renewed:
            told = self.full(room, now_s)
            self._take_paint()
        else:
            who = self._owed & room.players.keys()
            told = self._round(
                now_s,
                points={user_id: self.points_of(user_id, now_s) for user_id in who},
                paint=self._take_paint(),
            )
        self._renewed = self._turned = False
        self._owed.clear()
        self._told(told.points)
        return told

    def full(self, room: Room, now_s: float) -> Round:
        """How everything stands: for a newcomer, and when a round begins."""
        return self._round(now_s, points=self.points(room, now_s), paint=self._paint(), full=True)

    def points(self, room: Room, now_s: float) -> dict[str, int]:
        """Of everyone in the room; nobody has any while players are waited for."""
        if self.phase is Phase.WAITING:
            return {}
        return {user_id: self.points_of(user_id, now_s) for user_id in room.players}

    def points_of(self, user_id: str, now_s: float) -> int:
        """A player's points in this round, or those that it ended with."""
        if self.phase is Phase.PLAYING:
            return self._score(user_id, now_s)
        return self._final.get(user_id, 0)

    # From phase to phase

    def _start(self, room: Room, now_s: float) -> None:
        self.number += 1
        self.phase, self.podium = Phase.PLAYING, ()
        self.ends_s = now_s + self._times.round_s
        self._short_s = None
        self._final = {}
        self._renewed = True
        self._begin(room, now_s)

    def _end(self, room: Room, now_s: float) -> None:
        self._final = self.points(room, now_s)
        best = sorted(self._final.items(), key=lambda item: (-item[1], item[0]))[:PLACES]
        self.podium = tuple(
            Place(user_id, player.symbol, player.name, points)
            for user_id, points in best
            for player in (room.players[user_id],)
        )
        self.phase, self.it = Phase.PODIUM, ""
        self.ends_s = now_s + self._times.podium_s
        self._owed.update(self._final)
        self._turned = True

    def _wait(self) -> None:
        self.phase, self.it, self.podium = Phase.WAITING, "", ()
        self._final = {}
        self._renewed = True
        self._clear()

    def _too_few(self, room: Room, now_s: float) -> bool:
        if len(room.players) >= self.least:
            self._short_s = None
        elif self._short_s is None:
            self._short_s = now_s
        return self._short_s is not None and now_s - self._short_s >= PATIENCE_S

    def _round(
        self,
        now_s: float,
        *,
        points: Mapping[str, int],
        paint: Mapping[Cell, str],
        full: bool = False,
    ) -> Round:
        left_s = 0.0 if self.resting else max(0.0, self.ends_s - now_s)
        return Round(
            self.mode,
            self.number,
            self.phase,
            left_ms=int(left_s * 1000),
            full=full,
            it=self.it,
            points=points,
            paint=paint,
            podium=self.podium,
        )

    # The rules

    @abstractmethod
    def _begin(self, room: Room, now_s: float) -> None:
        """A round begins, and nothing of the last one counts any more."""

    @abstractmethod
    def _clear(self) -> None:
        """There is no round: forget it."""

    @abstractmethod
    def _stepped(self, room: Room, user_id: str, cell: Cell, now_s: float) -> None:
        """Someone is on a cell now, within a round."""

    @abstractmethod
    def _came(self, room: Room, user_id: str, now_s: float) -> None:
        """Someone is in the room now, within a round; perhaps again."""

    @abstractmethod
    def _went(self, room: Room, user_id: str, now_s: float) -> None:
        """Someone is not in the room any more, within a round."""

    @abstractmethod
    def _score(self, user_id: str, now_s: float) -> int:
        """The points of someone in the room, within a round."""

    @abstractmethod
    def _stale(self, room: Room, now_s: float) -> set[str]:
        """Whose points are not what was told last, about."""

    @abstractmethod
    def _told(self, points: Mapping[str, int]) -> None:
        """These points were told."""

    def _paint(self) -> Mapping[Cell, str]:
        """All painted cells."""
        return {}

    def _take_paint(self) -> Mapping[Cell, str]:
        """Those whose colour is untold; they are told with this."""
        return {}
