"""The world of a node that shares it: what happens here is noted for the others.

Changes that other nodes tell of take another way in, so that nothing is told back. Not here: what
is made of the notes (`replica`).
"""

from collections.abc import Callable

from gridcli.core.geometry import Grid
from gridcli.core.world import Change, Limits, World


class SharedWorld(World):
    """A world that tells `note` of every change that this node has decided.

    Its limits hold for newcomers here; who comes in elsewhere was let in there.
    """

    def __init__(self, grid: Grid, limits: Limits) -> None:
        super().__init__(grid, limits)
        self.note: Callable[[Change], None] = lambda change: None

    def apply(self, change: Change) -> None:
        """Carry out a change of this node's own."""
        super().apply(change)
        self.note(change)

    def apply_foreign(self, change: Change) -> None:
        """Carry out a change that another node has told of."""
        super().apply(change)
