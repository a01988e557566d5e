"""Columns, one for each second: how long moves took to be seen, over the last minutes.

Not here: one line of bars (`bots.dashboard.glyphs`), the figures (`bots.dashboard.history`).
"""

import math
from collections.abc import Sequence

from .figures import Point
from .glyphs import BLUE, FAINT, ORANGE, Signs, row_of
from .lines import Line

_ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8)


def columns(
    points: Sequence[Point], width: int, height: int, signs: Signs, invalid: frozenset[int]
) -> list[Line]:
    """p99 of each second, the newest at the right, as lines of text.

    Args:
        points: seconds, in their order.
        width, height: of it all, with the axes, in cells.
        signs: what it is drawn with.
        invalid: steps whose figures are not to be trusted; they have another colour.
    """
    rows = max(1, height - 1)
    values = [point.latencies[2] for point in points]
    top = ceiling(max((value for value in values[-width:] if value is not None), default=0.0))
    labels = [spelled(top), spelled(top / 2), "0"]
    margin = max(map(len, labels)) + 2
    room = max(1, width - margin)
    shown, first = points[-room:], max(0, len(points) - room)
    levels = len(signs.levels)
    heights = [
        None if value is None else max(1, round(value / top * rows * levels))
        for value in (point.latencies[2] for point in shown)
    ]
    lines = []
    for row in range(rows):
        label = labels[0] if row == 0 else labels[1] if row == rows // 2 and rows > 3 else ""
        line = Line().append(f"{label:>{margin - 2}} {signs.tick if label else ' '}", FAINT)
        below = (rows - 1 - row) * levels
        _draw_row(line, shown, heights, below, signs, invalid)
        lines.append(line)
    lines.append(_axis(points, first, room, margin, signs))
    return lines


def _draw_row(
    line: Line,
    shown: Sequence[Point],
    heights: Sequence[int | None],
    below: int,
    signs: Signs,
    invalid: frozenset[int],
) -> None:
    """Add one row; the seconds of one step at a time, which have one colour."""
    begin = 0
    for end in range(1, len(shown) + 1):
        step = shown[begin].step
        if end == len(shown) or shown[end].step != step:
            colour = ORANGE if step in invalid else BLUE
            line.append(row_of(heights[begin:end], below, signs), colour)
            begin = end


def _axis(points: Sequence[Point], first: int, room: int, margin: int, signs: Signs) -> Line:
    """The line below; where a step begins, it says how many played, as far as there is room."""
    begins = [
        at
        for at in range(first, len(points))
        if at == first or points[at - 1].step != points[at].step
    ]
    line = ""
    for at, end in zip(begins, [*begins[1:], first + room], strict=False):
        players, width = points[at].players, end - at
        sign = signs.mark if at > first or not first else signs.line
        words = (f"{sign}{players} bots", f"{sign}{players}", sign)
        line += next(word for word in words if len(word) <= width).ljust(width, signs.line)
    return Line((f"{'0':>{margin - 2}} {signs.corner}{line or signs.line * room}", FAINT))


def ceiling(value: float) -> float:
    """The next round number; at least 1 ms."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((n * power for n in _ROUND if value <= n * power), 10 * power)


def spelled(ms: float) -> str:
    """A label of the axis."""
    return f"{ms / 1000:g} s" if ms >= 1000 else f"{ms:g} ms"
