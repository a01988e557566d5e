"""Which cells look different from before, as runs of them in each row.

What is written to the terminal is what counts on a slow line: a run costs some bytes to get to,
so runs that are close to each other are one. Pure. Not here: what cells show
(`gridcli.tui.layers`), lines of the terminal (`gridcli.tui.board`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from .layers import Rows

_NEAR = 4
"""So many cells that are as before may lie within a run."""


class Run(NamedTuple):
    """Cells of the row `y` from `left` up to, and without, `right`."""

    y: int
    left: int
    right: int


def damage(before: Rows, after: Rows) -> Iterator[Run]:
    """The runs of cells that `after` shows differently."""
    for y in before.keys() | after.keys():
        old, new = before.get(y), after.get(y)
        if old == new:
            continue
        if old is None or new is None:
            xs = sorted(old or new or ())
        else:
            # Items of both that are not in the other: the cells that differ.
            xs = sorted({x for x, _ in old.items() ^ new.items()})
        left = right = xs[0]
        for x in xs:
            if x - right > _NEAR:
                yield Run(y, left, right + 1)
                left = x
            right = x
        yield Run(y, left, right + 1)
