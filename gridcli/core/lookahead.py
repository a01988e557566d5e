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
        work: how much was read, in bytes of our own lines; those of others count for less.
        ended: whether there is nothing more.
        cut_off: whether the last line lacks its end; it counts where all of its JSON is there.
        trouble: why it ended before the end, if it did.
    """

    def __init__(self, source: Source, player: int, place: Place) -> None:
        self.work = 0
        self.ended = False
        self.cut_off = False
        self.trouble = ""
        self._player = player
        self._offset, self._number, self._time_s = place
        self._lines = source.lines(place.offset)
        self._line: bytes | None = self._next_line()
        self._entry: Entry | None = None
        self._length = 0
        """Of the line of `_entry`, in bytes."""

    @property
    def place(self) -> Place:
        """Just before the next entry, or before lines that were not looked at yet."""
        return Place(self._offset, self._number, self._time_s)

    def look(self, limit: int) -> Entry | None:
        """The next entry; None at the end, or where `work` reaches a limit before it is found."""
        while self._entry is None and not self.ended and self.work < limit:
            line = self._line
            if line is None:
                self.ended = True
                break
            self._line = self._next_line()
            seen = glance(line)
            if seen is None or seen[1] == self._player or self._line is None:
                self._read(line)
                continue
            self.work += len(line) // _OTHERS + 1
            if seen[0] > self._time_s:
                self._time_s = seen[0]
            self._offset += len(line)
            self._number += 1
        return self._entry

    def move_on(self) -> None:
        """Leave the entry that `look` found behind."""
        assert self._entry is not None, "there is none"
        self._time_s = self._entry.time_s
        self._pass(self._length)
        self._entry = None

    def _read(self, line: bytes) -> None:
        is_last = self._line is None
        if is_last and not line.endswith(b"\n"):
            self.cut_off = True
        self.work += len(line)
        try:
            entry = decode_line(line, self._number + 1)
        except BadRecording as error:
            if isinstance(error, NotJson) and is_last and not self.trouble:
                self.cut_off = True
            else:
                self.trouble = self.trouble or str(error)
            self.ended, self._line = True, None
            return
        if entry is None:
            self._pass(len(line))
            return
        time_s = max(self._time_s, entry.time_s)
        if entry.player != self._player:
            self._time_s = time_s
            self._pass(len(line))
            return
        self._length = len(line)
        self._entry = entry if entry.time_s == time_s else entry._replace(time_s=time_s)

    def _pass(self, length: int) -> None:
        self._offset += length
        self._number += 1

    def _next_line(self) -> bytes | None:
        try:
            return next(self._lines, None)
        except BadRecording as error:
            self.trouble = str(error)
            return None
