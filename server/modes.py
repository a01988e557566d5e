"""Which room plays what: patterns of rooms' names, the first that fits says.

Not here: the games (`gridcli.core.modes`), the options that say so (`server.mode_options`).
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from gridcli.core.geometry import DEFAULT_GRID, Grid
from gridcli.core.modes.paint import MOST_CELLS
from gridcli.core.protocol.rounds import Mode

Pattern = tuple[str, Mode]
"""A room's name, with `*`, `?` and `[…]` for what may stand there, and what is played."""

DEFAULT_MODES: tuple[Pattern, ...] = (
    ("tag", Mode.TAG),
    ("tag-*", Mode.TAG),
    ("paint", Mode.PAINT),
    ("paint-*", Mode.PAINT),
)


class Modes:
    """What is played where.

    Args:
        patterns: in their order; a room that fits none is of free roam.
        grid: of every room; on one of more than `MOST_CELLS` cells paint is not played.
    """

    def __init__(self, patterns: Iterable[Pattern] = (), grid: Grid = DEFAULT_GRID) -> None:
        fits = grid.width * grid.height <= MOST_CELLS
        self._patterns = tuple(p for p in patterns if fits or p[1] is not Mode.PAINT)
        self.standing: tuple[str, ...] = tuple(
            dict.fromkeys(
                room
                for room, _ in self._patterns
                if not set(room) & set("*?[") and self.of(room) is not Mode.ROAM
            )
        )
        """The rooms with a game that have a name of their own; people are told of them while
        nobody is there, too."""

    def __bool__(self) -> bool:
        return any(mode is not Mode.ROAM for _, mode in self._patterns)

    def of(self, room: str) -> Mode:
        """What is played in a room of this name."""
        return next(
            (mode for pattern, mode in self._patterns if fnmatchcase(room, pattern)), Mode.ROAM
        )
