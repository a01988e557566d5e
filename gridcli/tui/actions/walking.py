"""Steps, and where the camera looks. Not here: the camera (`gridcli.tui.camera`)."""

from gridcli.core.geometry import Direction

from .base import Base

_PANS = {
    Direction.UP: (0, -1),
    Direction.DOWN: (0, 1),
    Direction.LEFT: (-1, 0),
    Direction.RIGHT: (1, 0),
}


class Walking(Base):
    """The part of the app that moves."""

    def action_move(self, word: str) -> None:
        """A step; or, where the camera was let go, a look to that side."""
        direction = Direction(word)
        if self.game.spectate or not self.board.follow:
            self.board.pan(*_PANS[direction])
        else:
            self.game.step(direction)

    def action_follow(self) -> None:
        """Let go of the camera, or have it follow again."""
        if self.board.follow and self.board.whole:
            self.notify("The whole grid is in view.", markup=False)
            return
        self.board.follow = not self.board.follow
        self.board.redraw()
