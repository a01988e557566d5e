"""A whole grid on a few lines: where players are, oneself, and which part is in view.

Each character of the map is two by four dots of Braille, so that single players are seen; in ASCII
it is one count. Pure. Not here: drawing it (`gridcli.tui.minimap`).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gridcli.core.geometry import Cell, Grid

from .layers import Window

_ACROSS, _DOWN = 2, 4
_TALL = 2
"""A character is about so many times as high as it is wide."""
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Of a dot, by its line and column within the character: Unicode's order."""
_BRAILLE = 0x2800
_COUNTS = ((1, "."), (2, ":"), (4, "*"), (8, "#"))
"""In ASCII, from how many players on which character."""
# In Braille the ground says what is in view; the corners are for who sees no colours.
_SIDES, _ASCII_SIDES = tuple("╭╮╰╯  "), tuple("++++-|")


class Size(NamedTuple):
    """Of a map, in characters."""

    columns: int
    lines: int


class Mark(NamedTuple):
    """One character of a map."""

    text: str
    players: int = 0
    """How many are there; none where it is of the window's edge."""
    own: bool = False
    seen: bool = False
    """Whether it is in view."""


def fit_map(grid: Grid, most: Size) -> Size:
    """The size of a grid's map: of the grid's shape, with square cells, as far as that fits.

    Args:
        grid: what it shows.
        most: the room for it.
    """
    lines = round(most.columns * grid.height / grid.width / _TALL)
    if lines <= most.lines:
        return Size(most.columns, max(lines, min(3, most.lines)))
    columns = round(most.lines * grid.width / grid.height * _TALL)
    # Of a high grid, at least half of the width: a map of three columns shows nothing.
    return Size(min(max(columns, most.columns // 2, 1), most.columns), most.lines)


def overview(
    cells: Mapping[str, Cell],
    own: Cell | None,
    grid: Grid,
    window: Window,
    size: Size,
    *,
    ascii_only: bool = False,
) -> list[list[Mark]]:
    """The map, line by line.

    Args:
        cells: where everyone is.
        own: where one is oneself; None for a spectator.
        grid: all of it is shown.
        window: the part of it that is in view.
        size: of the map.
        ascii_only: no other characters.
    """
    columns, lines = size
    bits, players = _dots(cells, grid, size)
    frame = _Frame(grid, window, size, _ASCII_SIDES if ascii_only else _SIDES)
    own_at = _place(own, grid, size) if own is not None else None
    own_sign = "@" if ascii_only else "◆"
    rows = []
    for line in range(lines):
        row = []
        for column in range(columns):
            at = column, line
            count, seen = players.get(at, 0), frame.holds(column, line)
            if at == own_at:
                row.append(Mark(own_sign, count, own=True, seen=seen))
            elif count:
                text = _counted(count) if ascii_only else chr(_BRAILLE + bits[at])
                row.append(Mark(text, count, seen=seen))
            else:
                row.append(Mark(frame.side(column, line), seen=seen))
        rows.append(row)
    return rows


def _dots(
    cells: Mapping[str, Cell], grid: Grid, size: Size
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    wide, high = size.columns * _ACROSS, size.lines * _DOWN
    bits: dict[tuple[int, int], int] = {}
    players: dict[tuple[int, int], int] = {}
    for x, y in cells.values():
        column, across = divmod((x - 1) * wide // grid.width, _ACROSS)
        line, down = divmod((y - 1) * high // grid.height, _DOWN)
        at = column, line
        bits[at] = bits.get(at, 0) | _BITS[down][across]
        players[at] = players.get(at, 0) + 1
    return bits, players


def _place(cell: Cell, grid: Grid, size: Size) -> tuple[int, int]:
    return (cell.x - 1) * size.columns // grid.width, (cell.y - 1) * size.lines // grid.height


def _counted(players: int) -> str:
    return [text for least, text in _COUNTS if players >= least][-1]


class _Frame:
    """The edge of the part in view; none where all of it is."""

    def __init__(self, grid: Grid, window: Window, size: Size, sides: Sequence[str]) -> None:
        self._left, self._top = _place(Cell(window.left, window.top), grid, size)
        last = Cell(min(window.right - 1, grid.width), min(window.bottom - 1, grid.height))
        self._right, self._bottom = _place(last, grid, size)
        self._sides = sides

    def holds(self, column: int, line: int) -> bool:
        """Whether a character of the map is of the part in view."""
        return self._left <= column <= self._right and self._top <= line <= self._bottom

    def side(self, column: int, line: int) -> str:
        """The piece of the edge that is there, or a space."""
        if not self.holds(column, line):
            return " "
        left, right = column == self._left, column == self._right
        top, bottom = line == self._top, line == self._bottom
        top_left, top_right, bottom_left, bottom_right, across, down = self._sides
        if top and not bottom and (left or right) and not (left and right):
            return top_left if left else top_right
        if bottom and not top and (left or right) and not (left and right):
            return bottom_left if left else bottom_right
        if top or bottom:
            return across
        return down if left or right else " "
