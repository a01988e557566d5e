"""How full a room is: the players on each cell, and the players with each symbol.

Kept up with every change, so that a newcomer's cell and symbol are found without looking at
anyone: a join costs the same in a room of thousands as in an empty one. Not here: who the players
are, and when they come, move and go (`gridcli.core.world`).
"""

from dataclasses import dataclass, field
from random import Random

from .geometry import Cell, Grid
from .protocol.names import SYMBOLS

_TRIES = 8


@dataclass(slots=True)
class Occupancy:
    """Counts of a room's players; a cell that nobody is on is not in `cells`."""

    cells: dict[Cell, int] = field(default_factory=dict)
    symbols: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SYMBOLS, 0))
    """Of the symbols that newcomers are given; any other is not counted."""

    def enter(self, cell: Cell, symbol: str) -> None:
        """A player comes."""
        self.cells[cell] = self.cells.get(cell, 0) + 1
        if symbol in self.symbols:
            self.symbols[symbol] += 1

    def move(self, start: Cell, end: Cell) -> None:
        """A player goes from one cell to another."""
        cells = self.cells
        if cells[start] == 1:
            del cells[start]
        else:
            cells[start] -= 1
        cells[end] = cells.get(end, 0) + 1

    def leave(self, cell: Cell, symbol: str) -> None:
        """A player goes."""
        if self.cells[cell] == 1:
            del self.cells[cell]
        else:
            self.cells[cell] -= 1
        if symbol in self.symbols:
            self.symbols[symbol] -= 1

    def rarest_symbol(self, rng: Random) -> str:
        """One of the symbols that the fewest players have."""
        fewest = min(self.symbols.values())
        return rng.choice([symbol for symbol, n in self.symbols.items() if n == fewest])

    def free_cell(self, grid: Grid, rng: Random) -> Cell:
        """A random cell, and a free one where a few tries find it; players may share cells."""
        cell = _any_cell(grid, rng)
        if len(self.cells) < grid.width * grid.height:
            for _ in range(_TRIES):
                if cell not in self.cells:
                    break
                cell = _any_cell(grid, rng)
        return cell


def _any_cell(grid: Grid, rng: Random) -> Cell:
    return Cell(rng.randint(1, grid.width), rng.randint(1, grid.height))
