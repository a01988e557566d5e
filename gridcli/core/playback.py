"""Any moment of a recording, quickly: it is read once to its end, and states are kept on the way.

A `Timeline` reads on in pieces, has a stage of its own take everything in, and keeps what that
stage knows every so often. A `Cursor` brings another stage to a time: from where it is, or from
what was kept last before that time. Either way the stage is as if it had taken in everything until
then. Not here: reading (`gridcli.core.lookahead`), what a stage makes of entries
(`gridcli.core.witness`, `gridcli.tui.replay`), a position that moves by itself
(`gridcli.core.deck`).
"""

from bisect import bisect_right
from collections.abc import Sized
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from .lookahead import Lookahead, Place, Source
from .marks import Mark, Marks
from .protocol.names import MESSAGE
from .protocol.updates import UPDATE_EVENTS
from .recording import Entry, Flow

K = TypeVar("K", bound=Sized)

SPACING = 2**18
"""What a timeline takes in between two states that it keeps, as `Lookahead.work`: some 20 ms."""
HELD = 2_000_000
"""How much the states that it keeps may be together, in entries of dictionaries: 80 MB at most.
When they are more, every other one is given up, and the spacing is twice as wide from then on."""

_CHANGES = UPDATE_EVENTS - {MESSAGE}
"""Updates that are steps of their own: a welcome is followed by a state at once, and an echo shows
nothing."""


class Stage(Protocol[K]):
    """What takes entries in, and can be put back to what it was."""

    def take(self, entry: Entry) -> Mark | None:
        """Take in the next entry; says what it is marked for."""

    def save(self) -> K:
        """What it knows now; that stays as it is while the stage goes on. Its length is what it
        takes to keep it, in entries of dictionaries."""

    def restore(self, saved: K) -> None:
        """Know what was saved, and nothing else; `saved` stays good for another time."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[K]):
    """What a stage knew when it had taken in all before a place."""

    place: Place
    saved: K


class Timeline(Generic[K]):
    """One player's view in a recording, as far as it was read.

    Args:
        source: the recording.
        player: whose view.
        start: after the header.
        scout: takes in everything, ahead of whoever watches.
        spacing: how much it takes in between two states that are kept.
        held: how much those may be together, as the sum of their lengths.
    """

    def __init__(
        self,
        source: Source,
        player: int,
        start: Place,
        scout: Stage[K],
        *,
        spacing: int = SPACING,
        held: int = HELD,
    ) -> None:
        self.marks = Marks()
        self._source = source
        self._player = player
        self._scout = scout
        self._spacing = spacing
        self._most = held
        self._held = 0
        self._ahead = self.reader(start)
        self._kept = [Kept(start, scout.save())]
        self._kept_work = 0

    @property
    def known_s(self) -> float:
        """How far it was read, in seconds: `marks` are whole and seeking is quick until there."""
        return self._ahead.place.time_s

    @property
    def whole(self) -> bool:
        """Whether it was read to its end."""
        return self._ahead.ended

    @property
    def cut_off(self) -> bool:
        """Whether it is read to its end, and that lacks the rest of a line."""
        return self._ahead.cut_off

    @property
    def trouble(self) -> str:
        """Why it could not be read any further than `known_s`; empty where it could."""
        return self._ahead.trouble

    def read_on(self, work: int) -> None:
        """Read about so much more, as `Lookahead.work`."""
        ahead = self._ahead
        limit = ahead.work + work
        while (entry := ahead.look(limit)) is not None:
            self._keep_if_due()
            mark = self._scout.take(entry)
            if mark is not None:
                self.marks.add(mark, entry.time_s)
            ahead.move_on()
        self._keep_if_due()  # others' lines alone take their time, too

    def reader(self, place: Place) -> Lookahead:
        """The player's entries from a place on."""
        return Lookahead(self._source, self._player, place)

    def before(self, time_s: float) -> list[Kept[K]]:
        """The states that were kept until a time, the first one of all at least; in order."""
        return self._kept[: max(self._bisect(time_s), 1)]

    def last_before(self, time_s: float) -> Kept[K]:
        """The last of these."""
        return self._kept[max(self._bisect(time_s), 1) - 1]

    def _bisect(self, time_s: float) -> int:
        return bisect_right(self._kept, time_s, key=_time_s)

    def _keep_if_due(self) -> None:
        if self._ahead.work - self._kept_work < self._spacing:
            return
        kept = Kept(self._ahead.place, self._scout.save())
        self._kept.append(kept)
        self._kept_work = self._ahead.work
        self._held += len(kept.saved)
        while self._held > self._most and len(self._kept) > 1:
            del self._kept[1::2]
            self._held = sum(len(kept.saved) for kept in self._kept)
            self._spacing *= 2


