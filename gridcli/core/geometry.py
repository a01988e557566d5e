"""Cells, directions and the bounded grid. Cells are numbered from 1; `up` is `y - 1`."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Direction(StrEnum):
    """One step; the values are the words of the wire."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


class Cell(NamedTuple):
    """A place on the grid, `1 <= x <= width` and `1 <= y <= height`."""

    x: int
    y: int


_STEPS: dict[Direction, tuple[int, int]] = {
    Direction.UP: (0, -1),
    Direction.DOWN: (0, 1),
    Direction.LEFT: (-1, 0),
    Direction.RIGHT: (1, 0),
}

MAX_SIDE = 1000
"""The longest side of a grid, so that a hostile server cannot make a client draw for ever."""


class Grid(NamedTuple):
    """A width and a height in cells."""

    width: int
    height: int

    def holds(self, cell: Cell) -> bool:
        """Whether the cell lies on the grid."""
        return 1 <= cell.x <= self.width and 1 <= cell.y <= self.height

    def clamp(self, cell: Cell) -> Cell:
        """The nearest cell on the grid."""
        return Cell(min(max(cell.x, 1), self.width), min(max(cell.y, 1), self.height))

    def step(self, cell: Cell, direction: Direction) -> Cell:
        """The cell one step away, or the same cell where the edge is in the way."""
        dx, dy = _STEPS[direction]
        x, y = cell.x + dx, cell.y + dy
        return Cell(x, y) if 1 <= x <= self.width and 1 <= y <= self.height else cell

    def cells(self) -> Iterator[Cell]:
        """Every cell, row by row."""
        return (Cell(x, y) for y in range(1, self.height + 1) for x in range(1, self.width + 1))


DEFAULT_GRID = Grid(20, 10)


def toward(start: Cell, goal: Cell) -> Direction | None:
    """The step that shortens the longer of the two distances; None when already there."""
    dx, dy = goal.x - start.x, goal.y - start.y
    if dx == dy == 0:
        return None
    if abs(dx) >= abs(dy):
        return Direction.RIGHT if dx > 0 else Direction.LEFT
    return Direction.DOWN if dy > 0 else Direction.UP
