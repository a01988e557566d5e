"""Line plots for a terminal, as lines of text: braille dots, or ASCII where there are none.

A pure function of the points and a `Look`; no library, since those there are either hold global
state or bring compiled code for what is a page of arithmetic. Not here: what is plotted
(`gridcli.report.summary`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from .scale import Scale, thin
from .words import tick as written

Points = Sequence[tuple[float, float | None]]
"""In order of x; None breaks the line."""

_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_COLOURS = (34, 33, 35, 32, 36, 94, 93, 95)
_RED = 31
_ASCII = "*o+.#@%&"
_ROUND = "●○◆◇■□▲△"


@dataclass(frozen=True, slots=True)
class Look:
    """What the terminal can show."""

    width: int = 80
    ascii_only: bool = False
    colour: bool = False
    height: int = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot; `crosses` are points off it, such as those not to be trusted."""

    label: str
    points: Points
    crosses: Sequence[tuple[float, float]] = ()
    dots: bool = True
    """Whether its points are marked."""


@dataclass(slots=True)
class _Canvas:
    """Cells; a cell holds dots, and maybe a character that covers them, and a colour."""

    columns: int
    rows: int
    ascii_only: bool
    dots: dict[tuple[int, int], int] = field(default_factory=dict)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    colours: dict[tuple[int, int], int] = field(default_factory=dict)

    def dot(self, x: float, y: float, colour: int, character: str) -> None:
        column, row = min(int(x / 2), self.columns - 1), min(int(y / 4), self.rows - 1)
        if self.ascii_only:
            if (column, row) not in self.marks:
                self.mark(x, y, colour, character)
            return
        bit = _DOTS[min(int(y) - 4 * row, 3)][min(int(x) - 2 * column, 1)]
        self.dots[column, row] = self.dots.get((column, row), 0) | bit
        self.colours.setdefault((column, row), colour)

    def mark(self, x: float, y: float, colour: int, character: str) -> None:
        at = min(int(x / 2), self.columns - 1), min(int(y / 4), self.rows - 1)
        self.marks[at] = character
        self.colours[at] = colour

    def row(self, row: int, colour: bool) -> str:
        cells = []
        for column in range(self.columns):
            at = column, row
            character = self.marks.get(at) or (
                chr(_BRAILLE + self.dots[at]) if at in self.dots else " "
            )
            cells.append(paint(character, self.colours[at], colour) if at in self.colours else " ")
        return "".join(cells).rstrip()


def paint(text: str, code: int, colour: bool) -> str:
    """The text in a colour of the terminal's own palette, where colours are wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def curve(
    lines: Sequence[Line], x: Scale, y: Scale, look: Look, *, title: str, x_label: str
) -> list[str]:
    """A plot, as lines of text no wider than the look's width.

    Args:
        lines: what to draw; the first one is drawn above the others.
        x: the axis of the points' x; its `start` and `end` do not matter.
        y: the axis of their y.
        look: what the terminal can show.
        title: what is written above.
        x_label: what is written below, with the unit.
    """
    y_ticks = y.ticks(abs(y.end - y.start) / max(2, look.height // 3))
    margin = max(len(written(tick)) for tick in y_ticks) + 2
    columns, rows = max(10, look.width - margin), look.height
    x = Scale(x.low, x.high, 0, columns * 2 - 1, x.log)
    y = Scale(y.low, y.high, rows * 4 - 1, 0, y.log)
    canvas = _Canvas(columns, rows, look.ascii_only)
    symbols = _ASCII if look.ascii_only else _ROUND
    keys, crossed = [], False
    for index, line in enumerate(lines):
        colour, symbol = _COLOURS[index % len(_COLOURS)], symbols[index % len(symbols)]
        _draw(canvas, line, x, y, colour, symbol)
        sign = symbol if line.dots or look.ascii_only else "─"
        keys.append(paint(f"{sign} {line.label}", colour, look.colour))
        crossed = crossed or bool(line.crosses)
    if crossed:
        keys.append(paint(f"{'x' if look.ascii_only else '×'} INVALID", _RED, look.colour))
    text = [f"{title}   {'   '.join(keys)}"] if _fits(title, lines, crossed, look) else []
    text = text or [title, *_wrapped(keys, lines, margin, look.width)]
    ticks = {int(y(tick) / 4): written(tick) for tick in y_ticks}
    bar, corner, dash = ("|", "+", "-") if look.ascii_only else ("│", "└", "─")
    text += [
        f"{ticks.get(row, ''):>{margin - 2}} {bar}{canvas.row(row, look.colour)}".rstrip()
        for row in range(rows)
    ]
    text.append(f"{'':>{margin - 1}}{corner}{dash * columns}")
    text.append(" " * margin + _x_axis(lines, x, columns, x_label))
    return text


def _fits(title: str, lines: Sequence[Line], crossed: bool, look: Look) -> bool:
    keys = sum(len(line.label) + 5 for line in lines) + (12 if crossed else 0)
    return len(title) + keys <= look.width


def _wrapped(keys: Sequence[str], lines: Sequence[Line], margin: int, width: int) -> list[str]:
    """The keys on as many lines as they need."""
    rows: list[list[str]] = [[]]
    room = width - margin
    for index, key in enumerate(keys):
        size = 5 + (len(lines[index].label) if index < len(lines) else len("INVALID"))
        if size > room and rows[-1]:
            rows.append([])
            room = width - margin
        rows[-1].append(key)
        room -= size
    return [" " * margin + "   ".join(row) for row in rows]


def _draw(canvas: _Canvas, line: Line, x: Scale, y: Scale, colour: int, symbol: str) -> None:
    before: tuple[float, float] | None = None
    for at, value in line.points:
        here = None if value is None else (x(at), y(value))
        if here is not None and before is not None:
            steps = max(1, math.ceil(max(abs(here[0] - before[0]), abs(here[1] - before[1]))))
            for n in range(steps + 1):
                part = n / steps
                canvas.dot(
                    before[0] + part * (here[0] - before[0]),
                    before[1] + part * (here[1] - before[1]),
                    colour,
                    "." if line.dots else symbol,
                )
        elif here is not None:
            canvas.dot(*here, colour, symbol)
        before = here
    if line.dots:
        for at, value in line.points:
            if value is not None:
                canvas.mark(x(at), y(value), colour, symbol)
    for at, cross in line.crosses:
        canvas.mark(x(at), y(cross), _RED, "x" if canvas.ascii_only else "×")


def _x_axis(lines: Sequence[Line], x: Scale, columns: int, label: str) -> str:
    """The ticks below: the places of the points that are marked, or round values."""
    own = {at for line in lines if line.dots for at, _ in [*line.points, *line.crosses]}
    room = columns - len(label) - 2
    gap = 2.0 * (len(written(round(x.high))) + 2)
    text = ""
    for tick in thin(own, x, gap) if own else x.ticks(gap):
        name = written(tick)
        at = min(max(0, int(x(tick) / 2) - len(name) // 2), room - len(name))
        if at > len(text) or not text:
            text = text.ljust(at) + name
    return f"{text.ljust(room)}  {label}"