class Cursor(Generic[K]):
    """Brings a stage to any time of a timeline.

    Attributes:
        time_s: where it is: the stage has taken in all until then.
    """

    def __init__(self, timeline: Timeline[K], stage: Stage[K]) -> None:
        self.time_s = 0.0
        self._timeline = timeline
        self._stage = stage
        self._put_back(timeline.last_before(0.0))

    def go(self, time_s: float, work: int) -> bool:
        """Bring the stage to a time.

        Args:
            time_s: seconds from the recording's start.
            work: how much to read at most, as `Lookahead.work`.

        Returns:
            Whether it is there; where not, another call goes on towards it.
        """
        kept = self._timeline.last_before(time_s)
        if time_s < self._taken_s or kept.place.offset > self._reader.place.offset:
            self._put_back(kept)
        limit = self._reader.work + work
        while (entry := self._reader.look(limit)) is not None and entry.time_s <= time_s:
            self._take(entry)
        there = entry is not None or self._reader.ended
        self.time_s = time_s if there else min(self._reader.place.time_s, time_s)
        return there

    def step(self, work: int) -> float:
        """Take in what comes next, up to something that shows; returns its time, in seconds."""
        limit = self._reader.work + work
        shows_s: float | None = None
        while (entry := self._reader.look(limit)) is not None:
            if shows_s is not None and entry.time_s > shows_s:
                break
            self._take(entry)
            if _shows(entry):
                shows_s = entry.time_s
        self.time_s = max(self._reader.place.time_s if shows_s is None else shows_s, self.time_s)
        return self.time_s

    def previous_s(self) -> float:
        """When the last thing before the one that shows now came, in seconds; 0 for none."""
        found: list[float] = []
        end: int | None = None
        for kept in reversed(self._timeline.before(self.time_s)):
            found = [*dict.fromkeys(self._times_s(kept.place, end) + found)][-2:]
            if len(found) == 2:
                return found[0]
            end = kept.place.offset
        return 0.0

    def _times_s(self, place: Place, end: int | None) -> list[float]:
        """The last two times until now when something showed, of a part of the recording."""
        reader = self._timeline.reader(place)
        times_s: dict[float, None] = {}
        while True:
            entry = reader.look(reader.work + SPACING)
            at = reader.place
            past = at.time_s > self.time_s or (end is not None and at.offset >= end)
            if past or reader.ended or (entry is not None and entry.time_s > self.time_s):
                return [*times_s][-2:]
            if entry is None:
                continue
            if _shows(entry):
                times_s[entry.time_s] = None
            reader.move_on()

    def _take(self, entry: Entry) -> None:
        self._stage.take(entry)
        self._taken_s = entry.time_s
        self._reader.move_on()

    def _put_back(self, kept: Kept[K]) -> None:
        self._stage.restore(kept.saved)
        self._reader = self._timeline.reader(kept.place)
        self._taken_s = kept.place.time_s


def _shows(entry: Entry) -> bool:
    return entry.flow is Flow.IN and entry.event in _CHANGES


def _time_s(kept: Kept[K]) -> float:
    return kept.place.time_s
