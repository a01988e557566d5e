"""Steps: by key, and by mouse. Not here: which step a walk takes next (`gridcli.tui.walk`), where
the camera looks (`watching`).
"""

from textual.geometry import Offset

from gridcli.core.geometry import Cell, Direction

from ..pointing import Pointing
from .base import Base

_PANS = {
    Direction.UP: (0, -1),
    Direction.DOWN: (0, 1),
    Direction.LEFT: (-1, 0),
    Direction.RIGHT: (1, 0),
}


class Walking(Base):
    """The part of the app that moves."""

    _held: Offset | None = None
    """Where on the board the mouse's button is held: the grid may scroll away beneath it."""
    _walks_in = ""

    def action_move(self, word: str) -> None:
        """A step, which ends a walk; or, where one is not followed, a look to that side."""
        direction = Direction(word)
        self.stop_walking()
        if self.game.spectate or self.game.follow.free:
            self.board.pan(*_PANS[direction])
            self.game.looks_elsewhere()
        else:
            self.game.step(direction)

    def step_by_itself(self, direction: Direction) -> bool:
        """An automatic step; those wait while one walks."""
        return self.game.walk.goal is None and self.game.step(direction)

    def on_pointing_pressed(self, event: Pointing.Pressed) -> None:
        """Walk where the mouse points, also while it is dragged."""
        game = self.game
        if event.first:
            self.screen.set_focus(None)
        if game.live and not game.spectate and game.mirror.cell is not None:
            self._held = event.at
            self._walk_to(self.board.nearest_cell(*event.at))

    def on_pointing_released(self) -> None:
        """Walk on to where it was last."""
        self._held = None

    def stop_walking(self) -> None:
        """Walk no further."""
        self._held = None
        if self.game.walk.goal is not None:
            self.game.walk.stop()
            self.game.looks_elsewhere()

    def walk_on(self) -> None:
        """Take the next step of a walk if one is due; called for each frame."""
        game, walk = self.game, self.game.walk
        if walk.goal is None:
            return
        here = game.mirror.cell
        if here is None or not game.live or game.mirror.room != self._walks_in:
            self.stop_walking()
            return
        if self._held is not None:
            self._walk_to(self.board.nearest_cell(*self._held))
        goal = walk.goal
        direction = walk.next(here, game.pulse.under_way, game.mirror.grid, game.clock())
        if direction is not None:
            game.step(direction)
        if walk.goal != goal:  # reached, or not to be
            self._held = None
            game.looks_elsewhere()

    def _walk_to(self, goal: Cell) -> None:
        game = self.game
        self._walks_in = game.mirror.room
        if goal != game.walk.goal:
            game.walk.to(goal, game.clock())
            game.looks_elsewhere()
