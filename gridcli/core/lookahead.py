"""One player's entries out of a recording of many, from any place on, a piece at a time.

Not here: what a line says (`gridcli.core.reading`), what entries lead to
(`gridcli.core.playback`).
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from .reading import BadRecording, NotJson, decode_line, glance
from .recording import Entry

_OTHERS = 16
"""How many bytes of other players' lines are as much work as one of our own."""


class Source(Protocol):
    """A recording's bytes; `gridcli.link.recorded.RecordedFile` is one."""

    def lines(self, offset: int = 0) -> Iterator[bytes]:
        """The lines from one that begins at an offset on, with their ends."""


class Place(NamedTuple):
    """Between two lines of a recording."""

    offset: int
    """Where the next line begins."""
    number: int
    """The line before, from 1."""
    time_s: float
    """The latest time of the lines before."""


class Lookahead:
    """One player's entries from a place on, with the next one in view. Times never go back.

    Attributes:
        place: just before the next entry, or before lines that were not looked at yet.
        work: how much was read, in bytes of our own lines; those of others count for less.
        ended: whether there is nothing more.
        cut_off: whether the last line lacks its end; it counts where all of its JSON is there.
        trouble: why it ended before the end, if it did.
    """

    def __init__(self, source: Source, player: int, place: Place) -> None:
        self.place = place
        self.work = 0
        self.ended = False
        self.cut_off = False
        self.trouble = ""
        self._player = player
        self._lines = source.lines(place.offset)
        self._line: bytes | None = self._next_line()
        self._entry: Entry | None = None
        self._after = place

    def look(self, limit: int) -> Entry | None:
        """The next entry; None at the end, or where `work` reaches a limit before it is found."""
        while self._entry is None and not self.ended and self.work < limit:
            self._read()
        return self._entry

    def move_on(self) -> None:
        """Leave the entry that `look` found behind."""
        self.place, self._entry = self._after, None

    def _read(self) -> None:
        line = self._line
        if line is None:
            self.ended = True
            return
        self._line = self._next_line()
        if self._line is None and not line.endswith(b"\n"):
            self.cut_off = True
        offset, number, time_s = self.place
        offset, number = offset + len(line), number + 1
        seen = glance(line)
        if seen is not None and seen.player != self._player:
            self.work += len(line) // _OTHERS + 1
            self.place = Place(offset, number, max(time_s, seen.time_s))
            return
        self.work += len(line)
        try:
            entry = decode_line(line, number)
        except BadRecording as error:
            if isinstance(error, NotJson) and self._line is None and not self.trouble:
                self.cut_off = True
            else:
                self.trouble = self.trouble or str(error)
            self.ended, self._line = True, None
            return
        if entry is not None:
            time_s = max(time_s, entry.time_s)
            if entry.player == self._player:
                self._after = Place(offset, number, time_s)
                self._entry = entry if entry.time_s == time_s else entry._replace(time_s=time_s)
                return
        self.place = Place(offset, number, time_s)

    def _next_line(self) -> bytes | None:
        try:
            return next(self._lines, None)
        except BadRecording as error:
            self.trouble = str(error)
            return None
