"""How the room's game stands on this screen: time left, ranks, and what is worth a word.

Made of `gridcli.core.contest`, which knows no clock. Not here: drawing it (`players`, `vitals`,
`podium`).
"""

from collections.abc import Sequence
from enum import Enum, auto
from math import ceil
from typing import NamedTuple

from gridcli.core.contest import Contest
from gridcli.core.protocol.rounds import Mode, Phase

_SWAY_S = 0.75
"""Messages take longer now and then: an end that differs by less is the same one."""


class News(Enum):
    """Something that has just happened in the game."""

    BEGAN = auto()
    """A round."""
    ENDED = auto()
    """A round, with a podium."""
    CAUGHT = auto()
    """We are it now."""
    FREED = auto()
    """We were it, and somebody else is."""


class Rank(NamedTuple):
    """One line of the scoreboard; those with as many points share a place."""

    place: int
    user_id: str
    points: int


class Standing:
    """The game of one's room; there is none where `contest` is None."""

    def __init__(self) -> None:
        self.contest: Contest | None = None
        self._ends_s: float | None = None
        self._phase: tuple[str, int, Phase] | None = None
        self._it = ""

    @property
    def mode(self) -> Mode:
        """What is played."""
        return self.contest.mode if self.contest else Mode.ROAM

    @property
    def phase(self) -> Phase | None:
        """Where the round is; None where there is no game."""
        return self.contest.phase if self.contest else None

    def follow(
        self, contest: Contest | None, *, room: str, own_id: str, now_s: float
    ) -> Sequence[News]:
        """Take in how the game stands, as it was just said; what of it is news."""
        self.contest = contest
        if contest is None:
            return ()
        news = []
        phase = (room, contest.number, contest.phase)
        if phase != self._phase:
            if contest.phase is Phase.PLAYING and self._phase is not None:
                news.append(News.BEGAN)
            if contest.phase is Phase.PODIUM and contest.podium:
                news.append(News.ENDED)
            self._ends_s = None
        self._phase = phase
        if contest.left_ms:
            ends_s = now_s + contest.left_ms / 1000
            if self._ends_s is None or abs(ends_s - self._ends_s) > _SWAY_S:
                self._ends_s = ends_s
        it = contest.it if contest.phase is Phase.PLAYING else ""
        if it != self._it and own_id:
            if it == own_id:
                news.append(News.CAUGHT)
            elif self._it == own_id and it:
                news.append(News.FREED)
        self._it = it
        return news

    def left_s(self, now_s: float) -> int | None:
        """Whole seconds until the phase ends; None where nobody knows."""
        if self.contest is None or self._ends_s is None:
            return None
        return max(0, ceil(self._ends_s - now_s))

    def ranking(self, present: Sequence[str] = ()) -> list[Rank]:
        """The scoreboard, the best first: everyone with points, and the others of `present`."""
        if self.contest is None:
            return []
        ranked = self.contest.ranking()
        scored = self.contest.points
        ranked += [(user_id, 0) for user_id in present if user_id not in scored]
        ranks: list[Rank] = []
        for number, (user_id, points) in enumerate(ranked, 1):
            shared = bool(ranks) and ranks[-1].points == points
            ranks.append(Rank(ranks[-1].place if shared else number, user_id, points))
        return ranks

    def place_of(self, user_id: str) -> Rank | None:
        """Where a player stands without the whole scoreboard; None where there is no game."""
        if self.contest is None:
            return None
        points = self.contest.points.get(user_id, 0)
        better = sum(1 for other in self.contest.points.values() if other > points)
        return Rank(better + 1, user_id, points)


def clock(seconds: int) -> str:
    """A time left, as 1:23."""
    return f"{seconds // 60}:{seconds % 60:02}"


def ordinal(place: int) -> str:
    """1st, 2nd, 3rd, 4th, …, 11th, …, 21st, …"""
    if place % 100 in (11, 12, 13):
        return f"{place}th"
    return f"{place}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th') }"
