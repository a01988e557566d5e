"""Which part of a grid is in the window, and how large its cells are drawn. Pure arithmetic.

Not here: drawing (`gridcli.tui.board`).
"""

from typing import NamedTuple

from gridcli.core.geometry import Cell, Grid

_CELLS = ((6, 3), (4, 2), (3, 2), (2, 1))
"""Sizes of a cell, in columns and lines: two columns by one line look about square, and a small
grid in a large window gets larger ones."""


class Scale(NamedTuple):
    """A cell's size on the screen, and how many cells there is room for."""

    cell_width: int
    cell_height: int
    columns: int
    rows: int

    @property
    def width(self) -> int:
        """Columns of the terminal that the visible part takes."""
        return self.cell_width * self.columns

    @property
    def height(self) -> int:
        """Lines of the terminal that the visible part takes."""
        return self.cell_height * self.rows


def fit(grid: Grid, width: int, height: int) -> Scale:
    """The largest cells with which a grid fits a window.

    Where the whole grid does not fit in any size, cells are one line high, and two columns wide
    or one where the grid is too wide for two.
    """
    for cell_width, cell_height in _CELLS:
        if cell_width * grid.width <= width and cell_height * grid.height <= height:
            return Scale(cell_width, cell_height, *grid)
    cell_width = 2 if 2 * grid.width <= width else 1
    return Scale(cell_width, 1, min(grid.width, max(width, 1)), min(grid.height, max(height, 1)))


class Camera:
    """The top left cell of the window. It moves only when the player nears the window's edge."""

    def __init__(self) -> None:
        self.origin = Cell(1, 1)

    def follow(self, cell: Cell, grid: Grid, scale: Scale) -> None:
        """Move as little as keeps a cell within the middle half of the window."""
        self._place(
            _nearest(self.origin.x, cell.x, scale.columns),
            _nearest(self.origin.y, cell.y, scale.rows),
            grid,
            scale,
        )

    def pan(self, dx: int, dy: int, grid: Grid, scale: Scale) -> None:
        """Move by so many cells, as far as the grid goes."""
        self._place(self.origin.x + dx, self.origin.y + dy, grid, scale)

    def _place(self, x: int, y: int, grid: Grid, scale: Scale) -> None:
        self.origin = Cell(
            max(1, min(x, grid.width - scale.columns + 1)),
            max(1, min(y, grid.height - scale.rows + 1)),
        )


def _nearest(origin: int, at: int, length: int) -> int:
    margin = length // 4
    return min(max(origin, at - length + 1 + margin), at - margin)
