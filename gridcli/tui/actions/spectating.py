"""Watching without playing, and back. Not here: whom the camera keeps in view (`watching`)."""

from textual.geometry import Offset

from gridcli.core.geometry import Cell
from gridcli.core.protocol.names import DEMO

from ..pointing import Pointing
from .watching import Watching


class Spectating(Watching):
    """The part of the app that watches."""

    _dragged: tuple[Offset, Cell] | None = None
    """Where on the board the mouse took hold of the grid, and what was in its corner then."""

    def action_spectate(self) -> None:
        """Watch without playing, or play again."""
        game = self.game
        if not game.live:
            return
        if game.link.protocol == DEMO and not game.spectate:
            self.notify("This server has no spectators: it speaks protocol 1.")
            return
        self.stop_walking()
        self.run_worker(self._spectate(not game.spectate), group="become", exclusive=True)

    def explain_spectating(self) -> None:
        """Say what one can do now."""
        look, play = self.keys.first("follow"), self.keys.first("spectate")
        arrows = "the arrows look around, " if not self.board.whole else ""
        self.notify(f"You are watching: {arrows}{look} follows a player, {play} plays.")

    def on_pointing_pressed(self, event: Pointing.Pressed) -> None:
        """A spectator follows whom it clicks, and drags the grid."""
        if not self.game.spectate:
            return
        board, at = self.board, event.at
        if event.first:
            self._dragged = (at, board.camera.origin)
            cell = board.cell_at(*at)
            here = [one for one, where in self.game.mirror.cells.items() if where == cell]
            if here:
                self.follow_player(here[0])
        elif self._dragged is not None:
            (start, origin), now, scale = self._dragged, board.camera.origin, board.scale
            right = origin.x + int((start.x - at.x) / scale.cell_width) - now.x
            down = origin.y + int((start.y - at.y) / scale.cell_height) - now.y
            if (right or down) and not board.whole:
                board.pan(right, down)
                self.game.looks_elsewhere()

    def on_pointing_released(self) -> None:
        """The grid stays where it was dragged to."""
        self._dragged = None

    async def _spectate(self, spectate: bool) -> None:
        game, target = self.game, self.game.link.target
        symbol = game.mirror.symbol or target.symbol
        await self.become(name=target.name, symbol=symbol, spectate=spectate)
        if game.live and game.spectate and spectate:
            self.explain_spectating()
