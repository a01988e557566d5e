"""The parts of the bar: its glyphs, its words, and which column of the track is which time.

Pure. Not here: drawing them (`gridcli.tui.replay.bar`).
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from gridcli.core.marks import Mark, Marks


class Glyphs(NamedTuple):
    """What the bar is drawn with: signs of two columns, and pieces of the track of one."""

    playing: str
    paused: str
    end: str
    waits: str
    played: str
    rest: str
    unread: str
    knob: str
    marks: dict[Mark, str]


FANCY = Glyphs(
    "▶ ", "❚❚", "■ ", "◌ ", "━", "─", "┄", "●",
    {Mark.JOINED: "▴", Mark.CHAT: "◆", Mark.LOST: "✕"},
)  # fmt: skip
PLAIN = Glyphs(
    "> ", "||", "# ", ". ", "=", "-", ".", "O",
    {Mark.JOINED: "+", Mark.CHAT: '"', Mark.LOST: "x"},
)  # fmt: skip


class Track(NamedTuple):
    """The columns of a track and the times that they stand for; the ends are exact."""

    width: int
    length_s: float

    def column(self, time_s: float) -> int:
        """The column of a time."""
        if self.length_s <= 0 or self.width < 2:
            return 0
        return round(time_s / self.length_s * (self.width - 1))

    def time_s(self, column: float) -> float:
        """The time of a column."""
        return column / (self.width - 1) * self.length_s if self.width > 1 else 0.0

    def marks(self, marks: Marks) -> Sequence[Mark | None]:
        """The mark of each column: what matters most of all whose time it is."""
        edges = [self.time_s(column - 0.5) for column in range(self.width)]
        return [marks.within(*pair) for pair in pairwise([*edges, self.length_s + 1])]


def clock_text(seconds: float, *, finely: bool = False) -> str:
    """A position as people read it: 0:42, 1:02:05, or finely 0:42.35."""
    hundredths = int(seconds * 100 + 1e-6)
    minutes, rest = divmod(hundredths // 100, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"{text}.{hundredths % 100:02}" if finely else text


_VULGAR = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(1, 8): "⅛"}


def speed_text(speed: float, *, ascii_only: bool = False) -> str:
    """How many times as fast: 2×, ½×, 1.5×."""
    times = "x" if ascii_only else "×"
    exact = Fraction(speed)
    if exact in _VULGAR:
        return (f"1/{exact.denominator}" if ascii_only else _VULGAR[exact]) + times
    return f"{speed:.3g}{times}"
